"""Fold a service's state anew from the log while it goes on following, then switch over.

It can say nothing: no outbox is in its reach, only a reading of what was said already. It folds
into ``state_<n+1>``, partition by partition, chases the live state in rounds, and does the last
records under the partitions' locks, where both are as of the same place: there it compares what it
could not compare before, flips the pointer and raises the epochs, so that whoever follows starts
again from the new state.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Generic

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy import Row as SqlRow

from huikuan.eventlog.ahead import begun_ahead
from huikuan.eventlog.clock import now_ms
from huikuan.eventlog.comparison import Comparison
from huikuan.eventlog.core import Core, decode_seqs, last_seqs
from huikuan.eventlog.database import Database
from huikuan.eventlog.history import History
from huikuan.eventlog.log import Log, LogError
from huikuan.eventlog.record import Record
from huikuan.eventlog.refold import Progress, Refolding
from huikuan.eventlog.reviews import count_keys
from huikuan.eventlog.rules import A, Rules, S
from huikuan.eventlog.shadow import PartitionShadow
from huikuan.eventlog.state import Keyed, state_numbered
from huikuan.eventlog.underway import UnderWay
from huikuan.eventlog.verify import Verified

_BEHIND_RECORDS = 1_000
"""So few records are folded under the locks."""
_ROUNDS_MAX = 10
_ROWS_MAX = 10_000
"""So many rows, of any partitions, are written in one transaction: each waits for the disk once."""
_CURSOR_TRIES = 100
_CURSOR_PAUSE_S = 0.05

Write = Callable[[Connection, Sequence[Keyed]], None]
SaidAfter = Callable[[Connection, int, int], list[Record]]
"""What this service said in a partition after a seq, in consequence of records it followed."""


class RebuildReport(msgspec.Struct, frozen=True):
    """What a rebuild did."""

    state: int
    """The number of the state that is live now."""
    records: int
    keys: int
    seconds: float
    compared: bool
    """Whether old and new state could be compared: same fold version, no day half done."""
    differences: list[tuple[int, str]]
    """Partition and key of rows that were not byte for byte the same, at most 100."""
    positions: dict[int, int]
    """Up to where it folded, by partition."""
    said_through: dict[int, int]
    """Up to which seq this service had spoken then, by partition."""
    verified: Verified | None = None
    """What deciding everything again showed, if that was asked for."""


class Rebuild(Generic[S, A]):
    """One rebuild of one service."""

    def __init__(
        self,
        rules: Rules[S, A],
        log: Log,
        database: Database,
        core: Core,
        history: History,
        publishers: frozenset[str],
        said_after: SaidAfter,
    ) -> None:
        self._rules, self._log, self._database, self._core = rules, log, database, core
        self._history, self._said_after = history, said_after
        with database.writing() as connection:
            live = connection.execute(select(core.pointer)).one()
            self._live = state_numbered(live.state, is_postgres=database.is_postgres)
            self._new = state_numbered(live.state + 1, is_postgres=database.is_postgres)
            state_numbered(live.state - 1, is_postgres=database.is_postgres).drop(connection)
            self._new.drop(connection)
            self._new.create(connection)
        self._comparable = live.fold_version == rules.fold_version
        self._comparison = Comparison(self._new, self._live)
        self._parts = [
            Refolding(rules, partition, self._shadow(partition), publishers, log.partitions)
            for partition in range(log.partitions)
        ]

    def run(self, on_progress: Progress | None = None) -> RebuildReport:
        """Fold, compare, switch over. Raises ``LogError`` for records that no one can fold."""
        began = time.monotonic()
        self._chase(on_progress)
        for tries_left in reversed(range(_CURSOR_TRIES)):
            report = self._switch_over(began, patient=tries_left > 0)
            if report is not None:
                return msgspec.structs.replace(report, keys=self._count_keys())
            time.sleep(_CURSOR_PAUSE_S)
        raise AssertionError("the last try does not wait")

    def _chase(self, on_progress: Progress | None) -> None:
        write = self._new.fill  # no key is there yet
        for _ in range(_ROUNDS_MAX):
            with self._database.reading() as connection:
                live = {row.partition: row.position for row in self._progress(connection)}
            behind = sum(live[part.partition] - part.position for part in self._parts)
            if behind <= _BEHIND_RECORDS:
                return
            self._come_up(live, write, on_progress)
            write = self._new.save

    def _come_up(self, live: Mapping[int, int], write: Write, on_progress: Progress | None) -> None:
        """Fold up to where live was when the round began."""
        rows, places = list[Keyed](), dict[int, int]()
        total = sum(live.values())
        scans = (
            self._log.scan(part.partition, part.position, live[part.partition])
            for part in self._parts
        )
        stored = UnderWay(lambda: None)
        try:
            for part, scan in zip(self._parts, begun_ahead(scans), strict=True):
                self._take(part, scan, on_progress, total)
                part.position = max(part.position, live[part.partition])
                rows += _finished(part)
                places[part.partition] = part.position
                if len(rows) >= _ROWS_MAX or part is self._parts[-1]:
                    stored.land()
                    stored = UnderWay(partial(self._store, write, rows, places))
                    if not self._database.is_postgres:
                        stored.wait()  # on local files two threads get in each other's way
                    rows, places = [], {}
            stored.land()
        finally:
            stored.wait()

    def _store(self, write: Write, rows: Sequence[Keyed], places: Mapping[int, int]) -> None:
        """Write rows of partitions as of these places; compare where live is there too."""
        with self._database.writing() as connection:
            write(connection, rows)
        if not self._comparable:
            return
        with self._database.reading(snapshot=True) as connection:
            for live in self._progress(connection):
                if places.get(live.partition) == live.position and live.cursor is None:
                    self._comparison.look(connection, live.partition, live.position)

    def _take(
        self,
        part: Refolding[S, A],
        scan: Iterable[list[Record]],
        on_progress: Progress | None,
        total: int,
    ) -> None:
        for records in scan:
            part.take(records)
            if on_progress is not None:
                on_progress(sum(each.position for each in self._parts), total)

    def _switch_over(self, began: float, *, patient: bool) -> RebuildReport | None:
        """Under the locks of all partitions; None where a record about everybody is half done."""
        with self._database.writing() as connection:
            live = self._progress(connection, lock=True)
            now = now_ms()
            half_done = [row for row in live if row.cursor is not None]
            if patient and any(row.lease_until > now for row in half_done):
                return None
            for part, row in zip(self._parts, live, strict=True):
                self._end(connection, part, row)
            compared = self._comparable and not half_done
            unlike = self._differences(connection) if compared else []
            spoken = last_seqs(connection, self._core)
            self._flip(connection)
        return RebuildReport(
            state=self._new.number,
            records=sum(part.position for part in self._parts),
            keys=0,  # they are counted when the locks are free
            seconds=time.monotonic() - began,
            compared=compared,
            differences=unlike,
            positions={part.partition: part.position for part in self._parts},
            said_through=spoken,
        )

    def _count_keys(self) -> int:
        with self._database.reading() as connection:
            return sum(count_keys(connection, self._new, part.partition) for part in self._parts)

    def _end(self, connection: Connection, part: Refolding[S, A], live: SqlRow[tuple[int]]) -> None:
        """Bring a partition to live's place, and to what was said from there."""
        self._take(part, self._log.scan(part.partition, part.position, live.position), None, 0)
        part.position = max(part.position, live.position)
        stored = decode_seqs(live.seqs)
        if {p: s for p, s in part.seqs.items() if s} != {p: s for p, s in stored.items() if s}:
            raise LogError(
                f"partition {part.partition}: the log up to {live.position} has the seqs "
                f"{part.seqs}, but {stored} were followed: records of the log are gone"
            )
        spoken = part.seqs[self._rules.publisher]
        said = self._said_after(connection, part.partition, spoken)
        part.take_said(said)
        rows = _finished(part)
        self._new.save(connection, rows)
        if rows:
            self._comparison.forget(part.partition)

    def _differences(self, connection: Connection) -> list[tuple[int, str]]:
        for part in self._parts:
            self._comparison.look(connection, part.partition, part.position)
        return self._comparison.differences()

    def _flip(self, connection: Connection) -> None:
        # A record about everybody that was half done is done again from its start: what it made
        # us say is in force already, so it is not said twice.
        progress, pointer = self._core.progress, self._core.pointer
        raised = {"epoch": progress.c.epoch + 1, "cursor": None}
        connection.execute(update(progress).values(raised))
        live = {"state": self._new.number, "fold_version": self._rules.fold_version}
        connection.execute(update(pointer).values(live))

    def _progress(
        self, connection: Connection, *, lock: bool = False
    ) -> Sequence[SqlRow[tuple[int]]]:
        query = select(self._core.progress).order_by(self._core.progress.c.partition)
        return connection.execute(query.with_for_update() if lock else query).all()

    def _shadow(self, partition: int) -> PartitionShadow:
        return PartitionShadow(self._database, self._history, self._new, partition)


def _finished(part: Refolding[S, A]) -> list[Keyed]:
    """What changed in a partition, in the order in which it is stored."""
    return [(part.partition, key, row) for key, row in sorted(part.finish().items())]
