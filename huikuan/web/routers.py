"""``v1_router``: what every service's routes have in common.

Where FastAPI includes a router in another one, it works out all its routes a second time. So these
are complete when they are made, and the app has them as they are.
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
