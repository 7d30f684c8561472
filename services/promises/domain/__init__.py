"""The rules of promises: pure functions of what was said."""
