"""Requests that come at the same time share one transaction, and so one wait for the disk.

No delay: what comes while a transaction runs is gathered, and goes together into the next one.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from starlette.concurrency import run_in_threadpool

from huikuan.eventlog.engine import AWAY

A = TypeVar("A")
B = TypeVar("B")

TOGETHER_MAX = 1_000
"""Things that share a transaction at most, beyond a single request that is larger."""


class _Request(NamedTuple, Generic[A, B]):
    things: Sequence[A]
    answer: asyncio.Future[B]


class Gathering(Generic[A, B]):
    """Does ``together``, in a thread, for the things of several requests: one result for each.

    Where it fails for several it is done for each alone, so that no request fails for another's;
    not where the database is away, as whoever comes next would wait for all of them.
    All requests come from one event loop.
    """

    def __init__(self, together: Callable[[Sequence[Sequence[A]]], Sequence[B]]) -> None:
        self._together = together
        self._waiting: list[_Request[A, B]] = []
        self._working: asyncio.Task[None] | None = None

    async def do(self, things: Sequence[A]) -> B:
        """The result for these things; raises what ``together`` raises for them alone."""
        loop = asyncio.get_running_loop()
        mine: _Request[A, B] = _Request(things, loop.create_future())
        self._waiting.append(mine)
        if self._working is None:
            self._working = loop.create_task(self._work())
        return await mine.answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._answer(self._gather())
        finally:
            self._working = None
            for request in self._waiting:
                request.answer.cancel()

    async def _answer(self, group: Sequence[_Request[A, B]]) -> None:
        try:
            results = await run_in_threadpool(self._together, [each.things for each in group])
        except AWAY as away:
            _fail(group, away)
            return
        except Exception as error:  # noqa: BLE001 - raised again, to whom it concerns
            if len(group) > 1:
                for each in group:
                    await self._answer([each])
            else:
                _fail(group, error)
            return
        for each, result in zip(group, results, strict=True):
            if not each.answer.done():  # who asked may have gone
                each.answer.set_result(result)

    def _gather(self) -> list[_Request[A, B]]:
        group = [self._waiting.pop(0)]
        count = len(group[0].things)
        while self._waiting and count + len(self._waiting[0].things) <= TOGETHER_MAX:
            group.append(self._waiting.pop(0))
            count += len(group[-1].things)
        return group


def _fail(group: Sequence[_Request[A, B]], error: Exception) -> None:
    for each in group:
        if not each.answer.done():  # who asked may have gone
            each.answer.set_exception(error)
