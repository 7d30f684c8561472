"""Folded state: ``state_<n>``, one row per key; never migrated, only rebuilt.

On PostgreSQL a schema, on SQLite a table prefix in the same file, because a commit over two WAL
files is not atomic. The row with the key "" holds what the partition's accounts share.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateSchema, DropSchema

from huikuan.eventlog.core import TEXT, one_of
from huikuan.eventlog.database import copy_in
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import Row

Keyed = tuple[int, str, Row]
"""A row with its partition and key."""

_COPY_ROWS_MIN = 50
"""Fewer rows are written faster without a temporary table."""
_PAGE_ROWS = 1_000
_KEYS_MAX = 2**31 - 1
_TYPES = ("int4", "text", "bytea", "date", "text")
_INCOMING = (
    "create temp table if not exists incoming_state (partition int, key text, body bytea,"
    " review_on date, label text) on commit delete rows"
)


class State:
    """The rows of one ``state_<n>``."""

    def __init__(self, number: int, *, is_postgres: bool) -> None:
        self.number = number
        self.table = _table(number, is_postgres=is_postgres)
        self._is_postgres = is_postgres
        dialect: Any = postgresql if is_postgres else sqlite
        insert = dialect.insert(self.table)
        merge = insert.on_conflict_do_update(
            index_elements=["partition", "key"],
            set_={name: insert.excluded[name] for name in ("body", "review_on", "label")},
        )
        self._merge = Prepared(merge)
        self._merge_rows = str(merge.compile(dialect=dialect.dialect()))
        self._load = Prepared(
            select(self.table.c.key, self.table.c.body).where(
                self.table.c.partition == bindparam("partition"),
                one_of(self.table.c.key, is_postgres=is_postgres),
            )
        )
        columns = self.table.c
        everyone = (
            select(columns.key)
            .where(columns.partition == bindparam("partition"), columns.key > bindparam("after"))
            .order_by(columns.key)
            .limit(bindparam("most"))
        )
        self._everyone = Prepared(everyone)
        self._due = Prepared(everyone.where(columns.review_on <= bindparam("through")))

    def create(self, connection: Connection) -> None:
        """Make it, empty, where it is not there yet."""
        if self._is_postgres:
            connection.execute(CreateSchema(f"state_{self.number}", if_not_exists=True))
        self.table.metadata.create_all(connection)

    def drop(self, connection: Connection) -> None:
        """Remove it with all that it holds."""
        if self._is_postgres:
            schema = f"state_{self.number}"
            connection.execute(DropSchema(schema, cascade=True, if_exists=True))
        else:
            self.table.metadata.drop_all(connection)

    def load(
        self, connection: Connection, partition: int, keys: Collection[str]
    ) -> dict[str, bytes]:
        """The bodies of those keys that have one."""
        wanted = {"partition": partition, "keys": list(keys)}
        found = self._load.rows(connection, wanted)
        return {key: body for key, body in found}  # noqa: C416 - rows are not pairs

    def load_shared(self, connection: Connection, partitions: Collection[int]) -> dict[int, bytes]:
        """What the accounts of each of these partitions share, where they have anything."""
        columns = self.table.c
        query = select(columns.partition, columns.body).where(columns.key == EVERYBODY)
        found = connection.execute(query.where(columns.partition.in_(partitions)))
        return {partition: body for partition, body in found}  # noqa: C416 - rows are not pairs

    def due(
        self,
        connection: Connection,
        partition: int,
        through: date | None,
        after: str,
        limit: int | None,
    ) -> list[str]:
        """Keys after ``after``, in order, to be reviewed through that date (None: everyone)."""
        most = _KEYS_MAX if limit is None else limit
        wanted: dict[str, object] = {"partition": partition, "after": after, "most": most}
        if through is None:
            found = self._everyone.rows(connection, wanted)
        else:
            found = self._due.rows(connection, {**wanted, "through": through})
        return [key for (key,) in found]

    def save(self, connection: Connection, rows: Iterable[Keyed]) -> None:
        """Insert or replace."""
        rows = list(rows)
        if not rows:
            return
        if not self._is_postgres:
            _many(connection, self._merge_rows, [_values(keyed) for keyed in rows])
        elif len(rows) < _COPY_ROWS_MIN:
            self._merge.write(connection, [_named(keyed) for keyed in rows])
        else:
            self._copy_and_merge(connection, rows)

    def fill(self, connection: Connection, rows: Iterable[Keyed]) -> None:
        """Insert rows whose keys are not there yet: the fast way into a new state."""
        if self._is_postgres:
            target = f"state_{self.number}.accounts (partition, key, body, review_on, label)"
            copy_in(connection, target, _TYPES, map(_copied, rows))
        else:
            self.save(connection, rows)

    def rows(
        self, connection: Connection, partition: int, after: str = EVERYBODY
    ) -> Iterator[tuple[str, bytes]]:
        """All keys of a partition after ``after`` with their bodies, in order of keys."""
        columns = self.table.c
        while True:
            query = (
                select(columns.key, columns.body)
                .where(columns.partition == partition, columns.key > after)
                .order_by(columns.key)
                .limit(_PAGE_ROWS)
            )
            page = connection.execute(query).all()
            yield from ((key, body) for key, body in page)
            if len(page) < _PAGE_ROWS:
                return
            after = page[-1][0]

    def page(
        self, connection: Connection, partition: int, label: str | None, after: str, limit: int
    ) -> list[tuple[str, Row]]:
        """Some keys of a partition with their rows, in order of keys; of one label, if given."""
        columns = self.table.c
        query: Select[Any] = select(columns.key, columns.body, columns.review_on, columns.label)
        query = query.where(columns.partition == partition, columns.key > after)
        if label is not None:
            # The second condition lets the partial index serve.
            query = query.where(columns.label == label, columns.label != "")
        found = connection.execute(query.order_by(columns.key).limit(limit))
        return [(key, Row(body, review_on, word)) for key, body, review_on, word in found]

    def _copy_and_merge(self, connection: Connection, rows: list[Keyed]) -> None:
        connection.exec_driver_sql(_INCOMING)
        copy_in(connection, "incoming_state", _TYPES, map(_copied, rows))
        connection.execute(self._from_incoming())

    def _from_incoming(self) -> Any:
        names = ["partition", "key", "body", "review_on", "label"]
        columns: list[Column[Any]] = [Column(name) for name in names]
        incoming = Table("incoming_state", MetaData(), *columns)
        insert = postgresql.insert(self.table).from_select(names, select(incoming))
        return insert.on_conflict_do_update(
            index_elements=["partition", "key"],
            set_={name: insert.excluded[name] for name in names[2:]},
        )


@lru_cache(maxsize=8)
def state_numbered(number: int, *, is_postgres: bool) -> State:
    """The rows of that ``state_<n>``; its statements are made once a process, at 2 ms."""
    return State(number, is_postgres=is_postgres)


def _table(number: int, *, is_postgres: bool) -> Table:
    name = "accounts" if is_postgres else f"state_{number}_accounts"
    labelled, due = text("label <> ''"), text("review_on is not null")
    return Table(
        name,
        MetaData(schema=f"state_{number}" if is_postgres else None),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("key", TEXT, primary_key=True),
        Column("body", LargeBinary, nullable=False),
        Column("review_on", Date),
        Column("label", TEXT, nullable=False),
        Index(f"{name}_due", "partition", "review_on", postgresql_where=due, sqlite_where=due),
        Index(
            f"{name}_label",
            "partition",
            "label",
            "key",
            postgresql_where=labelled,
            sqlite_where=labelled,
        ),
        # Room beside each row for its next version, so that most updates touch no index.
        postgresql_with={"fillfactor": 60},
    )


def _many(connection: Connection, statement: str, values: list[tuple[object, ...]]) -> None:
    cursor = connection.connection.cursor()
    cursor.executemany(statement, values)
    cursor.close()


def _values(keyed: Keyed) -> tuple[object, ...]:
    partition, key, row = keyed
    review_on = row.review_on.isoformat() if row.review_on else None
    return (partition, key, row.body, review_on, row.label)


def _named(keyed: Keyed) -> dict[str, object]:
    partition, key, row = keyed
    return {
        "partition": partition,
        "key": key,
        "body": row.body,
        "review_on": row.review_on,
        "label": row.label,
    }


def _copied(keyed: Keyed) -> tuple[object, ...]:
    partition, key, row = keyed
    return (partition, key, row.body, row.review_on, row.label)
