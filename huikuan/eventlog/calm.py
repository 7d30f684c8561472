"""What a process that holds many accounts, or works by several threads, asks of Python."""

import gc
import sys

_TURN_S = 0.0005


def calm_gc() -> None:
    """Accounts live long: looking through all of them again and again is the real cost of gc.

    For where a process begins its work: it looks through all there is once more, and stops every
    thread meanwhile.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def take_turns() -> None:
    """Let a thread that PostgreSQL has answered go on after 0.5 ms, not after Python's 5.

    A commit is many short answers, and while the next turn is folded each waits for the interpreter
    (ADR 0019). Not for local files, where one thread at a time works anyway (ADR 0013).
    """
    sys.setswitchinterval(_TURN_S)
