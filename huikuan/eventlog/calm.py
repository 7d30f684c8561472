"""The garbage collector in a process that holds many accounts for long."""

import gc


def calm_gc() -> None:
    """Accounts live long: looking through all of them again and again is the real cost of gc."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
