"""Who owns a partition, and what a process that does not know it lost one can do: nothing."""

from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest
from sqlalchemy import update

from huikuan.eventlog import follow
from huikuan.eventlog.lease import FencedError
from huikuan.eventlog.log import LogError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import Record, Saying
from tests.engine.acting import Feed, ToyService, everything, running, said_by, service, state_of
from tests.engine.test_service import say, until
from tests.engine.toy import Account, Shared, ToyRules

Clock = Callable[[], int]


class Clocks:
    """A clock that a test moves on, so that leases expire without waiting."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms

    def expire_leases(self) -> None:
        self.now_ms += 60_000


def member(log: MemoryLog, path: Path, clock: Clock, name: str) -> ToyService:
    return service(log, path, clock=clock, member=name, exclusive=False)


def beat(made: ToyService) -> None:
    made._ownership._next_beat = 0.0


def test_a_to_b_to_a_with_a_warm_cache(tmp_path: Path) -> None:
    log, clock = MemoryLog(1), Clocks()
    feed = Feed(log)
    a, b = member(log, tmp_path, clock, "a"), member(log, tmp_path, clock, "b")
    feed.day(1)
    feed.points("k", 0, 6)
    a.drain()
    assert a.read("k")[0].total == 6
    # A is frozen while its lease runs out, and B takes over.
    clock.expire_leases()
    feed.points("k", 0, 3)
    b.drain()
    assert b.read("k")[0].total == 9
    # B is frozen in turn. A wakes with the account as it knew it, 6, and takes the partition back.
    clock.expire_leases()
    feed.points("k", 0, 1)
    beat(a)
    a.drain()
    assert a.read("k")[0].total == 10
    assert [row[2] for row in said_by(a)] == ["toy/feed-0-4/k/0"]
    a.close()
    b.close()


def test_a_frozen_owner_commits_nothing_when_it_wakes(tmp_path: Path) -> None:
    log, clock = MemoryLog(1), Clocks()
    feed = Feed(log)
    a, b = member(log, tmp_path, clock, "a"), member(log, tmp_path, clock, "b")
    feed.day(1)
    feed.points("k", 0, 6)
    a.drain()
    clock.expire_leases()
    b.step()
    feed.points("k", 0, 6)
    before = state_of(a)
    # A does not look at its lease: it believes that it still owns the partition.
    with pytest.raises(FencedError):
        a._runner.step(0)
    assert state_of(a) == before
    assert said_by(a) == []
    b.drain()
    assert b.read("k")[0].total == 12
    assert len(said_by(b)) == 1
    assert a.step() == 0
    a.close()
    b.close()


def test_a_relay_marks_nothing_of_a_partition_that_another_took_over(tmp_path: Path) -> None:
    log, clock = MemoryLog(1), Clocks()
    a, b = member(log, tmp_path, clock, "a"), member(log, tmp_path, clock, "b")
    a.step()
    say(a, "k", "c1", 1)
    assert a._relay.send() == 1
    clock.expire_leases()
    b.step()
    a._relay.mark()
    with b.database.reading() as connection:
        assert b.outbox.unacknowledged(connection) == {0: (0, 1)}
    assert b.relay_once() == 1
    b.drain()
    assert b.read("k")[0].waiting  # once, though it is on the log twice
    with b.database.reading() as connection:
        assert b.outbox.unacknowledged(connection) == {}
    a.close()
    b.close()


class LookingRules(ToyRules):
    """They remember whom they looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at: list[str] = []

    def decide(self, account: Account, record: Record, shared: Shared) -> list[Saying]:
        self.looked_at.append(account.key)
        return super().decide(account, record, shared)


def test_whoever_takes_over_within_a_record_goes_on_after_its_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "REVIEWS_MAX", 3)
    log, rules = MemoryLog(1), LookingRules()
    feed = Feed(log)
    feed.day(1)
    for number in range(8):
        feed.points(f"k{number}", 0, 1)
    with running(log, tmp_path) as first:
        first.drain()
        feed.everybody("limit", 1)
        first.step()
    with running(log, tmp_path, rules=rules) as next_owner:
        next_owner.drain()
        assert rules.looked_at == ["k3", "k4", "k5", "k6", "k7"]
        assert len(said_by(next_owner)) == 8


def test_members_share_evenly_and_take_over_what_nobody_renews(tmp_path: Path) -> None:
    log, clock = MemoryLog(4), Clocks()
    a, b = member(log, tmp_path, clock, "a"), member(log, tmp_path, clock, "b")
    a.step()
    assert sorted(a._ownership.held) == [0, 1, 2, 3]
    b.step()
    beat(a)
    a.step()
    beat(b)
    b.step()
    assert sorted(a._ownership.held) == [0, 1]
    assert sorted(b._ownership.held) == [2, 3]
    clock.expire_leases()
    beat(b)
    b.step()
    assert sorted(b._ownership.held) == [0, 1, 2, 3]
    b.stop()
    b._runner.leave()
    beat(a)
    a._runner.drop()
    a.step()
    assert sorted(a._ownership.held) == [0, 1, 2, 3]
    a.close()
    b.close()


def test_two_owners_at_once_say_everything_once(tmp_path: Path) -> None:
    log, clock = MemoryLog(2), Clocks()
    feed = Feed(log)
    a, b = member(log, tmp_path, clock, "a"), member(log, tmp_path, clock, "b")
    feed.day(1)
    for turn in range(30):
        feed.points("abcdef"[turn % 6], 0, turn % 7)
        if turn % 4 == 0:
            clock.expire_leases()
            beat(b)
        if turn % 4 == 2:
            clock.expire_leases()
            beat(a)
        a.step()
        b.step()
        a.relay_once()
        b.relay_once()
    clock.expire_leases()
    beat(a)
    a.drain()
    found = everything(a)
    a.close()
    b.close()
    calm = MemoryLog(2)
    feed = Feed(calm)
    feed.day(1)
    for turn in range(30):
        feed.points("abcdef"[turn % 6], 0, turn % 7)
    with running(calm, tmp_path / "calm") as made:
        made.drain()
        assert everything(made) == found


def test_another_topic_is_refused(tmp_path: Path) -> None:
    log = MemoryLog(2)
    Feed(log).day(1)
    with running(log, tmp_path) as made:
        made.drain()
    other = MemoryLog(2)
    Feed(other).day(1)
    with running(other, tmp_path) as made, pytest.raises(LogError, match="another one"):
        made.step()


def test_another_number_of_partitions_is_refused(tmp_path: Path) -> None:
    service(MemoryLog(2), tmp_path).close()
    with pytest.raises(LogError, match="4 partitions"):
        service(MemoryLog(4), tmp_path)


def test_positions_that_are_gone_are_refused(tmp_path: Path) -> None:
    log = MemoryLog(1)
    with running(log, tmp_path) as made:
        with made.database.writing() as connection:
            connection.execute(update(made.core.progress).values(position=7))
        with pytest.raises(LogError, match="gone"):
            made.step()


def test_what_is_said_while_partitions_are_claimed_is_sent_when_they_are_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huikuan.eventlog.threads._ALONE_S", 600.0)
    monkeypatch.setattr("huikuan.eventlog.ownership.BEAT_MS", 600_000)
    with running(MemoryLog(1), tmp_path) as made:
        said: list[Position] = []

        def speak_and_let_the_relay_look_in_vain(_: object) -> None:
            said.append(say(made, "k", "c1", 1))
            until(lambda: made.threads._to_send._at_s == inf)

        made._ownership.claimed.append(speak_and_let_the_relay_look_in_vain)
        made.start()
        until(lambda: said)
        assert made.wait_for(said[0], 30)
