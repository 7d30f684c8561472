"""The same laws on PostgreSQL, which several processes may share."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from huikuan.eventlog import crash, engine, follow, rebuild, runner
from huikuan.eventlog.database import Database
from huikuan.eventlog.memory import MemoryLog
from tests.engine.acting import (
    Feed,
    KeylessLog,
    everything,
    on_log,
    running,
    service,
)
from tests.engine.histories import Action, act
from tests.engine.test_ownership import Clocks, beat
from tests.engine.test_service import say, until
from tests.engine.toy import TOY

NewDatabase = Callable[[str], str]
HISTORY: list[Action] = [
    action
    for day in range(9)
    for action in [
        *(("points", f"k{n:03}", (n + day) % 4 - 2, n % 9 + day) for n in range(70)),
        ("poison", "k001"),
        ("foreign", "k002"),
        ("day", 1 + day % 3),
        ("limit", 12 + 3 * day),
        *([("factor", 1 + day % 4)] if day % 3 == 2 else []),
    ]
]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    log = MemoryLog(3)
    act(Feed(log), HISTORY)
    with running(log, tmp_path_factory.mktemp("sqlite")) as made:
        made.drain()
        return everything(made)


@pytest.mark.parametrize("make", [MemoryLog, KeylessLog])
@pytest.mark.parametrize("size", [7, 5_000])
def test_both_databases_arrive_at_the_same_bytes(
    make: type[MemoryLog],
    size: int,
    expected: tuple[object, ...],
    postgres_url: NewDatabase,
    tmp_path: Path,
) -> None:
    log = make(3)
    act(Feed(log), HISTORY)
    with running(
        log, tmp_path, url=postgres_url("toy"), batch_records_max=size, reads_ahead=True
    ) as made:
        made.drain()
        assert everything(made) == expected
        report = made.rebuild(verify=True)
        assert report.differences == []
        assert report.verified is not None
        assert (report.verified.unsaid, report.verified.unfounded) == ([], [])
        made.drain()
        assert everything(made) == expected


class CrashError(BaseException):
    """A process died here."""


@pytest.mark.parametrize("few", [0, 100])
def test_crashes_on_postgres_lose_and_repeat_nothing(
    few: int,
    expected: tuple[object, ...],
    postgres_url: NewDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log, url = KeylessLog(3), postgres_url("toy")
    act(Feed(log), HISTORY)
    monkeypatch.setattr(follow, "REVIEWS_MAX", 50)
    monkeypatch.setattr(runner, "FEW_RECORDS", few)
    calls = 0

    def die(point: str) -> None:
        nonlocal calls
        calls += 1
        if calls % 7 == 0:
            raise CrashError(point)

    monkeypatch.setattr(crash, "strike", die)
    deaths = 0
    while True:
        made = service(log, tmp_path, url=url, exclusive=True, batch_records_max=60)
        try:
            made.drain()
        except CrashError:
            deaths += 1
            continue
        finally:
            made.close()
        break
    assert deaths > 5
    with running(log, tmp_path, url=url, exclusive=True) as made:
        assert everything(made) == expected


def test_a_to_b_to_a_on_postgres(postgres_url: NewDatabase, tmp_path: Path) -> None:
    log, clock, url = KeylessLog(1), Clocks(), postgres_url("toy")
    feed = Feed(log)
    a, b = (service(log, tmp_path, url=url, clock=clock, member=name) for name in "ab")
    feed.day(1)
    feed.points("k", 0, 6)
    a.drain()
    clock.expire_leases()
    feed.points("k", 0, 3)
    b.drain()
    clock.expire_leases()
    feed.points("k", 0, 1)
    beat(a)
    a.drain()
    assert a.read("k")[0].total == 10
    assert len(on_log(log, TOY)) == 1
    a.close()
    b.close()


@pytest.mark.parametrize("few", [0, 100])
def test_three_members_with_threads_and_killed_connections(
    few: int,
    expected: tuple[object, ...],
    postgres_url: NewDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huikuan.eventlog.ownership.BEAT_MS", 50)
    monkeypatch.setattr("huikuan.eventlog.turning._PAUSE_S", 0.01)
    monkeypatch.setattr(runner, "FEW_RECORDS", few)
    log, url = KeylessLog(3), postgres_url("toy")
    feed = Feed(log)
    members = [
        service(log, tmp_path, url=url, member=name, batch_records_max=40, reads_ahead=True)
        for name in "abc"
    ]
    for made in members:
        made.start()
    for first in range(0, len(HISTORY), 60):
        act(feed, HISTORY[first : first + 60])
        _kill_connections(url)
    until(lambda: all(made.health()["partitions"] for made in members), 30)
    until(lambda: not any(members[0].lag().values()), 60)
    position = say(members[0], "k001", "c1", 0)
    assert all(made.wait_for(position, 20) for made in members)
    for made in members:
        made.stop()
        assert made.health()["failure"] is None
    found = everything(members[0])
    for made in members:
        made.close()
    # All that was expected, and the command.
    assert {row[2] for row in found[1]} == {row[2] for row in _said(expected)} | {"c1"}
    with running(log, tmp_path, url=url, exclusive=True) as made:
        assert made.rebuild(verify=True).differences == []


def _said(found: tuple[object, ...]) -> list[tuple[object, ...]]:
    said = found[1]
    assert isinstance(said, list)
    return said


def _kill_connections(url: str) -> None:
    """All to this database."""
    kill = text(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with closing(Database(url)) as database, database.reading() as connection:
        connection.execute(kill)


def test_a_connection_that_broke_while_it_was_idle_is_replaced(
    postgres_url: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_TRUSTED_S", 0.0)
    url = postgres_url("toy")
    with running(MemoryLog(1), tmp_path, url=url) as made:
        for _ in range(2):
            with made.database.reading() as one, made.database.reading() as another:
                assert [each.scalar(text("select 1")) for each in (one, another)] == [1, 1]
            _kill_connections(url)


def test_a_rebuild_beside_threads_on_postgres(postgres_url: NewDatabase, tmp_path: Path) -> None:
    log = KeylessLog(3)
    feed = Feed(log)
    with running(log, tmp_path, url=postgres_url("toy"), batch_records_max=100) as made:
        made.start()
        act(feed, HISTORY)
        calls = 0

        def go_on(_done: int, _total: int) -> None:
            nonlocal calls
            calls += 1
            act(feed, [("points", "k007", 0, 1), ("day", 1)])

        assert rebuild._ROUNDS_MAX > 1
        for _ in range(2):
            assert made.rebuild(go_on).differences == []
        until(lambda: not any(made.lag().values()), 30)
        made.stop()
        made.drain()
        assert made.rebuild(verify=True).differences == []


def test_the_first_revision_makes_the_core_on_postgres(
    postgres_url: NewDatabase, tmp_path: Path
) -> None:
    with running(MemoryLog(1), tmp_path, url=postgres_url("toy")) as made:
        with made.engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), made.core.metadata)
        assert found == []
        made.migrate()
