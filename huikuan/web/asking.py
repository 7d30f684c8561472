"""What questions have in common, as FastAPI dependencies.

``def debtor(…, waited: AfterPosition, as_of: AsOf, known_at: KnownAt, page: Page)``: each is a
type that carries its own ``Depends``.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, NamedTuple, Protocol

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from huikuan.eventlog.known import ElsewhereError
from huikuan.eventlog.position import Position
from huikuan.web.problems import FieldError, Problem, answer_problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import BY_ERROR_TYPE, Words

WAIT_SECONDS_MAX = 10.0
WAITERS_MAX = 64
"""Requests that may wait at once, on threads of their own so that nobody else's are taken."""
RETRY_AFTER_SECONDS = 2
LIMIT_MAX = 1000
_TOKEN_CHARACTERS_MAX = 8000


class Following(Protocol):
    """A service that folds the log and can wait until it has folded that far."""

    def wait_for(self, position: Position, timeout_s: float) -> bool:
        """False where it has not within the time."""


class Folding(Protocol):
    """A service that can say how far it has folded."""

    def position(self) -> Position:
        """Everything up to here is folded."""


class Asked(NamedTuple):
    """Which page of a list is wanted."""

    limit: int
    after: str


async def _wait(
    request: Request,
    after_position: Annotated[
        str, Query(description="Wait until the service has folded this far.", max_length=8000)
    ] = "",
) -> Position | None:
    if not after_position:
        return None
    position = position_of(after_position, "after_position")
    service: Following = request.app.state.service
    waiters: CapacityLimiter = request.app.state.waiters
    if not await anyio.to_thread.run_sync(
        service.wait_for, position, WAIT_SECONDS_MAX, limiter=waiters
    ):
        raise _not_yet()
    return position


def _not_yet() -> Problem:
    detail = Words(
        "This service has not folded that far yet.", "本服务尚未处理到该位置，请稍后重试。"
    )
    return Problem(503, "not_yet_folded", detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def position_of(token: str, parameter: str) -> Position:
    """The position behind a token that we gave out; raises the ``Problem`` 422 for others."""
    try:
        return Position.decode(token)
    except ValueError:
        words = BY_ERROR_TYPE["position_unknown"]
        raise Problem(422, errors=[FieldError(words, parameter=parameter)]) from None


async def _as_of(
    as_of: Annotated[
        date | None,
        Query(
            description="Effective date; default the business day open then (`known_at`), or now."
        ),
    ] = None,
) -> date | None:
    return as_of


async def _known_at(
    known_at: Annotated[
        str,
        Query(
            description="As known then: a timestamp or a position; default everything.",
            max_length=_TOKEN_CHARACTERS_MAX,
        ),
    ] = "",
) -> int | Position | None:
    if not known_at:
        return None
    try:
        return milliseconds_of(known_at)
    except ValueError:
        pass
    try:
        return Position.decode(known_at)
    except ValueError:
        words = BY_ERROR_TYPE["instant_unreadable"]
        raise Problem(422, errors=[FieldError(words, parameter="known_at")]) from None


async def answer_unknown_place(request: Request, fault: Exception) -> Response:
    """The exception handler for a ``known_at`` that is no place of the log, or not of this part."""
    name = "position_elsewhere" if isinstance(fault, ElsewhereError) else "position_not_folded"
    wrong = FieldError(BY_ERROR_TYPE[name], parameter="known_at")
    return await answer_problem(request, Problem(422, errors=[wrong]))


def milliseconds_of(text: str) -> int:
    """Milliseconds since 1970 UTC of an ISO timestamp; raises ``ValueError``.

    Without a zone it is UTC; a date alone means its last millisecond, in UTC. A space before the
    zone is the ``+`` that an unescaped query lost.
    """
    if len(text) == 10:
        instant = datetime.combine(date.fromisoformat(text), time(23, 59, 59, 999000), UTC)
    else:
        instant = datetime.fromisoformat(
            text[:10] + text[10:].replace(" ", "+") if "T" in text else text
        )
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return round(instant.timestamp() * 1000)


def instant_of(milliseconds: int) -> str:
    """Milliseconds since 1970 UTC as an ISO timestamp."""
    seconds, rest = divmod(milliseconds, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


async def _page(
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="Entries at most.")] = 100,
    after: Annotated[
        str, Query(max_length=_TOKEN_CHARACTERS_MAX, description="`next` of the page before.")
    ] = "",
) -> Asked:
    return Asked(limit, after)


AfterPosition = Annotated[Position | None, Depends(_wait)]
"""Waits until the service has folded that far (``?after_position=``); 503 after ten seconds."""
AsOf = Annotated[date | None, Depends(_as_of)]
"""``?as_of=``: the effective date asked about, or None for the open day."""
KnownAt = Annotated[int | Position | None, Depends(_known_at)]
"""``?known_at=``: milliseconds since 1970 UTC, a position, or None for all that is recorded."""
Page = Annotated[Asked, Depends(_page)]
"""``?limit=&after=``."""


def position_router(service: Folding) -> APIRouter:
    """``GET /v1/position``: how far this service has folded; waits like any other question."""
    router = v1_router("position")

    @router.get("/position", summary="How far this service has folded")
    def position(waited: AfterPosition) -> dict[str, str]:
        del waited
        return {"position": service.position().encode()}

    return router
