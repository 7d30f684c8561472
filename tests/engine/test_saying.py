"""Saying: seqs without gaps, ids once, the relay, and what a restored backup may not do."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from huikuan.eventlog.log import AppendUnknownError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import Entry, Saying
from huikuan.eventlog.relay import Relay
from huikuan.eventlog.restored import RestoredBackupError
from tests.engine.acting import (
    FIRST_DAY,
    Feed,
    KeylessLog,
    ToyService,
    everything,
    on_log,
    records_of,
    running,
    said_by,
    service,
)
from tests.engine.toy import TOY

NEW_YEAR = FIRST_DAY.isoformat()
DAY_1 = Saying("", "day", "day/1", msgspec.json.encode(FIRST_DAY))


def command(key: str, name: str, points: int = 1) -> Saying:
    return Saying(key, "points", name, msgspec.json.encode({"on": NEW_YEAR, "points": points}))


def test_a_command_acts_when_it_is_read_back(tmp_path: Path) -> None:
    log = MemoryLog(4)
    with running(log, tmp_path) as made:
        Feed(log).day(1)
        with made.transaction() as connection:
            position = made.say(connection, [command("k", "c1", 12), command("m", "c2", 1)])
        assert not made.wait_for(position, 0)
        made.drain()
        assert made.wait_for(position, 0)
        assert made.read("k")[0].total == 12
        at = partition_of("k", 4)
        assert [r.meta.seq for r in records_of(log, at) if r.meta and r.meta.publisher == TOY][
            :2
        ] == [1, 2]
        warned = next(row for row in said_by(made) if row[4] == "warned")
        assert warned[7:9] == (True, "c1")


def test_what_was_said_is_not_said_again(tmp_path: Path) -> None:
    with running(MemoryLog(4), tmp_path) as made:
        with made.transaction() as connection:
            first = made.say(connection, [command("k", "c1"), command("k", "c1")])
        with made.transaction() as connection:
            again = made.say(connection, [command("k", "c1")])
        assert first == again
        assert len(said_by(made)) == 1
        with (
            pytest.raises(SaidOtherwiseError, match="c1"),
            made.transaction() as connection,
        ):
            made.say(connection, [command("k", "c2"), command("k", "c1", points=5)])
        assert len(said_by(made)) == 1


def test_a_rebuild_folds_no_command_that_is_not_on_the_log_yet(tmp_path: Path) -> None:
    log = MemoryLog(1)
    Feed(log).day(1)
    with running(log, tmp_path) as made:
        made.drain()
        with made.transaction() as connection:
            made.say(connection, [command("k", "c1", 7)])
        made.rebuild()
        assert made.read("k")[0].total == 0
        made.drain()
        assert made.read("k")[0].total == 7


def test_the_position_of_several_words_is_that_of_the_last_whatever_their_order(
    tmp_path: Path,
) -> None:
    with running(MemoryLog(4), tmp_path) as made:
        with made.transaction() as connection:
            made.say(connection, [command("k", "c1")])
        with made.transaction() as connection:
            both = made.say(connection, [command("k", "c2"), command("k", "c1")])
        assert both == Position({TOY: {partition_of("k", 4): 2}})


def test_a_rolled_back_transaction_leaves_no_gap(tmp_path: Path) -> None:
    with running(MemoryLog(1), tmp_path) as made:
        with suppress(ZeroDivisionError), made.transaction() as connection:
            made.say(connection, [command("k", "c1")])
            raise ZeroDivisionError
        with made.transaction() as connection:
            made.say(connection, [command("k", "c2")])
        assert [(row[1], row[2]) for row in said_by(made)] == [(1, "c2")]


def test_what_is_said_to_everybody_is_in_every_partition_once(tmp_path: Path) -> None:
    log = MemoryLog(4)
    with running(log, tmp_path) as made:
        for _ in range(2):
            with made.transaction() as connection:
                position = made.say_to_everybody(connection, DAY_1)
        made.drain()
        assert position.seqs == {TOY: dict.fromkeys(range(4), 1)}
        assert [made.shared(p).open_on for p in range(4)] == [FIRST_DAY] * 4
        assert on_log(log, TOY) == [(p, "day/1") for p in range(4)]


class ForgetfulLog(KeylessLog):
    """Writes what it is given, or a part of it, and says that it does not know."""

    def __init__(self, failures: list[int]) -> None:
        super().__init__(1)
        self.failures = failures

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        if self.failures and entries[0].meta and entries[0].meta.publisher == TOY:
            written = self.failures.pop(0)
            super().append(partition, entries[:written])
            raise AppendUnknownError("the answer was lost")
        super().append(partition, entries)


def test_an_unknown_append_is_sent_again_and_costs_nothing(tmp_path: Path) -> None:
    log = ForgetfulLog([0, 2, 1])
    with running(log, tmp_path) as made:
        Feed(log).day(1)
        with made.transaction() as connection:
            made.say(connection, [command("k", f"c{n}", 3) for n in range(5)])
        made.step()
        for _ in range(3):
            with pytest.raises(AppendUnknownError):
                made.relay_once()
        made.drain()
        assert made.read("k")[0].total == 15
        commands = [name for _, name in on_log(log, TOY) if name.startswith("c")]
        assert commands == ["c0", "c1", "c2", "c3", "c4"]
        assert log.end(0) > 1 + 5 + 1  # and yet some are there twice


class HalfSilentLog(KeylessLog):
    """Writes everywhere, and once does not know whether it did in the second partition."""

    is_silent = True

    def append_each(
        self, batches: Mapping[int, Sequence[Entry]]
    ) -> Mapping[int, AppendUnknownError]:
        unknown = super().append_each(batches)
        if self.is_silent and {0, 1} <= batches.keys():
            self.is_silent = False
            return {1: AppendUnknownError("the answer was lost")}
        return unknown


def test_one_unknown_append_does_not_hide_what_the_others_did(tmp_path: Path) -> None:
    log = HalfSilentLog()
    with running(log, tmp_path) as made:
        with made.transaction() as connection:
            made.say_to_everybody(connection, DAY_1)
        made.step()
        with pytest.raises(AppendUnknownError):
            made.relay_once()
        made.drain()
        assert on_log(log, TOY) == [(0, "day/1"), (1, "day/1")]
        assert [log.end(0), log.end(1)] == [1, 2]


def test_two_relays_at_once_cost_only_bytes(tmp_path: Path) -> None:
    log = KeylessLog(1)
    with running(log, tmp_path) as made:
        Feed(log).day(1)
        zombie = Relay(log, made.database, made.core, made.outbox, lambda: {0: 1})
        made.step()
        for n in range(6):
            with made.transaction() as connection:
                made.say(connection, [command("k", f"c{n}", 3)])
            if n % 2:
                with made.database.reading() as connection:
                    waiting = made.outbox.entries(connection, {0: 0}, 100)[0]
                made.relay_once()
                log.append(0, waiting)  # the zombie's batch arrives late
        made.drain()
        assert made.read("k")[0].total == 18
        zombie.send()
        assert [name for _, name in on_log(log, TOY) if name.startswith("c")] == [
            f"c{n}" for n in range(6)
        ]


def test_a_relay_that_lost_its_partition_marks_nothing(tmp_path: Path) -> None:
    log = KeylessLog(1)
    with running(log, tmp_path) as made:
        made.step()
        with made.transaction() as connection:
            made.say(connection, [command("k", "c1")])
        zombie = Relay(log, made.database, made.core, made.outbox, lambda: {0: 0})
        assert zombie.send() == 1
        with made.database.reading() as connection:
            assert made.outbox.unacknowledged(connection) == {0: (0, 1)}


def test_a_gap_is_dropped_until_it_is_filled_and_is_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = KeylessLog(1)
    feed = Feed(log)
    with running(log, tmp_path) as made:
        feed.day(1)
        feed.points("k", 0, 1)
        lost = log._records[0].pop()
        feed.points("k", 0, 2)
        made.drain()
        assert made.read("k")[0].total == 0
        assert made.health()["alarms"] == []
        monkeypatch.setattr("huikuan.eventlog.health.GAP_ALARM_S", 0.0)
        assert made.health()["alarms"] == [
            (
                "partition 0: feed said nothing under seq 2, but more after",
                "分区 0：feed 缺少序号 2，其后的已到达",
            )
        ]
        for _, entry in feed.sent[1:]:
            log.append(0, [entry])
        made.drain()
        assert lost.meta == feed.sent[1][1].meta
        assert made.read("k")[0].total == 3
        assert made.health()["alarms"] == []


def talk(made: ToyService, feed: Feed, names: str) -> None:
    for name in names:
        with made.transaction() as connection:
            made.say(connection, [command("k", name, 4)])
        feed.points("m", 0, 5)
        made.drain()


def test_a_restored_backup_refuses_to_write_until_it_has_recovered(tmp_path: Path) -> None:
    log = MemoryLog(2)
    feed = Feed(log)
    feed.day(1)
    with running(log, tmp_path / "live") as made:
        talk(made, feed, "ab")
    shutil.copytree(tmp_path / "live", tmp_path / "backup")
    with running(log, tmp_path / "live") as made:
        talk(made, feed, "cdef")
        found, spoken = everything(made), on_log(log, TOY)
    with running(log, tmp_path / "backup") as restored:
        with pytest.raises(RestoredBackupError, match="huikuan recover toy"):
            restored.start()
        with (
            pytest.raises(RestoredBackupError),
            restored.transaction() as connection,
        ):
            restored.say(connection, [command("k", "z")])
        with pytest.raises(RestoredBackupError):
            restored.step()
        taken_back: list[str] = []
        restored.taken_back.append(
            lambda _, records: taken_back.extend(r.meta.id for r in records if r.meta)
        )
        assert restored.recover() == len(taken_back) > 0
        assert {"c", "d", "e", "f"} <= set(taken_back)
        restored.drain()
        assert everything(restored) == found
        assert on_log(log, TOY) == spoken
        with restored.transaction() as connection:
            restored.say(connection, [command("k", "z")])
        restored.drain()
        assert "z" in {name for _, name in on_log(log, TOY)}


def test_a_backup_that_lacks_a_single_word_is_a_restored_backup_too(tmp_path: Path) -> None:
    log = MemoryLog(1)
    with running(log, tmp_path / "live") as made:
        talk(made, Feed(log), "a")
        shutil.copytree(tmp_path / "live", tmp_path / "backup")
        with made.transaction() as connection:
            made.say(connection, [command("k", "b")])
        made.relay_once()
    with running(log, tmp_path / "backup") as restored:
        with pytest.raises(RestoredBackupError):
            restored.check()
        assert restored.recover() == 1


def test_an_empty_database_beside_an_old_log_is_a_restored_backup_too(tmp_path: Path) -> None:
    log = MemoryLog(1)
    feed = Feed(log)
    feed.day(1)
    with running(log, tmp_path / "live") as made:
        talk(made, feed, "abc")
        found = everything(made)
    with running(log, tmp_path / "new") as new:
        with pytest.raises(RestoredBackupError):
            new.check()
        new.recover()
        new.drain()
        assert everything(new) == found


def test_public_types_are_public_again_after_a_recovery(tmp_path: Path) -> None:
    log = MemoryLog(1)
    with running(log, tmp_path / "live") as made, made.transaction() as connection:
        made.say(connection, [msgspec.structs.replace(command("k", "a"), public=True)])
        made.say(connection, [Saying("k", "settled", "b", b'"x"')])
    made = service(log, tmp_path / "live")
    made.relay_once()
    made.step()
    made.relay_once()
    made.close()
    with running(log, tmp_path / "new", public_types=frozenset({"points"})) as new:
        new.recover()
        rows = new.core.outbox
        with new.database.reading() as connection:
            found = connection.execute(select(rows.c.id, rows.c.public)).all()
        assert [tuple(row) for row in found] == [("a", True), ("b", False)]
