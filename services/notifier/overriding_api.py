"""The routes by which a person overrides a step: set, end, list."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huikuan.web.asking import AfterPosition
from huikuan.web.routers import v1_router
from services.notifier.overriding import Asked, Overriding
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

INVOICES_MAX = 1_000
Id = Annotated[str, Field(min_length=1, max_length=200)]


class OverrideBody(BaseModel):
    """Which step a person lifts or imposes, from when, until when, and why."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    step: Annotated[str, Field(max_length=100)]
    effect: Literal["lift", "impose"]
    by: By
    reason: Reason
    from_on: Annotated[
        date | None, Field(alias="from", description="Default the open business day.")
    ] = None
    until: Annotated[date | None, Field(description="The last day; without it until ended.")] = None
    invoices: Annotated[list[Id], Field(max_length=INVOICES_MAX)] = []
    override: Annotated[Id | None, Field(description="Its id; default the key.")] = None
    company: Id = "main"


def overriding_router(overriding: Overriding) -> APIRouter:
    """The routes about overrides, below ``/v1``."""
    router = v1_router("overrides")
    path = "/debtors/{debtor:path}/overrides"

    @router.post(path, status_code=201, summary="A person lifts or imposes a step")
    def override(
        request: Request,
        debtor: Debtor,
        body: OverrideBody,
        waited: AfterPosition,
        idempotency_key: Key = "",
    ) -> Response:
        del waited
        asked = _asked(body, body.override or key_in(idempotency_key))
        return answered(overriding.set(name_in(debtor, ""), asked, trace_of(request)), 201)

    @router.delete(path + "/{override:path}", summary="A person ends an override")
    def end(
        request: Request,
        debtor: Debtor,
        override: Annotated[str, Path(max_length=200)],
        waited: AfterPosition,
        by: Annotated[str, Query(min_length=1, max_length=200, description="Who ends it.")],
        reason: Annotated[str | None, Query(max_length=500)] = None,
        company: Annotated[str, Query(max_length=200)] = "main",
    ) -> Response:
        del waited
        who = name_in(by, parameter="by")
        return answered(overriding.end(debtor, override, company, who, reason, trace_of(request)))

    @router.get(path, summary="All overrides of a debtor, ended ones and those to come")
    def overrides(debtor: Debtor, waited: AfterPosition) -> Response:
        del waited
        return answered({"debtor": debtor, "items": overriding.of(debtor)})

    return router


def _asked(body: OverrideBody, override: str) -> Asked:
    return Asked(
        override=override,
        company=body.company,
        step=body.step,
        effect=body.effect,
        by=name_in(body.by),
        reason=reason_in(body.reason),
        from_on=body.from_on,
        until=body.until,
        invoices=tuple(body.invoices),
    )
