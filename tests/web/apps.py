"""A small app behind the real edge, and a service that has folded as far as a test says."""

import threading
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.testclient import TestClient

from huikuan.eventlog.position import Position
from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page
from huikuan.web.edge import make_app
from huikuan.web.keys import Keys
from huikuan.web.problems import Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words

KEY = "hk_live_only-for-these-tests-0123456789"
LIMIT = 1000


class Folded:
    """A service of which a test says how far it has folded."""

    def __init__(self) -> None:
        self.ready = True
        self._done = threading.Event()

    def fold(self) -> None:
        self._done.set()

    def wait_for(self, position: Position, timeout_s: float) -> bool:
        del position
        return self._done.wait(min(timeout_s, 0.2))

    def position(self) -> Position:
        return Position({"ledger": {3: 7}} if self._done.is_set() else {})

    def lag(self) -> dict[int, int]:
        return {0: 0, 1: 7}

    def rebuild(
        self, on_progress: Callable[[int, int], None] | None = None, *, verify: bool = False
    ) -> object:
        if not self.ready:
            raise RuntimeError("the log is away")
        assert on_progress is not None
        on_progress(7, 10)
        assert self._done.wait(5)
        on_progress(10, 10)
        return {"accounts": 3, "verify": verify}

    def health(self) -> dict[str, Any]:
        return {"ready": self.ready, "alarms": [("A seq is missing.", "缺少序号。")]}


class Payment(BaseModel, extra="forbid"):
    amount: str
    count: int = 1


router = v1_router()


@router.post("/payments")
async def pay(payment: Annotated[Payment, Body()]) -> dict[str, str]:
    return {"amount": payment.amount}


@router.post("/raw")
async def raw(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.get("/asked")
def asked(as_of: AsOf, known_at: KnownAt, page: Page) -> dict[str, Any]:
    known = known_at.encode() if isinstance(known_at, Position) else known_at
    return {"as_of": as_of, "known_at": known, "limit": page.limit, "after": page.after}


@router.get("/waited")
def waited(position: AfterPosition) -> dict[str, bool]:
    return {"asked": position is not None}


@router.get("/refused")
def refused() -> None:
    raise Problem(409, "promise_exists", Words("It exists.", "已存在。"))


@router.get("/broken")
def broken() -> None:
    raise RuntimeError("the password of the database")


@router.get("/away")
def away() -> None:
    raise OperationalError("select secret", None, Exception("the password of the database"))


@router.get("/crowded")
def crowded() -> None:
    raise PoolTimeoutError("QueuePool limit of a secret size")


def app_with(service: Folded | None = None, violations: tuple[str, ...] = ()) -> FastAPI:
    return make_app(
        title="Test",
        service=service or Folded(),
        routers=[router],
        keys=Keys.of(KEY),
        invariants=lambda: violations,
        body_bytes_max=LIMIT,
    )


def client_of(app: FastAPI | None = None) -> TestClient:
    return TestClient(app or app_with(), headers={"Authorization": f"Bearer {KEY}"})
