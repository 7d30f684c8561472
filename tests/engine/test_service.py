"""A service as others use it: two threads, waiting for words to be folded, and questions."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from huikuan.eventlog import crash
from huikuan.eventlog.log import LogError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.position import Position, PositionError
from huikuan.eventlog.record import Saying
from huikuan.eventlog.turning import Turning
from tests.engine.acting import (
    FIRST_DAY,
    Feed,
    KeylessLog,
    ToyService,
    everything,
    on_log,
    running,
    said_by,
)
from tests.engine.toy import TOY

LOGS = pytest.mark.parametrize("make", [MemoryLog, KeylessLog])


def until(true: Callable[[], object], timeout_s: float = 10) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def say(made: ToyService, key: str, name: str, points: int) -> Position:
    value = msgspec.json.encode({"on": FIRST_DAY, "points": points})
    with made.transaction() as connection:
        return made.say(connection, [Saying(key, "points", name, value)])


@LOGS
def test_what_is_said_is_folded_and_decided_by_the_threads(
    make: type[MemoryLog], tmp_path: Path
) -> None:
    log = make(4)
    with running(log, tmp_path) as made:
        heard: list[tuple[int, list[str], int]] = []
        made.after_commit.append(
            lambda partition, said, end: heard.append((partition, [s.id for s in said], end))
        )
        made.start()
        Feed(log).day(0)
        position = say(made, "k", "c1", 12)
        assert made.wait_for(position, 10)
        until(lambda: made.health()["ready"])
        until(lambda: len(on_log(log, TOY)) == 2)
        assert made.read("k")[0].total == 12
        assert [ids for _, ids, _ in heard] == [["toy/c1/k/0"]]
        assert heard[0][2] <= log.end(heard[0][0])
        assert made.wait_for(made.position(), 0)
        until(lambda: not any(made.lag().values()))


def test_waiting_ends_with_the_time_or_with_the_fold(tmp_path: Path) -> None:
    log = MemoryLog(4)
    with running(log, tmp_path) as made:
        position = say(made, "k", "c1", 1)
        assert not made.wait_for(position, 0.05)
        found: list[bool] = []
        waiting = threading.Thread(target=lambda: found.append(made.wait_for(position, 10)))
        waiting.start()
        made.drain()
        waiting.join()
        assert found == [True]
        assert not made.wait_for(Position({"feed": {2: 9}}), 0)


def test_a_service_can_be_stopped_and_started_again(tmp_path: Path) -> None:
    log = MemoryLog(2)
    with running(log, tmp_path) as made:
        for turn in range(3):
            made.start()
            assert made.wait_for(say(made, "k", f"c{turn}", 1), 10)
            made.stop()
            assert made.health()["ready"] is False


@LOGS
def test_questions(make: type[MemoryLog], tmp_path: Path) -> None:
    log = make(4)
    feed = Feed(log)
    feed.day(1)
    for number in range(25):
        feed.points(f"k{number:02}", 0, number)
    feed.foreign("k03")
    with running(log, tmp_path) as made:
        made.drain()
        assert [key for key, _ in made.rows(limit=7)] == [f"k{n:02}" for n in range(7)]
        assert [key for key, _ in made.rows(after="k06", limit=2)] == ["k07", "k08"]
        warned = made.rows(label="warned", after="k20")
        assert [key for key, _ in warned] == ["k21", "k22", "k23", "k24"]
        assert sorted(key for key, _, _ in made.scan()) == [f"k{n:02}" for n in range(25)]
        assert sum(account.total for _, account, _ in made.scan()) == sum(range(25))
        assert made.read("nobody")[0].total == 0
        assert made.read("k07")[1].open_on == FIRST_DAY + timedelta(days=1)
        (aside,) = made.set_aside()
        assert (aside.key, aside.status, made.health()["set_aside"]) == ("k03", "open", 1)
        with made.transaction() as connection:
            assert made.settle(connection, aside.place, "discarded")
            assert not made.settle(connection, "9/9", "discarded")
            assert not made.settle(connection, "nowhere", "discarded")
        assert made.set_aside(status="open") == []
        assert made.set_aside(status="discarded")[0].place == aside.place


@LOGS
def test_a_record_on_the_log_settles_one_that_was_set_aside(
    make: type[MemoryLog], tmp_path: Path
) -> None:
    log = make(4)
    feed = Feed(log)
    feed.foreign("k")
    feed.foreign("other")
    with running(log, tmp_path) as made:
        made.drain()
        (place,) = [each.place for each in made.set_aside() if each.key == "k"]
        for settled in ("", "nowhere", place):
            feed.fact("k", "put right", msgspec.json.encode(settled))
        made.drain()
        assert [each.key for each in made.set_aside(status="open")] == ["other"]
        assert [each.key for each in made.set_aside(status="released")] == ["k"]


@LOGS
def test_history_as_it_was_known(make: type[MemoryLog], tmp_path: Path) -> None:
    log = make(1)
    feed = Feed(log)
    feed.day(1)
    tokens = []
    with running(log, tmp_path) as made:
        for number in range(6):
            feed.points("k", 0, number)
            feed.points("other", 0, number)
            made.drain()
            tokens.append(made.position())
        # The feed records at 1,000 ms times its seq: k at 2,000, 4,000, …
        known = [len(facts(made, at)) for at in (0, 1_999, 2_000, 3_999, 4_000, 11_999, 12_000)]
        assert known == [0, 0, 1, 1, 2, 5, 6]
        assert len(facts(made, None)) == 6
        assert [len(facts(made, token)) for token in tokens] == [1, 2, 3, 4, 5, 6]
        assert made.history("nobody") == []


def facts(made: ToyService, known_at: int | Position | None) -> list[str]:
    records = made.recalling(known_at).of("k").own
    return [r.meta.id for r in records if r.meta and r.meta.publisher != TOY]


def test_an_unknown_type_of_ours_stops_the_service(tmp_path: Path) -> None:
    log = MemoryLog(1)
    ended: list[str] = []
    with running(log, tmp_path, ended=ended.append) as made:
        Feed(log).fact("k", "of the future", b"1")
        with pytest.raises(LogError, match="too old"):
            made.step()
        made.start()
        until(lambda: ended)
        assert "too old" in ended[0]
        health = made.health()
        assert health["ready"] is False
        assert "too old" in str(health["failure"])


def test_a_loop_that_fails_again_and_again_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huikuan.eventlog.turning._PAUSE_S", 0.0)
    ended: list[str] = []
    recovered: list[int] = []

    def fail() -> None:
        raise ArithmeticError("two and two are five")

    turning = Turning("loop", fail, lambda: recovered.append(1), ended.append)
    turning.start()
    turning.join(10)
    assert ended == ["ArithmeticError: two and two are five"]
    assert len(recovered) == 4


@pytest.mark.parametrize(
    "trouble", [OSError("the disk is away"), PoolTimeoutError("32 connections are in use")]
)
def test_a_loop_that_recovers_goes_on(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huikuan.eventlog.turning._PAUSE_S", 0.0)
    calls: list[int] = []

    def fail_at_first() -> None:
        calls.append(1)
        if len(calls) % 10:
            raise trouble
        if len(calls) >= 50:
            turning.stop()

    turning = Turning("loop", fail_at_first, lambda: None, lambda _: None)
    turning.start()
    turning.join(10)
    assert len(calls) == 50
    assert turning.trouble is None


def test_the_threads_survive_a_failing_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = MemoryLog(2)
    failures = ["before_commit", "after_commit", "after_append", "after_fold", "before_mark"]

    def strike(point: str) -> None:
        if failures and failures[0] == point:
            failures.pop(0)
            raise OSError("the disk is away")

    monkeypatch.setattr(crash, "strike", strike)
    with running(log, tmp_path) as made:
        made.start()
        Feed(log).day(0)
        for number in range(12):
            assert made.wait_for(say(made, "k", f"c{number}", 1), 20)
        while failures:
            made.wait_for(say(made, "k", f"d{time.monotonic_ns()}", 0), 20)
        until(lambda: made.health()["ready"])
        assert made.read("k")[0].total == 12


def test_health_tells_when_the_database_is_away(tmp_path: Path) -> None:
    with running(MemoryLog(1), tmp_path) as made:
        made.drain()
        assert made.health()["set_aside"] == 0
        with made.database.writing() as connection:
            made.core.set_aside.drop(connection)
        health = made.health()
        assert health["ready"] is False
        assert "no such table" in str(health["away"])


def test_the_first_revision_makes_the_core(tmp_path: Path) -> None:
    with running(MemoryLog(1), tmp_path) as made, made.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), made.core.metadata)
        assert [difference for difference in found if "state_" not in str(difference)] == []
        made.migrate()


def test_crash_points_are_read_from_the_environment() -> None:
    assert crash.parse("") == {}
    assert crash.parse("before_commit:0.25|after_append:#3|after_fold") == {
        "before_commit": 0.25,
        "after_append": 3,
        "after_fold": 1,
    }
    with pytest.raises(ValueError, match="nowhere"):
        crash.parse("nowhere:1")


_seqs = st.dictionaries(
    st.sampled_from(["feed", "toy"]), st.dictionaries(st.integers(0, 15), st.integers(1, 2**40))
)


@given(_seqs, _seqs)
def test_tokens_of_positions(
    one: dict[str, dict[int, int]], two: dict[str, dict[int, int]]
) -> None:
    assert Position.decode(Position(one).encode()) == Position(one)
    merged = Position(one).merge(Position(two))
    assert merged == Position(two).merge(Position(one))
    folded: dict[int, dict[str, int]] = {p: {} for p in merged.partitions()}
    for publisher, seqs in merged.seqs.items():
        for partition, seq in seqs.items():
            folded[partition] = {**folded[partition], publisher: seq}
    assert Position(one).reached(folded)
    assert Position(two).reached(folded)


@given(st.text())
def test_other_tokens_are_refused(token: str) -> None:
    with suppress(PositionError):
        assert isinstance(Position.decode(token), Position)
    with pytest.raises(PositionError):
        Position.decode(token + "!")


def test_everything_is_the_same_without_threads(tmp_path: Path) -> None:
    results = []
    for threads in (True, False):
        log = MemoryLog(2)
        feed = Feed(log)
        with running(log, tmp_path / str(threads)) as made:
            if threads:
                made.start()
            feed.day(1)
            for number in range(40):
                feed.points("abc"[number % 3], number % 4 - 1, number % 5)
                if number % 10 == 9:
                    feed.day(1 + number // 10)
            if threads:
                until(lambda made=made: not any(made.lag().values()))  # type: ignore[misc]
                made.stop()
            made.drain()
            results.append(everything(made))
            assert said_by(made)
    assert results[0] == results[1]
