"""Reading what a service has folded: one key, some, all, and what was known when."""

from collections.abc import Callable, Iterator
from datetime import date
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Generic

import msgspec
from sqlalchemy import Connection, func, select, update

from huikuan.eventlog.core import Core, decode_seqs
from huikuan.eventlog.database import Database
from huikuan.eventlog.history import History
from huikuan.eventlog.known import KnownAt, UnknownPlaceError
from huikuan.eventlog.ownership import check_fold_version
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.recalled import Recalled
from huikuan.eventlog.recalling import Recalling, Records
from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.eventlog.reviews import count_keys, to_review
from huikuan.eventlog.rules import A, Row, Rules, S
from huikuan.eventlog.state import State, state_numbered

_PAGE_ROWS = 64


class SetAside(msgspec.Struct, frozen=True):
    """A record that nobody could read."""

    partition: int
    position: int
    key: str
    reason: str
    value: bytes
    status: str
    """``open``, or the outcome of its settlement."""

    @property
    def place(self) -> str:
        """How people and events name it."""
        return f"{self.partition}/{self.position}"


class Questions(Generic[S, A]):
    """Answers from the service's own database, whoever follows; by any thread."""

    def __init__(
        self,
        rules: Rules[S, A],
        database: Database,
        core: Core,
        history: History,
        partitions: int,
    ) -> None:
        self._rules, self._database, self._core = rules, database, core
        self.log_history, self._partitions = history, partitions
        pointer, progress = core.pointer.c, core.progress.c
        self._pointed = Prepared(select(pointer.state, pointer.fold_version))
        self._records = Records(database, core, history, partitions)
        self._seqs = Prepared(select(progress.partition, progress.seqs))
        self._positions = Prepared(select(progress.partition, progress.position))

    def read(self, key: str) -> tuple[A, S]:
        """One key's state, blank if it has none, with what its partition shares."""
        partition = partition_of(key, self._partitions)
        with self._database.reading(snapshot=True) as connection:
            bodies = self._state(connection).load(connection, partition, [key, EVERYBODY])
        body = bodies.get(key)
        account = self._rules.blank(key) if body is None else self._rules.load(key, body)
        return account, self._shared(bodies.get(EVERYBODY))

    def shared(self, partition: int = 0) -> S:
        """What a partition's accounts share."""
        with self._database.reading() as connection:
            bodies = self._state(connection).load(connection, partition, [EVERYBODY])
        return self._shared(bodies.get(EVERYBODY))

    def rows(
        self, *, label: str | None = None, after: str = "", limit: int = 100
    ) -> list[tuple[str, Row]]:
        """Keys after ``after`` in order, over all partitions; of one label, if given."""
        with self._database.reading(snapshot=True) as connection:
            state = self._state(connection)
            pages = [
                state.page(connection, partition, label, after, limit)
                for partition in range(self._partitions)
            ]
        return list(islice(merge(*pages, key=lambda row: row[0]), limit))

    def walk(self, after: str = EVERYBODY) -> Iterator[tuple[str, Row]]:
        """All keys after ``after`` in order, over all partitions; read as far as they are asked."""
        pages = (self._pages(partition, after) for partition in range(self._partitions))
        return merge(*pages, key=itemgetter(0))

    def _pages(self, partition: int, after: str) -> Iterator[tuple[str, Row]]:
        page: list[tuple[str, Row]] | None = None
        while page is None or len(page) == _PAGE_ROWS:
            with self._database.reading() as connection:
                state = self._state(connection)
                page = state.page(connection, partition, None, after, _PAGE_ROWS)
            yield from page
            after = page[-1][0] if page else after

    def scan(self) -> Iterator[tuple[str, A, S]]:
        """All keys as of one moment, partition by partition."""
        load = self._rules.load
        with self._database.reading(snapshot=True) as connection:
            state = self._state(connection)
            for partition in range(self._partitions):
                bodies = state.load(connection, partition, [EVERYBODY])
                shared = self._shared(bodies.get(EVERYBODY))
                for key, body in state.rows(connection, partition):
                    yield key, load(key, body), shared

    def to_review(
        self, through: Callable[[S], date | None], partition: int = 0
    ) -> Iterator[tuple[S, int, list[tuple[str, Row]]]]:
        """For each partition: what its keys share, how many they are, those to review by a date.

        ``through`` tells the date by what they share; None is everyone. From this partition on,
        all as of one moment; in order of keys.
        """
        with self._database.reading(snapshot=True) as connection:
            state = self._state(connection)
            for at in range(partition, self._partitions):
                bodies = state.load(connection, at, [EVERYBODY])
                shared = self._shared(bodies.get(EVERYBODY))
                due = to_review(connection, state, at, through(shared))
                yield shared, count_keys(connection, state, at), due

    def history(self, key: str) -> list[Record]:
        """A key's records that this service folded, those that nobody could read not among them."""
        partition, records = partition_of(key, self._partitions), self._records
        with self._database.reading(snapshot=True) as connection:
            stop = records.reached(connection, partition)
            folded = self.log_history.of(connection, partition, [key], stop).get(key, [])
            aside = records.aside(connection, partition, [key]).get(key, [])
        unread = {record.position for record in aside}
        return [record for record in folded if record.position not in unread]

    def recalling(self, known_at: KnownAt) -> Recalling:
        """What was known at a place; ``UnknownPlaceError`` for one that is not folded yet."""
        folded = self.folded() if isinstance(known_at, Position) else {}
        if isinstance(known_at, Position) and not known_at.reached(folded):
            raise UnknownPlaceError
        return Recalling(
            self._records, known_at, [p for p, seqs in folded.items() if any(seqs.values())]
        )

    def recalled(self, known_at: KnownAt) -> Recalled[S, A]:
        """The accounts as they were known at a place."""
        return Recalled(self._rules, self.recalling(known_at), self._partitions)

    def keys(self, partition: int, after: str = EVERYBODY) -> list[str]:
        """The keys of a partition after ``after``, in order."""
        with self._database.reading(snapshot=True) as connection:
            return self._state(connection).due(connection, partition, None, after, None)

    def set_aside(self, *, status: str | None = None, limit: int = 1_000) -> list[SetAside]:
        """Records that nobody could read, of one status or all, in order of their places."""
        aside = self._core.set_aside
        columns = (aside.c.partition, aside.c.position, aside.c.key, aside.c.reason)
        query = select(*columns, aside.c.value, aside.c.status)
        if status is not None:
            query = query.where(aside.c.status == status)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(*columns[:2]).limit(limit)).all()
        return [SetAside(*row) for row in found]

    def count_set_aside(self) -> int:
        """How many records wait to be settled."""
        aside = self._core.set_aside
        query = select(func.count()).select_from(aside).where(aside.c.status == "open")
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one()

    def settle(self, connection: Connection, place: str, outcome: str) -> bool:
        """Enter the outcome for a record set aside; False where there is none at that place."""
        partition, _, position = place.partition("/")
        if not (partition.isdecimal() and position.isdecimal()):
            return False
        aside = self._core.set_aside
        there = (aside.c.partition == int(partition), aside.c.position == int(position))
        return connection.execute(update(aside).where(*there).values(status=outcome)).rowcount == 1

    def folded(self) -> dict[int, dict[str, int]]:
        """Partition → publisher → seq, as committed."""
        with self._database.reading() as connection:
            found = self._seqs.rows(connection, {})
        return {partition: decode_seqs(seqs) for partition, seqs in found}

    def positions(self) -> dict[int, int]:
        """Partition → the next position to be folded, as committed."""
        with self._database.reading() as connection:
            found = self._positions.rows(connection, {})
        return {partition: position for partition, position in found}  # noqa: C416

    def _state(self, connection: Connection) -> State:
        ((number, fold_version),) = self._pointed.rows(connection, {})
        check_fold_version(self._rules, fold_version)
        return state_numbered(number, is_postgres=self._database.is_postgres)

    def _shared(self, body: bytes | None) -> S:
        return self._rules.blank_shared() if body is None else self._rules.load_shared(body)
