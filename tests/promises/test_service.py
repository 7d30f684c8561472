"""The service as a whole: threads, databases, a backup restored, many who ask the same at once."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import Entry, Meta
from huikuan.eventlog.restored import RestoredBackupError
from huikuan.events.notifier import EscalationRaised
from services.promises.domain.requests import Asked
from services.promises.requests import Answer
from services.promises.service import EXISTS, Replayed, Taken
from services.promises.settings import Settings
from tests.promises.world import World, a_world, on, paid

ASKED = Asked(amount="100", currency="CNY", due_on=on(5))


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on each of the two databases."""
    url = ""
    if request.param == "postgres":
        new_database: Callable[[str], str] = request.getfixturevalue("postgres_url")
        url = new_database("promises")
    with a_world(tmp_path, promises_db_url=url) as made:
        yield made


def answer_of(taken: Taken) -> Answer:
    assert isinstance(taken, Answer | Replayed)
    return taken.answer if isinstance(taken, Replayed) else taken


def test_who_asks_the_same_at_once_is_answered_the_same(either: World) -> None:
    either.open(0)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(either.promises.make, "D1", ASKED, "", "call-7") for _ in range(16)]
        answers = [answer_of(each.result()) for each in asked]
    assert len(set(map(repr, answers))) == 1
    assert [promise.promise for promise in either.judged()] == ["call-7"]


def test_a_service_with_its_threads_answers_what_was_just_promised(either: World) -> None:
    either.open(0)
    either.promises.start()
    answer = answer_of(either.promises.make("D1", ASKED, "P1"))
    position = either.promises.service.position().decode(answer.position)
    assert either.promises.service.wait_for(position, 10)
    _, (promise,) = either.promises.promises_of("D1", None, None)
    assert (promise.promise, promise.state) == ("P1", "open")
    either.promises.stop()


def test_what_another_service_said_and_nobody_can_read_is_set_aside_here_too(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        world.open(0)
        service, partition = world.promises.service, partition_of("D1", world.log.partitions)
        garbled = Meta("notifier", 1, "n1", EscalationRaised.TYPE, 1)
        world.log.append(partition, [Entry("D1", b'{"escalation": 7', garbled)])
        world.drain()
        (aside,) = service.set_aside()
        assert service.read("D1")[0].account.unsettled == (aside.place,)
        assert service.rebuild().differences == []


def test_what_a_migration_makes_is_what_the_service_reads(either: World) -> None:
    service = either.promises.service
    found = sa.inspect(service.engine)
    for table in service.core.metadata.sorted_tables:
        made = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert made == {column.name: column.nullable for column in table.columns}
        key = found.get_pk_constraint(table.name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
    service.migrate()


def test_after_a_restored_backup_nothing_is_promised_twice(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    with a_world(home) as before:
        before.open(0)
        before.promises.make("D1", ASKED, "P0")
        before.drain()
        log = before.log
    shutil.copytree(home, backup)
    with a_world(home, log) as lost:
        lost.promises.make("D1", ASKED, "P1")
        lost.promises.withdraw("P0", "main", "", None, "", "")
        lost.drain()
    with a_world(backup, log) as restored:
        with pytest.raises(RestoredBackupError):
            restored.promises.make("D1", ASKED, "P2")
        assert restored.promises.service.recover() == 2
        assert restored.promises.make("D1", ASKED, "P1") is EXISTS
        again = restored.promises.withdraw("P1", "main", "", None, "", "")
        assert answer_of(again).debtor == "D1"
        restored.drain()
        assert {each.promise: each.state for each in restored.judged()} == {
            "P0": "withdrawn",
            "P1": "withdrawn",
        }


def test_a_rebuild_on_either_database_equals_live(either: World) -> None:
    either.open(0)
    either.promises.make("D1", ASKED, "P1")
    either.promises.make("D2", ASKED, "P2")
    either.drain()
    either.fact(paid("B1", 40, 0))
    either.open(7)
    assert either.said("D1") == [("partly_kept", "P1", None)]
    assert either.said("D2") == [("broken", "P2", None)]
    report = either.promises.service.rebuild()
    assert report.compared
    assert report.differences == []
    either.open(9)
    assert either.said("D1") == [("partly_kept", "P1", None)]


def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HUIKUAN_LOG_URL", "HUIKUAN_PROMISES_DB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path))
    settings = Settings()
    assert settings.log == f"embedded:{tmp_path / 'log.db'}"
    assert settings.database == f"sqlite:///{tmp_path / 'promises.db'}"
    monkeypatch.setenv("HUIKUAN_LOG_URL", "kafka://127.0.0.1:9092")
    monkeypatch.setenv("HUIKUAN_PROMISES_DB_URL", "postgresql://127.0.0.1/promises")
    settings = Settings()
    assert (settings.log, settings.database) == (
        "kafka://127.0.0.1:9092",
        "postgresql://127.0.0.1/promises",
    )
