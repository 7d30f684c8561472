"""What one key's records were: from the log itself where it can be asked, else from ``records``."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from operator import itemgetter
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Row, bindparam, select

from huikuan.eventlog.core import Core, one_of
from huikuan.eventlog.database import Database, copy_in
from huikuan.eventlog.log import KeyedLog, Log
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import Record, decode_meta, encode_meta

Histories = dict[str, list[Record]]
Taken = tuple[Iterable[Record], int]
"""A partition's records, in order, and the running maximum of ``recorded_at`` before them."""

_COPY_ROWS_MIN = 4
_TYPES = ("int4", "int8", "text", "int8", "bytea", "bytea")


class DatedLog(KeyedLog, Protocol):
    """A keyed log that also knows what was known when."""

    def stop_at(self, partition: int, known_at_ms: int) -> int:
        """The first position that was not known yet at that time, else the end."""


class History(Protocol):
    """The records that were taken from the log, foreign ones not among them."""

    def of(
        self, connection: Connection, partition: int, keys: Collection[str], stop: int
    ) -> Histories:
        """Each key's records before position ``stop``, in order; keys without any are absent."""

    def stop_at(self, connection: Connection, partition: int, known_at_ms: int) -> int:
        """The first position of a partition that was not known yet at that time, else the end."""

    def keep(self, connection: Connection, taken: Iterable[Taken]) -> None:
        """Add what was read of some partitions."""


def is_keyed(log: Log) -> bool:
    """Whether the log itself can be asked for a key's records."""
    return callable(getattr(log, "history", None))


def open_history(log: Log, database: Database, core: Core, publishers: frozenset[str]) -> History:
    """The log's own history where it has one."""
    if is_keyed(log):
        return LogHistory(cast(DatedLog, log), publishers)
    return _table_history(core, is_postgres=database.is_postgres)


class LogHistory:
    """Asks the log."""

    def __init__(self, log: DatedLog, publishers: frozenset[str]) -> None:
        self._log = log
        self._publishers = publishers

    def of(
        self, connection: Connection, partition: int, keys: Collection[str], stop: int
    ) -> Histories:
        """See ``History``."""
        del connection
        ours = self._publishers
        found = {}
        for key in keys:
            records = self._log.history(partition, key, stop)
            if mine := [r for r in records if r.meta and r.meta.publisher in ours]:
                found[key] = mine
        return found

    def stop_at(self, connection: Connection, partition: int, known_at_ms: int) -> int:
        """See ``History``."""
        del connection
        return self._log.stop_at(partition, known_at_ms)

    def keep(self, connection: Connection, taken: Iterable[Taken]) -> None:
        """See ``History``; the log keeps them."""


class TableHistory:
    """Asks the table ``records``, which is written together with state and progress."""

    def __init__(self, core: Core, *, is_postgres: bool) -> None:
        self._table, columns = core.records, core.records.c
        self._adding = Prepared(self._table.insert())
        # The zeros leave only the index by key: a database that has not counted its rows yet
        # would read the whole partition instead.
        self._of_keys = Prepared(
            select(columns.position, columns.key, columns.header, columns.value)
            .where(one_of(columns.key, is_postgres=is_postgres))
            .where(columns.partition + 0 == bindparam("of_partition"))
            .where(columns.position + 0 < bindparam("stop"))
        )

    def of(
        self, connection: Connection, partition: int, keys: Collection[str], stop: int
    ) -> Histories:
        """See ``History``."""
        asked = {"keys": list(keys), "of_partition": partition, "stop": stop}
        found: Histories = defaultdict(list)
        rows = self._of_keys.rows(connection, asked)
        for position, key, header, value in sorted(rows, key=itemgetter(0)):
            found[key].append(Record(partition, position, key, value, decode_meta(header)))
        return dict(found)

    def stop_at(self, connection: Connection, partition: int, known_at_ms: int) -> int:
        """See ``History``: by halving, as the running maximum grows with the position."""
        last = self._at_or_before(connection, partition, None)
        if last is None:
            return 0
        low, high = 0, int(last.position) + 1
        while low < high:
            middle = (low + high) // 2
            found = self._at_or_before(connection, partition, middle)
            if found is None or found.known_at <= known_at_ms:
                low = middle + 1
            else:
                high = int(found.position)
        return low

    def keep(self, connection: Connection, taken: Iterable[Taken]) -> None:
        """See ``History``."""
        rows = [row for records, known_at_ms in taken for row in _rows(records, known_at_ms)]
        if not rows:
            return
        if connection.dialect.name == "postgresql" and len(rows) >= _COPY_ROWS_MIN:
            copy_in(connection, "records", _TYPES, rows)
        else:
            names = self._table.columns.keys()
            self._adding.write(connection, [dict(zip(names, row, strict=True)) for row in rows])

    def _at_or_before(
        self, connection: Connection, partition: int, position: int | None
    ) -> Row[Any] | None:
        columns = self._table.c
        query = select(columns.position, columns.known_at).where(columns.partition == partition)
        if position is not None:
            query = query.where(columns.position <= position)
        found = connection.execute(query.order_by(columns.position.desc()).limit(1))
        return cast("Row[Any] | None", found.first())


@cache
def _table_history(core: Core, *, is_postgres: bool) -> TableHistory:
    return TableHistory(core, is_postgres=is_postgres)


def _rows(
    records: Iterable[Record], known_at_ms: int
) -> Iterator[tuple[int, int, str, int, bytes, bytes]]:
    for record in records:
        meta = record.meta
        if meta is not None:
            known_at_ms = max(known_at_ms, meta.recorded_at)
            header = encode_meta(meta)
            yield record.partition, record.position, record.key, known_at_ms, header, record.value
