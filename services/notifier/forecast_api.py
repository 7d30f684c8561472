"""Forecasts over HTTP: of one debtor, and of all."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page
from huikuan.web.routers import v1_router
from services.notifier.foresight import Asked, Foresight
from services.notifier.requests import Debtor, answered

Step = Annotated[str, Query(max_length=100, description="Words about this step only.")]
Kind = Annotated[str, Query(max_length=100, description="Words about steps of this kind only.")]
_OF_ONE = (
    "If nothing arrives; with the least that prevents the next step. The breaker weighs many "
    "debtors, so whether it holds a step is foreseen by `/v1/forecast` alone. "
)
_OF_A_DAY = (
    "As of a day that is over: by what was there at its close, and what came late and counts by "
    "then. As of a day to come: what follows it."
)
_ONE_AT_A_TIME = " One that looks back is made at a time; others answer 429 with `Retry-After`."
Until90 = Annotated[date | None, Query(description="Through this day; default 90 days ahead.")]
Until30 = Annotated[date | None, Query(description="Through this day; default 30 days ahead.")]


def forecast_router(foresight: Foresight) -> APIRouter:
    """What will be said if nothing arrives."""
    router = v1_router()
    _add_one(router, foresight)
    _add_all(router, foresight)
    return router


def _add_one(router: APIRouter, foresight: Foresight) -> None:
    @router.get(
        "/debtors/{debtor:path}/forecast",
        tags=["debtors"],
        summary="What will happen",
        description=_OF_ONE + _OF_A_DAY,
    )
    def forecast(
        debtor: Debtor,
        waited: AfterPosition,
        as_of: AsOf,
        known_at: KnownAt,
        until: Until90 = None,
    ) -> Response:
        del waited
        return answered(foresight.debtor(debtor, as_of, until, known_at))


def _add_all(router: APIRouter, foresight: Foresight) -> None:
    @router.get(
        "/forecast",
        tags=["debtors"],
        summary="What will happen to all debtors",
        description=_OF_A_DAY + _ONE_AT_A_TIME,
    )
    def portfolio(
        waited: AfterPosition,
        page: Page,
        as_of: AsOf,
        known_at: KnownAt,
        until: Until30 = None,
        step: Step = "",
        kind: Kind = "",
    ) -> Response:
        del waited
        answer = foresight.portfolio(
            Asked(page, as_of, until, known_at),
            lambda each: (
                each.said.step == (step or each.said.step)
                and each.said.kind == (kind or each.said.kind)
            ),
        )
        return answered(answer)
