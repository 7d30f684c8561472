"""The routes by which feeds are declared complete, and exchange rates are set."""

from typing import TypeVar

import uuid_utils
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.events.check import decode_checked
from huikuan.events.fields import Event
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.ledger import ExchangeRateSet, FeedCompleted
from huikuan.events.texts import fault_of_id
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words, both
from services.ledger import described
from services.ledger.announcing import Announcing
from services.ledger.answers import answer_json

E = TypeVar("E", bound=Event)
_KEY_REUSED = Words(
    "This Idempotency-Key came with another rate before.", "该 Idempotency-Key 已用于另一汇率。"
)


def announcing_router(announcing: Announcing) -> APIRouter:
    """``/v1/feeds`` and ``/v1/exchange-rates``."""
    router = v1_router("intake")
    _add_feeds(router, announcing)
    _add_rates(router, announcing)
    return router


def _add_feeds(router: APIRouter, announcing: Announcing) -> None:
    @router.post(
        "/feeds",
        summary="A source has delivered everything through a date",
        openapi_extra=described.FEED,
    )
    async def complete(request: Request) -> Response:
        body = await request.body()

        def say() -> Response:
            event = _read(FeedCompleted, body)
            try:
                position = announcing.complete(event)
            except InvalidFieldError as wrong:
                raise _refused(wrong) from None
            answer = {"source": event.source, "feed": event.feed, "through_on": event.through_on}
            return answer_json({**answer, "ended": event.ended, "position": position.encode()})

        return await run_in_threadpool(say)


def _add_rates(router: APIRouter, announcing: Announcing) -> None:
    @router.post(
        "/exchange-rates",
        summary="One unit of base is rate units of quote, from a date",
        openapi_extra=described.RATE,
    )
    async def set_rate(request: Request) -> Response:
        body = await request.body()
        command = request.headers.get("idempotency-key", "") or str(uuid_utils.uuid7())
        if fault := fault_of_id(command):
            raise Problem(422, errors=[FieldError(both(fault), parameter="Idempotency-Key")])

        def say() -> Response:
            event = _read(ExchangeRateSet, body)
            try:
                position = announcing.set_rate(event, command)
            except SaidOtherwiseError:
                raise Problem(409, "idempotency_key_reused", _KEY_REUSED) from None
            answer = {"base": event.base, "quote": event.quote, "rate": event.rate}
            answer["effective_on"] = str(event.effective_on)
            return answer_json({**answer, "position": position.encode()})

        return await run_in_threadpool(say)


def _read(kind: type[E], body: bytes) -> E:
    try:
        event = decode_checked(kind.TYPE, body)
    except InvalidFieldError as wrong:
        raise _refused(wrong) from None
    assert isinstance(event, kind), "by its type"
    return event


def _refused(wrong: InvalidFieldError) -> Problem:
    return Problem(422, errors=[FieldError(both(wrong.reason), wrong.pointer)])
