"""The HTTP app of the promises service."""

from fastapi import FastAPI

from huikuan.web.edge import make_app as make_edge
from huikuan.web.keys import Keys
from services.promises.api import make_router
from services.promises.service import Promises


def make_app(promises: Promises, keys: Keys) -> FastAPI:
    """An app that answers for a service; starting and stopping it is for whoever runs the app."""
    return make_edge(
        title="Huikuan promises",
        service=promises.service,
        routers=[make_router(promises)],
        keys=keys,
    )
