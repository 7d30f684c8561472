"""Wait until a service has folded so far."""

import threading
import time
from collections.abc import Callable, Mapping

from huikuan.eventlog.position import Position

Folded = Mapping[int, Mapping[str, int]]
REST_S = 0.1
FEW_RECORDS = 100
"""A turn with no more than these is a small one."""
_OTHERS_S = 0.05
"""How often to ask the database about partitions that other processes follow."""


class Arrivals:
    """What this process has folded, and who waits for it."""

    def __init__(
        self, stored: Callable[[], dict[int, dict[str, int]]], rest_s: float = REST_S
    ) -> None:
        """``stored`` reads everybody's progress: partition → publisher → seq."""
        self._stored, self._rest_s = stored, rest_s
        lock = threading.Lock()
        self._moved, self._asked = threading.Condition(lock), threading.Condition(lock)
        self._askers = 0
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
        if self._reached(position):
            return True
        with self._moved:
            self._askers += 1
            self._asked.notify_all()
        try:
            return self._wait_for(position, time.monotonic() + timeout_s)
        finally:
            with self._moved:
                self._askers -= 1

    def rest_after(self, records: int) -> None:
        """After a turn with few records let some gather, unless somebody waits for one of them."""
        if 0 < records < FEW_RECORDS:
            with self._asked:
                if not self._askers:
                    self._asked.wait(self._rest_s)

    def _wait_for(self, position: Position, until_s: float) -> bool:
        while True:
            left = until_s - time.monotonic()
            if left <= 0:
                return False
            with self._moved:
                if not position.reached(self._here):
                    followed = position.partitions() <= self._here.keys()
                    self._moved.wait(left if followed else min(left, _OTHERS_S))
            if self._reached(position):
                return True

    def _reached(self, position: Position) -> bool:
        return position.reached(self._here) or position.reached(self._stored())
