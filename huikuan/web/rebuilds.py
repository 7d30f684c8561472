"""``POST /v1/rebuilds``: fold this service's state anew, while it goes on following.

A rebuild takes minutes, so the answer is 202 and ``GET /v1/rebuilds/latest`` says how far it is.
"""

import logging
import threading
from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

import msgspec
from fastapi import APIRouter, Body
from pydantic import BaseModel
from starlette.responses import Response

from huikuan.web.asking import AfterPosition
from huikuan.web.problems import Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words

_log = logging.getLogger("huikuan.web")


class Rebuildable(Protocol):
    """A service that can fold its state anew."""

    def rebuild(
        self, on_progress: Callable[[int, int], None] | None = None, *, verify: bool = False
    ) -> object:
        """Answers a report; with ``verify`` it changes nothing and reports differences."""


class Wanted(BaseModel, extra="forbid"):
    """The body of the request."""

    verify: bool = False


class Progress(msgspec.Struct):
    """How far the latest rebuild of this process is."""

    status: Literal["none", "running", "done", "failed"] = "none"
    verify: bool = False
    records: int = 0
    records_in_all: int = 0
    report: Any = None
    """What the service reports; null until it is done."""


def rebuild_router(service: Rebuildable) -> APIRouter:
    """The routes; one rebuild at a time."""
    router = v1_router("rebuild", below="/rebuilds")
    lock = threading.Lock()
    latest = Progress()

    @router.post("", status_code=202, summary="Fold this service's state anew")
    def begin(wanted: Annotated[Wanted | None, Body()] = None) -> Response:
        nonlocal latest
        with lock:
            if latest.status == "running":
                raise Problem(409, "rebuild_running", Words("One is running.", "已有重建在进行。"))
            latest = Progress("running", wanted is not None and wanted.verify)
        threading.Thread(target=_run, args=(service, latest), name="rebuild", daemon=True).start()
        return _json(latest, 202)

    @router.get("/latest", summary="How far the latest rebuild is")
    def look(waited: AfterPosition) -> Response:
        del waited
        return _json(latest)

    return router


def _run(service: Rebuildable, progress: Progress) -> None:
    def advance(records: int, in_all: int) -> None:
        progress.records, progress.records_in_all = records, in_all

    try:
        progress.report = service.rebuild(advance, verify=progress.verify)
        progress.status = "done"
    except Exception:  # noqa: BLE001 - told to the log and to whoever asks; the service goes on
        _log.exception("the rebuild failed")
        progress.status = "failed"


def _json(progress: Progress, status: int = 200) -> Response:
    return Response(msgspec.json.encode(progress), status, media_type="application/json")
