"""The routes about guards: what they hold for people, and its release."""

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from huikuan.web.asking import AfterPosition
from huikuan.web.problems import Problem
from huikuan.web.routers import v1_router
from services.notifier.guarding import NOT_TRIPPED, Guarding
from services.notifier.requests import (
    By,
    Key,
    Reason,
    answered,
    key_in,
    name_in,
    reason_in,
    trace_of,
)
from services.notifier.shared import Released


class ReleaseBody(BaseModel):
    """The day whose held steps are let go, by whom, and why it is right."""

    model_config = ConfigDict(extra="forbid")

    tripped_on: date
    by: By
    reason: Reason


def guarding_router(guarding: Guarding) -> APIRouter:
    """The routes about the breaker, below ``/v1``."""
    router = v1_router("guards")

    @router.get("/breaker", summary="Days on which too many steps would have been raised")
    def breaker(waited: AfterPosition) -> Response:
        del waited
        return answered(guarding.breaker())

    @router.post("/breaker/releases", status_code=201, summary="A person lets a day's steps go")
    def release(
        request: Request, body: ReleaseBody, waited: AfterPosition, idempotency_key: Key = ""
    ) -> Response:
        del waited
        reason = reason_in(body.reason)
        on = guarding.open_on()
        if on is None:
            raise Problem(404, "breaker_not_tripped", NOT_TRIPPED)
        released = Released(body.tripped_on, name_in(body.by), reason, on)
        key = key_in(idempotency_key)
        return answered(guarding.release(released, key, trace_of(request)), 201)

    @router.get("/feeds", summary="How far each source's feeds are complete")
    def feeds(waited: AfterPosition) -> Response:
        del waited
        return answered(guarding.feeds())

    @router.get("/exchange-rates", summary="What unmatched cash is compared by")
    def rates(waited: AfterPosition) -> Response:
        del waited
        return answered(guarding.rates())

    return router
