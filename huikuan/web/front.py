"""The front of a process: its services' apps below their names, a landing page, and health.

A process that serves one service alone answers below that name and without it, so that a proxy
needs to rewrite nothing and a client no other path.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

import msgspec
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from huikuan.web.edge import Served
from huikuan.web.problems import answer_problem

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def front_of(
    apps: Mapping[str, FastAPI], services: Mapping[str, Served], lifespan: Lifespan
) -> Starlette:
    """The app of the whole process."""

    async def landing(request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        links = {
            name: {
                "api": f"{base}/{name}/v1",
                "openapi": f"{base}/{name}/openapi.json",
                "ready": f"{base}/{name}/health/ready",
            }
            for name in apps
        }
        return _json({"name": "huikuan", "services": links})

    async def live(_: Request) -> Response:
        return _json({"status": "live"})

    async def ready(_: Request) -> Response:
        health = {
            name: bool((await run_in_threadpool(service.health)).get("ready"))
            for name, service in services.items()
        }
        word = "ready" if all(health.values()) else "not_ready"
        return _json({"status": word}, 200 if word == "ready" else 503)

    routes = [
        Route("/", landing),
        Route("/health/live", live),
        Route("/health/ready", ready),
        *(Mount(f"/{name}", app) for name, app in apps.items()),
    ]
    if len(apps) == 1:
        routes += [Mount("", app) for app in apps.values()]
    return Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={HTTPException: answer_problem}
    )


def _json(answer: object, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(msgspec.json.encode(answer), status, headers, "application/json")
