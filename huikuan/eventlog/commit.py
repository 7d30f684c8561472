"""The one transaction of a turn: progress under its fence, state, records, outbox."""

from collections.abc import Sequence
from typing import Generic

import msgspec
from sqlalchemy import Connection, bindparam, update

from huikuan.eventlog.core import Core, encode_seqs
from huikuan.eventlog.crash import crash_point
from huikuan.eventlog.database import Database
from huikuan.eventlog.follow import Following
from huikuan.eventlog.history import History
from huikuan.eventlog.lease import FencedError
from huikuan.eventlog.outbox import Addressed, Outbox
from huikuan.eventlog.ownership import Held
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import EVERYBODY, Record, Saying, encode_meta
from huikuan.eventlog.rules import A, S
from huikuan.eventlog.state import Keyed

_MOVED = ("position", "seqs", "cursor", "known_at")


class Committer(Generic[S, A]):
    """Writes what a turn gathered, all or nothing."""

    def __init__(
        self, database: Database, core: Core, history: History, outbox: Outbox, partitions: int
    ) -> None:
        self._database, self._core, self._history = database, core, history
        self._outbox, self._partitions = outbox, partitions
        progress = core.progress.c
        self._moving = Prepared(
            update(core.progress)
            .where(progress.partition == bindparam("at"), progress.epoch == bindparam("mine"))
            .values({name: bindparam(f"new_{name}") for name in _MOVED})
        )
        aside = core.set_aside.c
        self._settling = (
            update(core.set_aside)
            .where(aside.partition == bindparam("at"), aside.position == bindparam("there"))
            .values(status=bindparam("outcome"))
        )

    def commit(self, turn: Sequence[Held[S, A]]) -> dict[int, list[Saying]]:
        """Commit, then forget what was gathered; answers what was said, by partition.

        Raises ``FencedError`` where a partition has another owner: nothing was written.
        """
        rows: list[Keyed] = []
        sayings: list[Addressed] = []
        for held in turn:
            following = held.following
            rows += [(following.partition, *row) for row in following.settle().items()]
            sayings += [(self._address(following, word), word) for word in following.sayings]
        crash_point("after_fold")
        with self._database.writing() as connection:
            self._advance(connection, turn)
            for held in turn:
                self._keep(connection, held.following)
            turn[0].state.save(connection, rows)
            self._outbox.say(connection, sayings)
            crash_point("before_commit")
        crash_point("after_commit")
        said = {held.following.partition: held.following.sayings for held in turn}
        for held in turn:
            held.following.clear()
        return said

    def _advance(self, connection: Connection, turn: Sequence[Held[S, A]]) -> None:
        moved = self._moving.write(connection, [_progress(held) for held in turn])
        if moved != len(turn):
            partitions = [held.following.partition for held in turn]
            raise FencedError(f"not all of the partitions {partitions} are ours any more")

    def _keep(self, connection: Connection, following: Following[S, A]) -> None:
        self._history.keep(connection, following.taken, following.known_before)
        if following.aside:
            asides = [_aside(record, reason) for record, reason in following.aside]
            connection.execute(self._core.set_aside.insert(), asides)
        rules = following.rules
        for record in following.taken:
            if record.meta is not None and record.meta.type == rules.settling_type:
                self._settle(connection, rules.settled(record))

    def _settle(self, connection: Connection, settled: tuple[str, str] | None) -> None:
        if settled is None:
            return
        place, outcome = settled
        partition, _, position = place.partition("/")
        if partition.isdecimal() and position.isdecimal():
            at = {"at": int(partition), "there": int(position), "outcome": outcome}
            connection.execute(self._settling, at)

    def _address(self, following: Following[S, A], saying: Saying) -> int:
        if saying.key == EVERYBODY:
            return following.partition
        return partition_of(saying.key, self._partitions)


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
