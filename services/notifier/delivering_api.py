"""The route by which whoever sends notices reports that one reached the debtor."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huikuan.events.texts import fault_of_word
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import both
from services.notifier.delivering import Delivering, Reported
from services.notifier.requests import By, Key, answered, key_in, name_in, trace_of

Text = Annotated[str, Field(min_length=1, max_length=500)]


class DeliveryBody(BaseModel):
    """Who reports it, when and how it got there, and what proves it."""

    model_config = ConfigDict(extra="forbid")

    by: By
    on: Annotated[date | None, Field(description="Default the open business day.")] = None
    channel: Annotated[Text | None, Field(description="letter, mail, message")] = None
    proof: Annotated[Text | None, Field(description="A reference to the proof.")] = None


def delivering_router(delivering: Delivering) -> APIRouter:
    """The route about deliveries, below ``/v1``."""
    router = v1_router("answers")

    @router.post(
        "/escalations/{escalation:path}/deliveries",
        status_code=201,
        summary="A notice reached the debtor",
    )
    def deliver(
        request: Request,
        escalation: Annotated[str, Path(max_length=1_000)],
        body: DeliveryBody,
        idempotency_key: Key = "",
    ) -> Response:
        reported = Reported(
            by=name_in(body.by),
            on=body.on,
            channel=_text_in(body.channel, "/channel"),
            proof=_text_in(body.proof, "/proof"),
        )
        key, trace = key_in(idempotency_key), trace_of(request)
        return answered(delivering.deliver(escalation, reported, key, trace), 201)

    return router


def _text_in(text: str | None, pointer: str) -> str | None:
    if text is not None and (fault := fault_of_word(text)):
        raise Problem(422, errors=[FieldError(both(fault), pointer)])
    return text
