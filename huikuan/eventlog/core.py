"""The tables of a service's core: migrated by Alembic, never rebuilt.

A service that needs tables of its own beside these adds them to ``Core.metadata``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of code points, which is the order of Python and of SQLite."""


@dataclass(frozen=True)
class Core:
    """What a service must not lose."""

    metadata: MetaData
    progress: Table
    """How far each partition is folded, and who owns it: the fence is the epoch."""
    heads: Table
    """The last seq given in each partition, and the last one that is known to be on the log."""
    outbox: Table
    """All that this service ever said."""
    records: Table
    """What was read, by key; empty where the log itself can be asked."""
    set_aside: Table
    """Records that nobody could read, with place and reason."""
    pointer: Table
    """Which state is live, and what its bytes mean; one row."""
    members: Table
    """The processes of this service that are alive."""


@cache
def core_of(service: str) -> Core:
    """A service's tables, with metadata of their own.

    Made once a process, as their statements are compiled once for each table.
    """
    del service
    metadata = MetaData()
    return Core(
        metadata,
        _progress(metadata),
        _heads(metadata),
        _outbox(metadata),
        _records(metadata),
        _set_aside(metadata),
        _pointer(metadata),
        _members(metadata),
    )


def _partition() -> Column[int]:
    return Column("partition", Integer, primary_key=True, autoincrement=False)


def _progress(metadata: MetaData) -> Table:
    return Table(
        "progress",
        metadata,
        _partition(),
        Column("topic_id", Text, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("seqs", Text, nullable=False),
        Column("cursor", Text),
        Column("known_at", BigInteger, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("owner", Text),
        Column("lease_until", BigInteger, nullable=False),
    )


def _heads(metadata: MetaData) -> Table:
    return Table(
        "outbox_heads",
        metadata,
        _partition(),
        Column("seq", BigInteger, nullable=False),
        Column("acknowledged", BigInteger, nullable=False),
    )


def _outbox(metadata: MetaData) -> Table:
    public = text("public")
    return Table(
        "outbox",
        metadata,
        _partition(),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("id", TEXT, nullable=False),
        Column("key", TEXT, nullable=False),
        Column("type", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("recorded_at", BigInteger, nullable=False),
        Column("said", Boolean, nullable=False),
        Column("cause", Text, nullable=False),
        Column("trace", Text, nullable=False),
        Column("public", Boolean, nullable=False),
        Column("value", LargeBinary, nullable=False),
        UniqueConstraint("partition", "id", name="outbox_id"),
        Index("outbox_public", "partition", "seq", postgresql_where=public, sqlite_where=public),
    )


def _records(metadata: MetaData) -> Table:
    return Table(
        "records",
        metadata,
        _partition(),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("key", TEXT, nullable=False),
        Column("known_at", BigInteger, nullable=False),
        Column("header", LargeBinary, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Index("records_key", "key", "position"),
    )


def _set_aside(metadata: MetaData) -> Table:
    return Table(
        "set_aside",
        metadata,
        _partition(),
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("key", TEXT, nullable=False),
        Column("reason", Text, nullable=False),
        Column("header", LargeBinary),
        Column("value", LargeBinary, nullable=False),
        Column("status", Text, nullable=False),
        Index("set_aside_key", "partition", "key"),
    )


def _pointer(metadata: MetaData) -> Table:
    return Table(
        "pointer",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("state", Integer, nullable=False),
        Column("fold_version", Integer, nullable=False),
    )


def _members(metadata: MetaData) -> Table:
    return Table(
        "members",
        metadata,
        Column("member", Text, primary_key=True),
        Column("alive_until", BigInteger, nullable=False),
    )


_seqs_encoder = msgspec.json.Encoder(order="sorted")
_seqs_decoder = msgspec.json.Decoder(dict[str, int])


def encode_seqs(seqs: dict[str, int]) -> str:
    """A partition's last seq per publisher, as it is stored."""
    return _seqs_encoder.encode(seqs).decode()


def decode_seqs(stored: str) -> dict[str, int]:
    """From ``encode_seqs``."""
    return _seqs_decoder.decode(stored)


class _JsonList(TypeDecorator[Sequence[object]]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[object] | None, dialect: Dialect) -> str:
        del dialect
        return msgspec.json.encode(value).decode()


def one_of(column: Column[Any], name: str = "keys", *, is_postgres: bool) -> ColumnElement[bool]:
    """Whether a column is among the parameter ``name``, a list: one parameter for any number."""
    if is_postgres:
        kind = Integer if isinstance(column.type, Integer) else Text
        return column == any_(bindparam(name, type_=postgresql.ARRAY(kind)))
    each = func.json_each(bindparam(name, type_=_JsonList)).table_valued("value")
    return column.in_(select(each.c.value))


def pairs(first: str, second: str, *, is_postgres: bool) -> FromClause:
    """Two parameters, lists of numbers side by side, as a table of ``first`` and ``second``."""
    if is_postgres:
        given = [bindparam(name, type_=postgresql.ARRAY(BigInteger)) for name in (first, second)]
        columns = [column(name, BigInteger) for name in ("first", "second")]
        return func.unnest(*given).table_valued(*columns).render_derived()
    # Of two such tables SQLite would read all of the partition between them.
    each = func.json_each(bindparam(first, type_=_JsonList)).table_valued("key", "value")
    place = literal_column("'$['").concat(each.c.key).concat("]")
    beside = func.json_extract(bindparam(second, type_=_JsonList), place, type_=BigInteger)
    return select(each.c.value.label("first"), beside.label("second")).subquery()


def last_seqs(connection: Connection, core: Core) -> dict[int, int]:
    """Partition → the last seq that was given."""
    found = connection.execute(select(core.heads.c.partition, core.heads.c.seq))
    return {partition: seq for partition, seq in found}  # noqa: C416 - rows are not pairs
