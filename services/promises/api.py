"""The HTTP face of the promises service. It alone knows status codes."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from huikuan.events.promises import Stage
from huikuan.events.texts import fault_of_id
from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words, both
from services.promises.domain.requests import Asked, Refused
from services.promises.service import EXISTS, UNKNOWN, WITHDRAWN_BEFORE, Promises, Replayed, Taken
from services.promises.shown import shown

_NOT_FOUND, _CONFLICT, _INVALID = 404, 409, 422
_CONFLICTS = frozenset({EXISTS.code, WITHDRAWN_BEFORE.code, "no_open_day"})
LIST_MAX = 1_000

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="The same key with the same request is answered the same, and done once.",
    ),
]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(max_length=500)]
Amount = Annotated[str, Field(max_length=30, examples=["249.95"])]


class StageBody(BaseModel):
    """A part of a promise with its own date."""

    model_config = ConfigDict(extra="forbid")

    due_on: date
    amount: Amount


class PromiseBody(BaseModel):
    """A promise to take down: by ``due_on``, or in ``stages`` that add up to the amount."""

    model_config = ConfigDict(extra="forbid")

    debtor: Id
    amount: Amount
    currency: Annotated[str, Field(max_length=10, examples=["CNY"])]
    due_on: date | None = None
    stages: Annotated[list[StageBody], Field(max_length=LIST_MAX)] = []
    invoices: Annotated[list[Id], Field(max_length=LIST_MAX)] = []
    by: Word | None = None
    channel: Word | None = None
    promise: Id | None = None
    replaces: Id | None = None
    company: Id = "main"
    made_on: date | None = None


class WithdrawalBody(BaseModel):
    """When a promise was taken back; ``debtor`` only for one that came by the ledger."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = None
    debtor: Id | None = None
    company: Id = "main"


def make_router(promises: Promises) -> APIRouter:
    """The routes of the service, below ``/v1``."""
    router = v1_router("promises")
    _add_requests(router, promises)
    _add_questions(router, promises)
    return router


def _add_requests(router: APIRouter, promises: Promises) -> None:
    @router.post("/promises", status_code=201, summary="Take a promise down")
    def make(request: Request, body: PromiseBody, idempotency_key: Key = "") -> Response:
        _must_be_id(body.debtor, "/debtor")
        _must_be_id(body.promise or "-", "/promise")
        taken = promises.make(
            body.debtor, _asked(body), body.promise or "", _key(idempotency_key), _trace(request)
        )
        return _answer(taken, "made_on")

    @router.post(
        "/promises/{promise:path}/withdrawal", status_code=201, summary="Withdraw a promise"
    )
    def withdraw(
        request: Request,
        promise: Annotated[str, Path(max_length=200)],
        body: WithdrawalBody | None = None,
        idempotency_key: Key = "",
    ) -> Response:
        body = body or WithdrawalBody()
        _must_be_id(body.debtor or "-", "/debtor")
        taken = promises.withdraw(
            promise,
            body.company,
            body.debtor or "",
            body.on,
            _key(idempotency_key),
            _trace(request),
        )
        return _answer(taken, "withdrawn_on")


def _add_questions(router: APIRouter, promises: Promises) -> None:
    @router.get(
        "/debtors/{debtor:path}/promises", summary="What a debtor promised, what came of it"
    )
    def judged(
        debtor: Annotated[str, Path(min_length=1, max_length=200)],
        waited: AfterPosition,
        as_of: AsOf,
        known_at: KnownAt,
        page: Page,
    ) -> Response:
        del waited
        day, found = promises.promises_of(debtor, as_of, known_at)
        start = _start(page.after)
        items = [shown(each) for each in found[start : start + page.limit]]
        more = len(found) > start + page.limit
        answer: dict[str, Any] = {"debtor": debtor, "as_of": day, "items": items}
        return _json(answer | ({"next": str(start + page.limit)} if more else {}))


def _asked(body: PromiseBody) -> Asked:
    return Asked(
        amount=body.amount,
        currency=body.currency,
        due_on=body.due_on,
        stages=tuple(Stage(due_on=stage.due_on, amount=stage.amount) for stage in body.stages),
        made_on=body.made_on,
        invoices=tuple(body.invoices),
        by=body.by,
        channel=body.channel,
        replaces=body.replaces,
        company=body.company,
    )


def _key(header: str) -> str:
    """The Idempotency-Key, with or without the quotes that its draft standard gives it."""
    key = header.strip().removeprefix('"').removesuffix('"')
    if key and (fault := fault_of_id(key)):
        raise Problem(_INVALID, errors=[FieldError(both(fault), parameter="Idempotency-Key")])
    return key


def _must_be_id(text: str, pointer: str) -> None:
    if fault := fault_of_id(text):
        raise Problem(_INVALID, errors=[FieldError(both(fault), pointer)])


def _trace(request: Request) -> str:
    return str(getattr(request.state, "trace", ""))


def _start(after: str) -> int:
    if not after:
        return 0
    if not after.isascii() or not after.isdecimal() or len(after) > 9:
        words = Words("Not a cursor that we gave out.", "不是本系统给出的游标。")
        raise Problem(_INVALID, errors=[FieldError(words, parameter="after")])
    return int(after)


def _answer(taken: Taken, day_name: str) -> Response:
    if isinstance(taken, Refused):
        raise _problem(taken)
    replayed = isinstance(taken, Replayed)
    answer = taken.answer if isinstance(taken, Replayed) else taken
    content = {
        "promise": answer.promise,
        "debtor": answer.debtor,
        day_name: answer.on,
        "position": answer.position,
    }
    return _json(content, 201, {"Idempotency-Replayed": "true"} if replayed else {})


def _problem(refused: Refused) -> Problem:
    words = Words(refused.en, refused.zh)
    if refused.code == UNKNOWN.code and not refused.pointer:
        return Problem(_NOT_FOUND, refused.code, words)
    status = _CONFLICT if refused.code in _CONFLICTS else _INVALID
    errors = [FieldError(words, refused.pointer)] if refused.pointer else []
    return Problem(status, refused.code, "" if errors else words, errors=errors)


def _json(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = msgspec.json.encode(content)
    return Response(body, status, headers, "application/json")
