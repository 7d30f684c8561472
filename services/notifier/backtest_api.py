"""The routes of backtests: begun, looked at until they are done, cancelled."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from huikuan.web.asking import AfterPosition, Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words
from services.notifier.backtest_jobs import Backtests
from services.notifier.backtest_request import BacktestBody, read_trial
from services.notifier.backtest_shown import shown_job, shown_result
from services.notifier.following import Following
from services.notifier.requests import answered

_NO_CURSOR = Words("Not a cursor that we gave out.", "不是本系统给出的游标。")
_DIGITS_MAX = 9
JobId = Annotated[str, Path(max_length=100)]


def backtest_router(service: Following, backtests: Backtests) -> APIRouter:
    """``/backtests``: one runs at a time; its result is kept by this process for a while."""
    router = v1_router("backtests", below="/backtests")

    @router.post("", status_code=202, summary="Try a policy on a period of the log")
    def begin(body: BacktestBody) -> Response:
        return answered(shown_job(backtests.begin(read_trial(body, service.shared()))), 202)

    @router.get("", summary="Those that are kept, the latest first")
    def every(waited: AfterPosition) -> Response:
        del waited
        return answered({"items": [shown_job(job) for job in backtests.all()]})

    @router.get("/{job}", summary="How far it is; when done, totals and the debtors that differ")
    def look(job: JobId, waited: AfterPosition, page: Page) -> Response:
        del waited
        if page.after and not (page.after.isdecimal() and len(page.after) <= _DIGITS_MAX):
            raise Problem(422, errors=[FieldError(_NO_CURSOR, parameter="after")])
        return answered(shown_result(backtests.find(job), page.after, page.limit))

    @router.delete("/{job}", summary="Cancel it; forget it where it has ended")
    def cancel(job: JobId) -> Response:
        return answered(shown_job(backtests.cancel(job)))

    return router
