"""Is it alive, can it answer, and do its numbers add up?"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Protocol

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from huikuan.web.problems import language_of

VIOLATIONS_MAX = 100


class Healthy(Protocol):
    """A service that knows how it is."""

    def health(self) -> dict[str, Any]:
        """Its parts and how they are; ``ready`` says whether it can answer.

        ``alarms`` are sentences for people, each in English and in Chinese.
        """


def health_router(service: Healthy, invariants: Callable[[], Iterable[str]]) -> APIRouter:
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
    def parts(request: Request) -> Response:
        health = service.health()
        language = language_of(request.headers.get("accept-language", ""))
        alarms = [zh if language == "zh" else en for en, zh in health["alarms"]]
        answer = _json({**health, "alarms": alarms})
        answer.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
        return answer

    @router.get("/invariants", summary="Whether what must always hold does hold")
    def hold() -> Response:
        found = list(islice(invariants(), VIOLATIONS_MAX))
        answer = {"status": "violated" if found else "hold", "violations": found}
        return _json(answer, 503 if found else 200)

    return router


def _json(answer: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
