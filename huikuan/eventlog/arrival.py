"""Wait until a service has folded so far."""

import threading
import time
from collections.abc import Callable, Mapping

from huikuan.eventlog.position import Position

Folded = Mapping[int, Mapping[str, int]]
_OTHERS_S = 0.05
"""How often to ask the database about partitions that other processes follow."""


class Arrivals:
    """What this process has folded, and who waits for it."""

    def __init__(self, stored: Callable[[], dict[int, dict[str, int]]]) -> None:
        """``stored`` reads everybody's progress: partition → publisher → seq."""
        self._stored = stored
        self._moved = threading.Condition()
        self._here: dict[int, dict[str, int]] = {}

    def move(self, folded: Folded) -> None:
        """These partitions were folded so far, and it is committed."""
        with self._moved:
            for partition, seqs in folded.items():
                self._here[partition] = dict(seqs)
            self._moved.notify_all()

    def forget(self) -> None:
        """Nothing is known here any more."""
        with self._moved:
            self._here = {}
            self._moved.notify_all()

    def wait_for(self, position: Position, timeout_s: float) -> bool:
        """Whether it was reached in time."""
        until = time.monotonic() + timeout_s
        while True:
            if position.reached(self._here) or position.reached(self._stored()):
                return True
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._moved:
                if not position.reached(self._here):
                    followed = position.partitions() <= self._here.keys()
                    self._moved.wait(left if followed else min(left, _OTHERS_S))
