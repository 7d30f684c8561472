"""Every service that folds accounts says at its health endpoint whether they add up (law 4)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.rules import Row
from huikuan.eventlog.service import Service
from huikuan.web.keys import Keys
from services.promises.app import make_app
from tests.ledger.desk import KEY, a_desk
from tests.notifier.world import a_world as a_notifier
from tests.notifier.world import owed
from tests.promises.world import a_world as a_promises

DEBTOR = "acme"
DAY = date(2026, 3, 2)
Asked = tuple[Service[Any, Any], TestClient]


@contextmanager
def ledger(home: Path) -> Iterator[Asked]:
    with a_desk(home) as desk:
        desk.accept(desk.invoice("A", "10.00", "2026-03-01", debtor=DEBTOR))
        desk.open_day(DAY.isoformat())
        desk.ask("/v1/debtors/acme")
        yield desk.ledger.service, desk.client


@contextmanager
def promises(home: Path) -> Iterator[Asked]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with a_promises(home) as world:
        world.fact(owed("A", "10.00", DAY), DEBTOR)
        world.open(40)
        with TestClient(make_app(world.promises, Keys.of(KEY)), headers=headers) as client:
            yield world.promises.service, client


@contextmanager
def notifier(home: Path) -> Iterator[Asked]:
    with a_notifier(home) as world:
        world.fact(owed("A", "10.00", DAY), DEBTOR)
        world.open(DAY)
        yield world.notifier.service, world.client


def falsify(service: Service[Any, Any], debtor: str) -> None:
    """Owe a cent more in what is stored than any invoice says."""
    kept, _ = service.read(debtor)
    getattr(kept, "account", kept).items[0].open_minor += 1
    with service.database.writing() as connection:
        row = Row(service.rules.body(kept))
        partition = partition_of(debtor, service.partitions)
        service._state(connection).save(connection, [(partition, debtor, row)])


@pytest.mark.parametrize("opened", [ledger, promises, notifier])
def test_an_account_that_does_not_add_up_is_told(
    opened: Callable[[Path], AbstractContextManager[Asked]], tmp_path: Path
) -> None:
    with opened(tmp_path) as (service, client):
        assert client.get("/health/invariants").json() == {"status": "hold", "violations": []}
        falsify(service, DEBTOR)
        answer = client.get("/health/invariants")
        assert answer.status_code == 503
        assert answer.json()["violations"] == ["acme: A: 1000 issued, 0 reduced, 1001 open"]
