"""The notifier's rules. Pure: no I/O, no clock, no framework but the policy's Pydantic model."""
