"""Requests that come at the same time share one transaction, and so one wait for the disk.

No thread and no delay: whoever comes while another transaction runs waits for his turn, and the
first to get it takes along all who wait by then.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")

TOGETHER_MAX = 1_000
"""Things that share a transaction at most, beyond a single request that is larger."""


class _Request(Generic[A, B]):
    def __init__(self, things: Sequence[A]) -> None:
        self.things = things
        self.result: B | None = None
        self.is_taken = False
        self.is_done = False


class Gathering(Generic[A, B]):
    """Does ``together`` for the things of several requests; it answers one result for each.

    Where it fails for several it is done for each alone, so that no request fails for another's.
    """

    def __init__(self, together: Callable[[Sequence[Sequence[A]]], Sequence[B]]) -> None:
        self._together = together
        self._waiting: list[_Request[A, B]] = []
        self._adding = threading.Lock()
        self._turn = threading.Lock()

    def do(self, things: Sequence[A]) -> B:
        """The result for these things; raises what ``together`` raises for them alone."""
        mine: _Request[A, B] = _Request(things)
        with self._adding:
            self._waiting.append(mine)
        with self._turn:
            if not mine.is_taken:
                self._lead(mine)
        if mine.is_done:
            return mine.result  # type: ignore[return-value]  # it is done
        (result,) = self._together([things])
        return result

    def _lead(self, mine: _Request[A, B]) -> None:
        """Do it for me and for others who wait; leaves them undone where it fails for several."""
        group = self._gather(mine)
        try:
            results = self._together([each.things for each in group])
        except Exception:
            if len(group) == 1:
                raise
            return
        for each, result in zip(group, results, strict=True):
            each.result, each.is_done = result, True

    def _gather(self, mine: _Request[A, B]) -> list[_Request[A, B]]:
        with self._adding:
            group, count = [mine], len(mine.things)
            self._waiting.remove(mine)
            while self._waiting and count + len(self._waiting[0].things) <= TOGETHER_MAX:
                group.append(self._waiting.pop(0))
                count += len(group[-1].things)
            for each in group:
                each.is_taken = True
        return group
