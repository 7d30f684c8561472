"""The same on both databases: what intake knows, who is first, what the migrations make."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from huikuan.eventlog import migrate
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.restored import RestoredBackupError
from services.ledger.asked import rows_in
from tests.ledger.desk import Desk, a_desk

THREADS = 4


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives a new database each time it is called."""
    made: list[str] = []

    def new() -> str:
        made.append("ledger")
        if request.param == "postgres":
            new_database: Callable[[str], str] = request.getfixturevalue("postgres_url")
            return new_database("ledger")
        return f"sqlite:///{tmp_path / f'ledger-{len(made)}.db'}"

    return new


@pytest.fixture
def either(url: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path, ledger_db_url=url()) as desk:
        yield desk


def test_the_migrations_make_what_the_code_declares(either: Desk) -> None:
    service = either.ledger.service
    with service.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_schemas": False})
        differences = compare_metadata(context, service.core.metadata)
    states = [each for each in differences if "state_" not in str(each)]
    assert [each for each in states if "alembic_version" not in str(each)] == []


def test_only_a_database_of_an_older_revision_is_migrated(
    either: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list[object] = []
    monkeypatch.setattr(migrate, "upgrade", lambda *_: migrated.append(1))
    service = either.ledger.service
    service.migrate()
    assert migrated == []
    with service.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0000'"))
    service.migrate()
    assert migrated == [1]


def test_what_was_known_is_known_in_the_next_request(either: Desk) -> None:
    either.accept(
        either.invoice("INV-1", "100.00", "2012-05-31", event_id="i1"),
        either.payment("PAY-1", "10.00", "2012-05-20", bank_reference="R1", event_id="p1"),
    )
    assert either.statuses(
        either.invoice("INV-1", "100.00", "2012-05-31"),
        either.invoice("INV-1", "120.00", "2012-05-31"),
        either.payment("PAY-2", "10.00", "2012-05-20", bank_reference="R1"),
        either.payment("PAY-3", "10.00", "2012-05-20"),
    ) == ["duplicate", "conflict", "duplicate", "accepted"]
    either.accept(either.envelope("invoice.cancelled", invoice="INV-1", on="2012-05-02"))
    assert either.statuses(either.invoice("INV-1", "130.00", "2012-05-31")) == ["accepted"]
    assert either.statuses(either.invoice("INV-1", "140.00", "2012-05-31")) == ["conflict"]
    assert [item["resembles"] for item in either.ask("/v1/look-alikes")["items"]] == ["erp|p1"]


def test_keys_longer_than_an_index_takes_are_known_too(either: Desk) -> None:
    long = "账" * 500
    payment = either.payment(
        "付" * 200, "1.00", "2012-05-20", bank_account=long, bank_reference=long
    )
    payment["id"], payment["source"] = "号" * 200, "源" * 300
    assert either.statuses(payment, payment) == ["accepted", "duplicate"]
    assert either.statuses(payment) == ["duplicate"]


def test_a_conflict_is_settled_there_too(either: Desk) -> None:
    either.accept(either.invoice("INV-1", "100.00", "2012-05-31"))
    (result,) = either.send(either.invoice("INV-1", "120.00", "2012-05-31"))
    place = either.foreign(b"?")
    either.fold()
    for identifier in (result["conflict"], place):
        decision = {"outcome": "discarded", "by": "li.wei", "reason": "sent twice"}
        for _ in range(2):
            assert either.post(f"/v1/quarantine/{identifier}", decision).status_code == 200
    items = either.ask("/v1/quarantine")["items"]
    assert [item["status"] for item in items] == ["discarded", "discarded"]


def test_many_at_once_lose_nothing_and_take_nothing_twice(either: Desk) -> None:
    events = [either.invoice(f"INV-{n}", "1.00", "2012-05-31", event_id=f"i{n}") for n in range(40)]
    taking = either.ledger.taking

    def send_all(_sender: int) -> list[str]:
        bodies = [json.dumps(event).encode() for event in events]
        return [taking.take(rows_in(body, "")).results[0].status for body in bodies]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(send_all, range(THREADS)))
    for row in zip(*answers, strict=True):
        assert sorted(row) == ["accepted"] + ["duplicate"] * (THREADS - 1)
    ids = [record.meta.id for record in either.records() if record.meta]
    assert sorted(ids) == sorted(f"erp|i{n}" for n in range(40))


def test_days_opened_by_two_at_once_are_opened_once(either: Desk) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda day: either.open_day(f"2012-05-{day}"), [10, 12, 11, 12]))
    either.open_day("2012-05-12")
    days = [record.meta.id for record in either.records() if record.meta and not record.partition]
    assert days == sorted(set(days))
    assert days[-1] == "day/2012-05-12"


def test_a_restored_backup_reads_back_what_intake_knew(
    url: Callable[[], str], tmp_path: Path
) -> None:
    log = MemoryLog(2)
    with a_desk(tmp_path, log, ledger_db_url=url()) as desk:
        invoice = desk.invoice("INV-1", "100.00", "2012-05-31", event_id="i1")
        desk.accept(invoice)
        desk.open_day("2012-05-30")
        desk.fold()
    with a_desk(tmp_path, log, ledger_db_url=url()) as desk:
        with pytest.raises(RestoredBackupError):
            desk.ledger.service.check()
        assert desk.ledger.service.recover() == 1 + log.partitions
        other = desk.invoice("INV-1", "120.00", "2012-05-31")
        assert desk.statuses(invoice, other) == ["duplicate", "conflict"]
        assert desk.open_day("2012-05-31")["opened"] == ["2012-05-31"]
        assert desk.open_of() == {"INV-1": "100.00"}
