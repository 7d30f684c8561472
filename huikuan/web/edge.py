"""``make_app``: one service's HTTP app, with everything that is the same for all of them."""

from collections.abc import Callable, Iterable
from typing import Protocol

from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException

from huikuan.eventlog.engine import AWAY
from huikuan.eventlog.known import ElsewhereError, UnknownPlaceError
from huikuan.web.asking import (
    WAITERS_MAX,
    Folding,
    Following,
    answer_unknown_place,
    position_router,
)
from huikuan.web.away import answer_away
from huikuan.web.gate import Gate
from huikuan.web.health import Healthy, health_router
from huikuan.web.keys import Keys
from huikuan.web.metrics import Behind, Metrics
from huikuan.web.openapi import Schemas, describe
from huikuan.web.problems import answer_invalid, answer_problem
from huikuan.web.rebuilds import Rebuildable, rebuild_router

BODY_BYTES_MAX = 4 * 1024 * 1024


class Served(Following, Folding, Behind, Healthy, Rebuildable, Protocol):
    """What the edge asks of a service."""


def make_app(  # noqa: PLR0913 - all but four have defaults that are right for most services
    *,
    title: str,
    service: Served,
    routers: Iterable[APIRouter],
    keys: Keys,
    invariants: Callable[[], Iterable[str]],
    collectors: Iterable[Collector] = (),
    body_bytes_max: int = BODY_BYTES_MAX,
    schemas: Callable[[], Schemas] = dict,
) -> FastAPI:
    """An app for ``routers``, each made by ``v1_router``.

    It answers also ``/health/live`` and ``/health/ready`` (without a key), ``/health/invariants``
    and ``/metrics`` (with one) and ``/openapi.json``. ``invariants`` yields a sentence for each
    violation; ``collectors`` are what ``/metrics`` tells beside requests and lag; ``schemas`` are
    what ``/openapi.json`` tells of the bodies that ``routers`` read by hand. Starting and
    stopping ``service`` is for whoever runs the app. Handlers find the service as
    ``request.app.state.service``; the trace and the request's id in ``request.state``.
    """
    # FastAPI's pages of documentation load scripts from elsewhere: only the document stays.
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    metrics = Metrics(service, collectors)
    app.state.service = service
    app.state.waiters = CapacityLimiter(WAITERS_MAX)
    ours = (position_router(service), rebuild_router(service), health_router(service, invariants))
    for router in (*routers, *ours):
        app.router.routes.extend(router.routes)
    app.add_api_route("/metrics", metrics.respond, include_in_schema=False)
    app.add_exception_handler(HTTPException, answer_problem)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(ElsewhereError, answer_unknown_place)
    app.add_exception_handler(UnknownPlaceError, answer_unknown_place)
    for away in AWAY:
        app.add_exception_handler(away, answer_away)
    app.add_middleware(Gate, keys=keys, body_bytes_max=body_bytes_max, observe=metrics.observe)
    describe(app, schemas)
    return app
