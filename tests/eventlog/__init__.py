"""The log on every backend, by one contract."""
