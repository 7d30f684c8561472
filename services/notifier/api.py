"""The HTTP face of the notifier. It alone knows paths and status codes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page
from huikuan.web.problems import Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words
from services.notifier.backtest_api import backtest_router
from services.notifier.delivering import Delivering
from services.notifier.delivering_api import delivering_router
from services.notifier.feed import Item, items_of
from services.notifier.following import Following
from services.notifier.forecast_api import forecast_router
from services.notifier.guarding import Guarding
from services.notifier.guarding_api import guarding_router
from services.notifier.holds import Asked
from services.notifier.holds import holds as holds_of
from services.notifier.overriding import Overriding
from services.notifier.overriding_api import overriding_router
from services.notifier.policy_api import policy_router
from services.notifier.requests import (
    By,
    Debtor,
    Key,
    Reason,
    answered,
    key_in,
    name_in,
    reason_in,
    trace_of,
)
from services.notifier.service import Notifier
from services.notifier.stream_api import Read, feed_cursor, stream_router

_OF_THE_PAST = (
    "By default what is stopped now. Of a day that is over, or as known at an earlier place, a "
    "page looks at ten debtors for each that it may list: it may be short, or empty, while "
    "`next` says that more come."
)
_NO_STEP = Words("No policy has such a step.", "没有策略包含该步骤。")

Escalation = Annotated[str, Path(max_length=1_000)]


class AcknowledgementBody(BaseModel):
    """Which system has it; ``hold_seq`` as it came with the escalation."""

    model_config = ConfigDict(extra="forbid")

    by: By
    hold_seq: int | None = None


class ApprovalBody(BaseModel):
    """Who approves, and why, as where a guard held it."""

    model_config = ConfigDict(extra="forbid")

    by: By
    reason: Reason | None = None


def make_routers(notifier: Notifier) -> list[APIRouter]:
    """All routes of the notifier."""
    service = notifier.service
    read = _reading(service)
    return [
        policy_router(notifier),
        _feed_router(read),
        stream_router(read, service.bell),
        _holds_router(notifier),
        _debtors_router(notifier),
        _answers_router(notifier),
        overriding_router(Overriding(service)),
        delivering_router(Delivering(service)),
        guarding_router(Guarding(service)),
        forecast_router(notifier.foresight),
        backtest_router(service, notifier.backtests),
    ]


def _reading(service: Following) -> Read:
    def read(cursor: dict[int, int], limit: int) -> tuple[list[Item], dict[int, int]]:
        database = service.database
        with database.floor, database.reading(snapshot=True) as connection:
            return items_of(service.feed.after(connection, cursor, limit), cursor)

    return read


def _feed_router(read: Read) -> APIRouter:
    router = v1_router("feed")

    @router.get("/escalations", summary="Everything said, in order per debtor")
    def feed(waited: AfterPosition, page: Page) -> Response:
        del waited
        items, _ = read(feed_cursor(page.after, "after"), page.limit + 1)
        more = len(items) > page.limit
        items = items[: page.limit]
        return answered({"items": items, **({"next": items[-1].cursor} if more else {})})

    return router


def _holds_router(notifier: Notifier) -> APIRouter:
    router = v1_router("feed")

    @router.get(
        "/holds",
        summary="What is stopped, for reconciliation",
        description=_OF_THE_PAST,
    )
    def holds(
        waited: AfterPosition,
        page: Page,
        as_of: AsOf,
        known_at: KnownAt,
        overdue: Annotated[
            bool | None, Query(description="Only what nobody acknowledged in time.")
        ] = None,
    ) -> Response:
        del waited
        asked = Asked(page, as_of, known_at, bool(overdue))
        return answered(holds_of(notifier.service, asked))

    return router


def _debtors_router(notifier: Notifier) -> APIRouter:
    router = v1_router("debtors")
    questions = notifier.questions

    @router.get("/debtors/{debtor:path}/escalations", summary="State and history")
    def escalations(
        debtor: Debtor, waited: AfterPosition, as_of: AsOf, known_at: KnownAt
    ) -> Response:
        del waited
        return answered(questions.escalations(debtor, as_of, known_at))

    @router.get("/debtors/{debtor:path}/standing", summary="What the rules see")
    def standing(debtor: Debtor, waited: AfterPosition, as_of: AsOf, known_at: KnownAt) -> Response:
        del waited
        return answered(questions.standing(debtor, as_of, known_at))

    @router.get("/debtors/{debtor:path}/why", summary="Why a step, or why not")
    def why(
        debtor: Debtor,
        step: Annotated[str, Query(max_length=100)],
        waited: AfterPosition,
        as_of: AsOf,
        known_at: KnownAt,
    ) -> Response:
        del waited
        answer = questions.why(debtor, step, as_of, known_at)
        if answer is None:
            raise Problem(404, "unknown_step", _NO_STEP)
        return answered(answer)

    return router


def _answers_router(notifier: Notifier) -> APIRouter:
    router = v1_router("answers")
    answering = notifier.answering

    @router.post(
        "/escalations/{escalation:path}/acknowledgements",
        status_code=201,
        summary="The system that must obey has it",
    )
    def acknowledge(
        request: Request,
        escalation: Escalation,
        body: AcknowledgementBody,
        idempotency_key: Key = "",
    ) -> Response:
        by = name_in(body.by)
        position = answering.acknowledge(
            escalation, by, body.hold_seq, key_in(idempotency_key), trace_of(request)
        )
        return answered({"escalation": escalation, "by": by, "position": position}, 201)

    @router.post(
        "/escalations/{escalation:path}/approvals",
        status_code=201,
        summary="A person approves what is proposed",
    )
    def approve(
        request: Request, escalation: Escalation, body: ApprovalBody, idempotency_key: Key = ""
    ) -> Response:
        by, reason = name_in(body.by), reason_in(body.reason) if body.reason else None
        key, trace = key_in(idempotency_key), trace_of(request)
        position = answering.approve(escalation, by, reason, key, trace)
        return answered({"escalation": escalation, "by": by, "position": position}, 201)

    return router
