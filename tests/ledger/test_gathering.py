"""Requests that share a transaction: each gets its own result, and fails only for itself."""

import threading
from collections.abc import Sequence

import pytest

from services.ledger.gathering import TOGETHER_MAX, Gathering

PATIENCE_S = 10.0


class Oven:
    """Doubles numbers, several requests at once; refuses any batch that has a 13 in it."""

    def __init__(self) -> None:
        self.batches: list[list[list[int]]] = []
        self.door = threading.Event()
        self.baking = threading.Event()

    def bake(self, requests: Sequence[Sequence[int]]) -> list[list[int]]:
        self.batches.append([list(request) for request in requests])
        self.baking.set()
        assert self.door.wait(PATIENCE_S)
        if any(13 in request for request in requests):
            raise ValueError("13")
        return [[2 * number for number in request] for request in requests]


def results_of(oven: Oven, *requests: list[int]) -> list[list[int] | Exception]:
    """The first request holds the oven until all others wait at its door."""
    gathering: Gathering[int, list[int]] = Gathering(oven.bake)
    found: list[list[int] | Exception] = [[] for _ in requests]

    def ask(at: int) -> None:
        try:
            found[at] = gathering.do(requests[at])
        except ValueError as error:
            found[at] = error

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(len(requests))]
    threads[0].start()
    assert oven.baking.wait(PATIENCE_S)
    for waiting, thread in enumerate(threads[1:], start=1):
        thread.start()
        while len(gathering._waiting) < waiting:
            pass
    oven.door.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    return found


def test_whoever_waits_goes_together_and_gets_his_own() -> None:
    oven = Oven()
    assert results_of(oven, [1], [2], [3, 4], [5]) == [[2], [4], [6, 8], [10]]
    assert [len(batch) for batch in oven.batches] == [1, 3]


def test_one_that_fails_fails_alone() -> None:
    oven = Oven()
    first, second, failed, last = results_of(oven, [1], [2], [13], [5])
    assert (first, second, last) == ([2], [4], [10])
    assert isinstance(failed, ValueError)


def test_a_large_request_goes_with_no_other() -> None:
    oven = Oven()
    results_of(oven, [1], [2] * TOGETHER_MAX, [3])
    assert sorted(len(batch) for batch in oven.batches) == [1, 1, 1]


def test_what_fails_alone_is_told() -> None:
    oven = Oven()
    oven.door.set()
    with pytest.raises(ValueError, match="13"):
        Gathering(oven.bake).do([13])
