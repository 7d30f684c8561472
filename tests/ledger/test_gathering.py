"""Requests that share a transaction: each gets its own result, and fails only for itself."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from services.ledger.gathering import TOGETHER_MAX, Gathering

PATIENCE_S = 10.0


class Oven:
    """Doubles numbers, several requests at once; refuses any batch that has a 13 in it.

    Without power it bakes nothing, as a service whose database is away.
    """

    def __init__(self, *, has_power: bool = True) -> None:
        self.has_power = has_power
        self.batches: list[list[list[int]]] = []
        self.door = threading.Event()
        self.baking = threading.Event()

    def bake(self, requests: Sequence[Sequence[int]]) -> list[list[int]]:
        self.batches.append([list(request) for request in requests])
        self.baking.set()
        assert self.door.wait(PATIENCE_S)
        if not self.has_power:
            raise OperationalError("bake", None, Exception("no power"))
        if any(13 in request for request in requests):
            raise ValueError("13")
        return [[2 * number for number in request] for request in requests]


def results_of(oven: Oven, *requests: list[int]) -> list[list[int] | BaseException]:
    """The first request holds the oven until all others wait at its door."""

    async def ask() -> list[list[int] | BaseException]:
        gathering: Gathering[int, list[int]] = Gathering(oven.bake)
        asked = [asyncio.create_task(gathering.do(request)) for request in requests]
        await asyncio.to_thread(oven.baking.wait, PATIENCE_S)
        oven.door.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(ask())


def test_whoever_waits_goes_together_and_gets_his_own() -> None:
    oven = Oven()
    assert results_of(oven, [1], [2], [3, 4], [5]) == [[2], [4], [6, 8], [10]]
    assert len(oven.batches) <= 2


def test_one_that_fails_fails_alone() -> None:
    oven = Oven()
    first, second, failed, last = results_of(oven, [1], [2], [13], [5])
    assert (first, second, last) == ([2], [4], [10])
    assert isinstance(failed, ValueError)


def test_while_the_database_is_away_nobody_waits_for_another_to_be_tried() -> None:
    oven = Oven(has_power=False)
    failed = results_of(oven, [1], [2], [3], [4])
    assert all(isinstance(each, OperationalError) for each in failed)
    assert len(oven.batches) <= 2


def test_a_large_request_goes_with_no_other() -> None:
    oven = Oven()
    results_of(oven, [1], [2] * TOGETHER_MAX, [3])
    assert sorted(len(batch) for batch in oven.batches) == [1, 1, 1]


def test_what_fails_alone_is_told() -> None:
    oven = Oven()
    oven.door.set()
    with pytest.raises(ValueError, match="13"):
        asyncio.run(Gathering[int, list[int]](oven.bake).do([13]))


def test_who_goes_away_takes_nobody_with_him() -> None:
    async def ask() -> list[int]:
        oven = Oven()
        gathering: Gathering[int, list[int]] = Gathering(oven.bake)
        gone, stays = (asyncio.create_task(gathering.do([number])) for number in (1, 2))
        await asyncio.to_thread(oven.baking.wait, PATIENCE_S)
        gone.cancel()
        oven.door.set()
        return await stays

    assert asyncio.run(ask()) == [4]
