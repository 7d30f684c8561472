"""The HTTP app of the notifier."""

from fastapi import FastAPI

from huikuan.debtor.conservation import all_imbalances
from huikuan.web.edge import make_app as make_edge
from huikuan.web.keys import Keys
from services.notifier.api import make_routers
from services.notifier.domain.policy import Policy
from services.notifier.guard_metrics import GuardMetrics
from services.notifier.service import Notifier


def make_app(notifier: Notifier, keys: Keys) -> FastAPI:
    """An app that answers for a service; starting and stopping it is for whoever runs the app."""
    service = notifier.service
    return make_edge(
        title="Huikuan notifier",
        service=service,
        routers=make_routers(notifier),
        keys=keys,
        schemas=lambda: {Policy.__name__: Policy.model_json_schema()},
        collectors=[GuardMetrics(service), notifier.unanswered],
        invariants=lambda: all_imbalances(
            (debtor, watched.account) for debtor, watched, _ in service.scan()
        ),
    )
