"""The HTTP app of the promises service."""

from fastapi import FastAPI

from huikuan.debtor.conservation import all_imbalances
from huikuan.web.edge import make_app as make_edge
from huikuan.web.keys import Keys
from services.promises.api import make_router
from services.promises.service import Promises


def make_app(promises: Promises, keys: Keys) -> FastAPI:
    """An app that answers for a service; starting and stopping it is for whoever runs the app."""
    service = promises.service
    return make_edge(
        title="Huikuan promises",
        service=service,
        routers=[make_router(promises)],
        keys=keys,
        invariants=lambda: all_imbalances(
            (debtor, promisor.account) for debtor, promisor, _ in service.scan()
        ),
    )
