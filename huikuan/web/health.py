"""Is it alive, can it answer, and do its numbers add up?"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Protocol

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

VIOLATIONS_MAX = 100


class Healthy(Protocol):
    """A service that knows how it is."""

    def health(self) -> dict[str, object]:
        """Its parts and how they are; ``ready`` says whether it can answer."""


def health_router(
    service: Healthy, invariants: Callable[[], Iterable[str]] | None = None
) -> APIRouter:
    """The routes under ``/health``. Live and ready are open, so they say one word only."""
    router = APIRouter(prefix="/health", tags=["health"])

    @router.get("/live", summary="The process answers")
    async def live() -> Response:
        return _json({"status": "live"})

    @router.get("/ready", summary="The service can answer: database, log, runner")
    def ready() -> Response:
        if service.health().get("ready", False):
            return _json({"status": "ready"})
        return _json({"status": "not_ready"}, 503)

    @router.get("/parts", summary="How each part is, for operators")
    def parts() -> Response:
        return _json(service.health())

    @router.get("/invariants", summary="Whether what must always hold does hold")
    def hold() -> Response:
        found = list(islice(invariants() if invariants else (), VIOLATIONS_MAX))
        answer = {"status": "violated" if found else "hold", "violations": found}
        return _json(answer, 503 if found else 200)

    return router


def _json(answer: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
