"""The ledger's app: its routes behind the edge that all services share."""

from fastapi import FastAPI

from huikuan.web.edge import make_app as make_edge
from huikuan.web.keys import Keys
from services.ledger.api import make_router
from services.ledger.service import Ledger


def make_app(ledger: Ledger, keys: Keys) -> FastAPI:
    """The app, for whoever runs it; starting and stopping the ledger is for him too."""
    return make_edge(
        title="Huikuan ledger",
        service=ledger.service,
        routers=[make_router(ledger)],
        keys=keys,
        invariants=ledger.questions.imbalances,
    )
