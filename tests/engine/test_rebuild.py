"""Rebuilding: beside the following that goes on, without a voice, and over to the new state."""

import ast
import threading
from inspect import getsource
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect, select, update

from huikuan.eventlog import follow, rebuild, refold
from huikuan.eventlog.database import BusyError
from huikuan.eventlog.log import LogError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.ownership import RebuildNeededError
from huikuan.eventlog.record import Record, Saying
from tests.engine.acting import (
    Feed,
    KeylessLog,
    everything,
    running,
    said_by,
    service,
    state_of,
)
from tests.engine.histories import Action, act
from tests.engine.toy import Account, Shared, ToyRules

COMPARED = pytest.mark.parametrize("behind", [1_000, 0], ids=["at_the_end", "ahead_too"])
LOGS = pytest.mark.parametrize("make", [MemoryLog, KeylessLog])


def much(keys: int, days: int = 6) -> list[Action]:
    history: list[Action] = []
    for day in range(days):
        history += [("points", f"k{n}", (n + day) % 4 - 2, n % 9 + day) for n in range(keys)]
        history += [("poison", "k1"), ("foreign", "k2"), ("day", 1)]
        if day % 3 == 2:
            history += [("factor", day), ("limit", 15 + day)]
    return history


def test_a_rebuild_has_no_outbox_in_its_reach() -> None:
    for module in (rebuild, refold):
        tree = ast.parse(getsource(module))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in imported if name and name.endswith((".outbox", ".relay"))}


@LOGS
@pytest.mark.parametrize("at_once", [1, 7, 32_768])
def test_a_rebuild_chases_in_rounds_what_goes_on(
    make: type[MemoryLog], at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_BEHIND_RECORDS", 3)
    monkeypatch.setattr(refold, "_RECORDS_MAX", at_once)
    log = make(2)
    feed = Feed(log)
    act(feed, much(40))
    with running(log, tmp_path, batch_records_max=50) as made:
        made.drain()
        calls = 0

        def go_on(done: int, total: int) -> None:
            nonlocal calls
            calls += 1
            assert 0 < done <= total
            if calls % 2 and calls < 16:
                act(feed, [("points", f"k{calls}", -1, 2), ("day", 1), ("limit", 5 + calls)])
                act(feed, [("points", f"new{calls}", 1, 20), ("points", "k3", 0, 1)])
                act(feed, [("points", f"quiet{calls}", 1, 1)])  # only its day brings it up again
                if calls % 3 == 0:
                    act(feed, [("factor", calls)])
                made.drain()

        report = made.rebuild(go_on, verify=True)
        assert calls > 6
        assert report.compared
        assert report.differences == []
        assert report.verified is not None
        assert report.verified.decided == len(said_by(made)) > 50
        assert (report.verified.unsaid, report.verified.unfounded) == ([], [])
        act(feed, much(5))
        made.drain()
        assert made.rebuild().differences == []
        with made.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
        assert sorted(name for name in tables if name.startswith("state_")) == [
            "state_2_accounts",
            "state_3_accounts",
        ]


@COMPARED
def test_a_rebuild_tells_how_many_keys_there_are(
    behind: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_BEHIND_RECORDS", behind)
    with running(log := MemoryLog(2), tmp_path) as made:
        act(Feed(log), much(9))
        made.drain()
        assert made.rebuild().keys == 9


@LOGS
@COMPARED
def test_what_was_said_and_is_not_read_back_yet_is_in_force_after_a_rebuild(
    make: type[MemoryLog], behind: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_BEHIND_RECORDS", behind)
    log = make(2)
    feed = Feed(log)
    act(feed, much(10))
    with running(log, tmp_path) as made:
        while made.step():
            pass  # and nothing is sent
        assert said_by(made)
        assert made.rebuild().differences == []
        made.relay_once()
        assert made.rebuild().differences == []
        act(feed, much(10))
        made.drain()
        assert made.rebuild(verify=True).differences == []


@LOGS
def test_a_rebuild_beside_running_threads(make: type[MemoryLog], tmp_path: Path) -> None:
    log = make(2)
    feed = Feed(log)
    act(feed, much(60))
    with running(log, tmp_path, batch_records_max=100) as made:
        made.start()
        feeding = threading.Thread(target=lambda: act(feed, much(60, days=12)))
        feeding.start()
        reports = [made.rebuild() for _ in range(3)]
        feeding.join()
        while any(made.lag().values()):
            made.wait_for(made.position(), 0.05)
        made.stop()
        made.drain()
        assert [report.differences for report in reports] == [[], [], []]
        assert reports[-1].state == 4
        found = everything(made)
        assert made.rebuild(verify=True).differences == []
        assert everything(made) == found


def test_a_changed_fold_version_asks_for_a_rebuild(tmp_path: Path) -> None:
    log = MemoryLog(2)
    act(Feed(log), much(10))
    with running(log, tmp_path) as made:
        made.drain()
        found = everything(made)
    with running(log, tmp_path, rules=ToyRules(fold_version=2)) as newer:
        with pytest.raises(RebuildNeededError, match="huikuan rebuild toy"):
            newer.step()
        with pytest.raises(RebuildNeededError, match="version 1"):
            newer.read("k1")
        report = newer.rebuild()
        assert not report.compared
        newer.drain()
        assert everything(newer) == found
    # A process with the old rules stops rather than fold into a state that it does not know.
    with running(log, tmp_path) as older, pytest.raises(RebuildNeededError, match="version 2"):
        older.step()


class DoublingRules(ToyRules):
    """Folds another meaning: a total is twice what it was."""

    def body(self, account: Account) -> bytes:
        return msgspec.json.encode({**msgspec.json.decode(super().body(account)), "peak": 1})


@COMPARED
def test_a_rebuild_reports_what_is_different(
    behind: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_BEHIND_RECORDS", behind)
    log = MemoryLog(2)
    act(Feed(log), [("points", "a", 0, 3), ("points", "b", 0, 4), ("day", 1)])
    with running(log, tmp_path) as made:
        made.drain()
    with running(log, tmp_path, rules=DoublingRules()) as made:
        report = made.rebuild()
        assert {key for _, key in report.differences} == {"a", "b"}
        assert made.rebuild().differences == []


class SilentRules(ToyRules):
    """Decides nothing."""

    def decide(self, account: Account, record: Record, shared: Shared) -> list[Saying]:
        del account, record, shared
        return []


def test_verifying_tells_what_these_rules_would_not_have_said(tmp_path: Path) -> None:
    log = MemoryLog(2)
    act(Feed(log), [("points", "a", 0, 30), ("points", "b", 0, 40), ("day", 1)])
    with running(log, tmp_path) as made:
        made.drain()
        said = [f"{row[0]}/{row[2]}" for row in said_by(made)]
        with made.database.writing() as connection:
            rows = made.core.outbox
            first = connection.execute(select(rows.c.partition, rows.c.seq)).first()
            assert first
            there = (rows.c.partition == first.partition, rows.c.seq == first.seq)
            connection.execute(update(rows).where(*there).values(value=b"7"))
        verified = made.rebuild(verify=True).verified
        assert verified is not None
        assert verified.different == said[:1]
    with running(log, tmp_path, rules=SilentRules()) as silent:
        verified = silent.rebuild(verify=True).verified
        assert verified is not None
        assert (verified.decided, verified.unfounded) == (0, said)


@pytest.mark.parametrize("fold_version", [1, 2])
@pytest.mark.parametrize("turns", range(1, 20))
def test_a_record_about_everybody_that_was_half_done_is_done_again(
    turns: int, fold_version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "REVIEWS_MAX", 3)
    monkeypatch.setattr(rebuild, "_CURSOR_PAUSE_S", 0.0)
    history: list[Action] = [("points", f"k{n}", 0, n) for n in range(10)]
    history += [("day", 1), ("limit", 2), ("points", "k1", 0, 5), ("day", 3), ("limit", 5)]
    log = MemoryLog(1)
    act(Feed(log), history)
    made = service(log, tmp_path)
    for _ in range(turns):
        made.step()
    with made.database.reading() as connection:
        cursor = connection.execute(select(made.core.progress.c.cursor)).scalar_one()
    assert (cursor is None) == (turns == 19)
    spoken = len(said_by(made))
    made.rules.fold_version = fold_version
    report = made.rebuild()
    assert report.compared == (fold_version == 1 and cursor is None)
    assert report.differences == []
    assert len(said_by(made)) == spoken
    made.drain()
    found = everything(made)
    made.close()
    calm = MemoryLog(1)
    act(Feed(calm), history)
    with running(calm, tmp_path / "calm") as whole:
        whole.drain()
        assert everything(whole) == found


def test_only_one_rebuild_at_a_time(tmp_path: Path) -> None:
    log = MemoryLog(1)
    act(Feed(log), much(3))
    with running(log, tmp_path) as made:
        made.drain()

        def again(_done: int, _total: int) -> None:
            with pytest.raises(BusyError):
                made.rebuild()

        assert made.rebuild(again).differences == []


def test_a_log_that_lost_records_is_not_rebuilt_from(tmp_path: Path) -> None:
    log = MemoryLog(1)
    act(Feed(log), much(5))
    with running(log, tmp_path) as made:
        made.drain()
        before = state_of(made)
        del log._records[0][3]
        with pytest.raises(LogError, match="gone"):
            made.rebuild()
        assert state_of(made) == before
