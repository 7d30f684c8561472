"""The ledger's app: its routes behind the edge that all services share."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from huikuan.eventlog.restored import RestoredBackupError
from huikuan.web.edge import make_app as make_edge
from huikuan.web.keys import Keys
from huikuan.web.problems import Problem, answer_problem
from huikuan.web.wording import Words
from services.ledger.api import make_routers
from services.ledger.described import schemas
from services.ledger.quarantine_metrics import QuarantineMetrics
from services.ledger.service import Ledger


def make_app(ledger: Ledger, keys: Keys) -> FastAPI:
    """The app, for whoever runs it; starting and stopping the ledger is for him too."""
    app = make_edge(
        title="Huikuan ledger",
        service=ledger.service,
        routers=make_routers(ledger),
        keys=keys,
        collectors=[QuarantineMetrics(ledger.quarantine)],
        invariants=ledger.questions.imbalances,
        schemas=schemas,
    )
    app.add_exception_handler(RestoredBackupError, _answer_restored)
    return app


async def _answer_restored(request: Request, error: Exception) -> Response:
    """Writing now would give numbers to new facts that old ones have on the log."""
    detail = Words(str(error), "数据库恢复自备份，须先运行 huikuan recover ledger。")
    return await answer_problem(request, Problem(503, "restored_backup", detail))
