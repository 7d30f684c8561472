"""The ledger's HTTP API: facts in, days, what is owed (paths are fixed, architecture §9)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.straight import StraightRoute
from huikuan.web.wording import Words
from services.ledger import described
from services.ledger.announcing_api import announcing_router
from services.ledger.answers import answer_json
from services.ledger.asked import (
    DayAsked,
    bounds_in,
    day_in,
    decoded,
    period_in,
    rows_in,
)
from services.ledger.domain.days import DAYS_MAX, TooManyDaysError
from services.ledger.domain.reading import Row
from services.ledger.gathering import Gathering
from services.ledger.languages import told
from services.ledger.service import Ledger
from services.ledger.settling_api import settling_router
from services.ledger.taking import Taken

Debtor = Annotated[str, Path(min_length=1)]
_SMALL_BYTES = 16_384
"""A body up to this size is read sooner than it is handed to a thread."""


def make_routers(ledger: Ledger) -> list[APIRouter]:
    """All routes of the ledger."""
    return [
        _intake_router(ledger),
        _days_router(ledger),
        _questions_router(ledger),
        announcing_router(ledger.announcing),
        settling_router(ledger),
    ]


def _intake_router(ledger: Ledger) -> APIRouter:
    router = v1_router("intake", route_class=StraightRoute)
    gathering: Gathering[Row, Taken] = Gathering(ledger.taking.take_together)

    @router.post(
        "/events",
        summary="One CloudEvent or a list; every row is answered for",
        openapi_extra=described.EVENTS,
    )
    async def events(request: Request) -> Response:
        body, media_type = await request.body(), request.headers.get("content-type", "")
        if len(body) > _SMALL_BYTES:
            rows = await run_in_threadpool(rows_in, body, media_type)
        else:
            rows = rows_in(body, media_type)
        taken = await gathering.do(rows)
        results = told(taken.results, request.headers.get("accept-language", ""))
        return answer_json({"results": results, "position": taken.position.encode()})

    return router


def _days_router(ledger: Ledger) -> APIRouter:
    router = v1_router("intake")

    @router.post(
        "/days",
        summary="Open the business days up to a date, in order",
        openapi_extra=described.DAY,
    )
    async def open_days(request: Request) -> Response:
        asked = day_in(decoded(await request.body(), DayAsked))

        def open_through() -> Response:
            try:
                opened, position = ledger.days.open_through(asked)
            except TooManyDaysError as error:
                zh = f"将开启 {error.count} 个营业日；一次至多 {DAYS_MAX} 个"
                detail = Words(str(error), zh)
                problem = FieldError(detail, "/date")
                raise Problem(422, "too_many_days", errors=[problem]) from None
            answer = {"open_on": ledger.days.last(), "opened": opened}
            return answer_json({**answer, "position": position.encode()})

        return await run_in_threadpool(open_through)

    @router.get("/days", summary="The open business day")
    def days(waited: AfterPosition) -> Response:
        del waited
        return answer_json({"open_on": ledger.days.last()})

    return router


def _questions_router(ledger: Ledger) -> APIRouter:
    router = v1_router("questions")
    ask = ledger.questions

    @router.get("/debtors/{debtor:path}", summary="What one debtor owes")
    def debtor(debtor: Debtor, waited: AfterPosition, as_of: AsOf, known_at: KnownAt) -> Response:
        del waited
        answer = ask.debtor(debtor, as_of, known_at)
        if answer is None:
            detail = Words("No fact names this debtor.", "没有涉及该客户的记录。")
            raise Problem(404, "debtor_unknown", detail)
        return answer_json(answer)

    @router.get("/debtors", summary="All debtors with their balances")
    def debtors(waited: AfterPosition, as_of: AsOf, known_at: KnownAt, page: Page) -> Response:
        del waited
        return answer_json(ask.debtors(as_of, known_at, page.after, page.limit))

    @router.get("/ageing", summary="Open items by days overdue, exact")
    def ageing(
        waited: AfterPosition,
        as_of: AsOf,
        known_at: KnownAt,
        debtor: Annotated[str, Query(max_length=200)] = "",
        buckets: Annotated[str, Query(max_length=200, examples=["15,30"])] = "30,60,90",
    ) -> Response:
        del waited
        return answer_json(ask.ageing(as_of, known_at, debtor, bounds_in(buckets)))

    @router.get("/kpis", summary="DSO, best possible DSO, ADD and CEI of a period")
    def kpis(
        waited: AfterPosition,
        first: Annotated[str, Query(alias="from", max_length=10)],
        last: Annotated[str, Query(alias="to", max_length=10)],
        known_at: KnownAt,
    ) -> Response:
        del waited
        return answer_json(ask.kpis(*period_in(first, last), known_at))

    return router
