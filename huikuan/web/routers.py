"""``v1_router``: what every service's routes have in common.

A router that FastAPI includes in another one has all its routes worked out again, which is half of
what a service's start takes. So these are complete when they are made, and the app has them as
they are.
"""

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from huikuan.web.parameters import only_known


def v1_router(*tags: str, below: str = "", route_class: type[APIRoute] = APIRoute) -> APIRouter:
    """A router for routes under ``/v1``, and ``below`` it; they refuse parameters they lack."""
    return APIRouter(
        prefix=f"/v1{below}",
        tags=list(tags),
        route_class=route_class,
        dependencies=[Depends(only_known)],
    )
