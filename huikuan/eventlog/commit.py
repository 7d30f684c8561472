"""The one transaction of a turn: progress under its fence, state, records, outbox."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Generic

import msgspec
from sqlalchemy import Connection, bindparam, update

from huikuan.eventlog.core import Core, encode_seqs
from huikuan.eventlog.crash import crash_point
from huikuan.eventlog.database import Database
from huikuan.eventlog.follow import Following
from huikuan.eventlog.history import History, Taken
from huikuan.eventlog.lease import FencedError
from huikuan.eventlog.outbox import Addressed, Outbox
from huikuan.eventlog.ownership import Held
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import EVERYBODY, Record, Saying, encode_meta
from huikuan.eventlog.rules import A, S
from huikuan.eventlog.state import Keyed, State

_MOVED = ("position", "seqs", "cursor", "known_at")


class Reached(msgspec.Struct, frozen=True):
    """How far a partition is committed."""

    position: int
    """The next one."""
    seqs: dict[str, int]
    """By publisher."""


class Gathered(msgspec.Struct, frozen=True):
    """What one transaction writes."""

    state: State
    progress: list[dict[str, object]]
    taken: list[Taken]
    aside: list[dict[str, object]]
    """What was set aside."""
    settled: list[tuple[str, str]]
    """Places of records set aside, with their outcomes."""
    rows: list[Keyed]
    sayings: list[Addressed]
    said: dict[int, list[Saying]]
    """The same by the partition where it was said."""
    reached: dict[int, Reached]


class Committer(Generic[S, A]):
    """Writes what a turn gathered, all or nothing."""

    def __init__(
        self, database: Database, core: Core, history: History, outbox: Outbox, partitions: int
    ) -> None:
        self._database, self._core, self._history = database, core, history
        self._outbox, self._partitions = outbox, partitions
        self._moving = _moving(core)
        aside = core.set_aside.c
        self._settling = (
            update(core.set_aside)
            .where(aside.partition == bindparam("at"), aside.position == bindparam("there"))
            .values(status=bindparam("outcome"))
        )

    def gather(self, turn: Sequence[Held[S, A]]) -> Gathered:
        """What a turn must write; the partitions then gather anew."""
        every = [held.following for held in turn]
        rows = [(f.partition, *row) for f in every for row in f.settle().items()]
        gathered = Gathered(
            state=turn[0].state,
            progress=[_progress(held) for held in turn],
            taken=[(f.taken, f.known_before) for f in every],
            aside=[_aside(record, reason) for f in every for record, reason in f.aside],
            settled=[s for f in every for s in _settled(f)],
            rows=rows,
            sayings=[(self._address(f, word), word) for f in every for word in f.sayings],
            said={f.partition: f.sayings for f in every},
            reached={f.partition: Reached(f.position, dict(f.seqs)) for f in every},
        )
        crash_point("after_fold")
        for following in every:
            following.depart()
        return gathered

    def write(self, gathered: Gathered) -> None:
        """Commit it, all or nothing; by any thread.

        Raises ``FencedError`` where a partition has another owner: nothing was written.
        """
        with self._database.writing() as connection:
            self._advance(connection, gathered.progress)
            self._history.keep(connection, gathered.taken)
            if gathered.aside:
                connection.execute(self._core.set_aside.insert(), gathered.aside)
            for place, outcome in gathered.settled:
                self._settle(connection, place, outcome)
            gathered.state.save(connection, gathered.rows)
            self._outbox.say(connection, gathered.sayings)
            crash_point("before_commit")
        crash_point("after_commit")

    def _advance(self, connection: Connection, progress: Sequence[dict[str, object]]) -> None:
        if self._moving.write(connection, progress) != len(progress):
            partitions = [each["at"] for each in progress]
            raise FencedError(f"not all of the partitions {partitions} are ours any more")

    def _settle(self, connection: Connection, place: str, outcome: str) -> None:
        partition, _, position = place.partition("/")
        if partition.isdecimal() and position.isdecimal():
            at = {"at": int(partition), "there": int(position), "outcome": outcome}
            connection.execute(self._settling, at)

    def _address(self, following: Following[S, A], saying: Saying) -> int:
        if saying.key == EVERYBODY:
            return following.partition
        return partition_of(saying.key, self._partitions)


@cache
def _moving(core: Core) -> Prepared:
    progress = core.progress.c
    return Prepared(
        update(core.progress)
        .where(progress.partition == bindparam("at"), progress.epoch == bindparam("mine"))
        .values({name: bindparam(f"new_{name}") for name in _MOVED})
    )


def _settled(following: Following[S, A]) -> Iterator[tuple[str, str]]:
    rules = following.rules
    for record in following.taken:
        if record.meta is not None and record.meta.type == rules.settling_type:
            settled = rules.settled(record)
            if settled is not None:
                yield settled


def _progress(held: Held[S, A]) -> dict[str, object]:
    following, cursor = held.following, held.following.cursor
    return {
        "at": following.partition,
        "mine": held.epoch,
        "new_position": following.position,
        "new_seqs": encode_seqs(following.seqs),
        "new_cursor": None if cursor is None else msgspec.json.encode(cursor).decode(),
        "new_known_at": following.known_at,
    }


def _aside(record: Record, reason: str) -> dict[str, object]:
    return {
        "partition": record.partition,
        "position": record.position,
        "key": record.key,
        "reason": reason.replace("\x00", ""),
        "header": encode_meta(record.meta) if record.meta else None,
        "value": record.value,
        "status": "open",
    }
