"""The connections to a service's own database, with our settings: SQLite or PostgreSQL."""

import math
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import LRUCache

from huikuan.eventlog.prepared import begin

BUSY_S = 10
"""How long SQLite waits for another process that writes."""
_OF_BOTH: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 24,
    "hide_parameters": True,  # what is told of debtors belongs in no log
}
_POSTGRES_WAITS = (
    "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s"
)
_POSTGRES_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server from which no packet comes is away in half a minute, not a quarter of an hour."""
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
)
_TRUSTED_S = 1.0
"""A connection that was used so lately is there."""
_LEFT_AT_S = "huikuan left at"
AWAY: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
    TimeoutError,
)
"""What is raised where a database is away, or busy for too long."""
_COMPILED: LRUCache[Any, Any] = LRUCache(1_000)
"""SQLite's statements, as many databases of the same tables may be opened one after another."""


class SQLite(SQLiteDialect_pysqlite):
    """Equal to its like, so that what was compiled for one database serves every other."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.huikuan", __name__, SQLite.__name__)


class DatabaseUrlError(ValueError):
    """A URL names no database that a service can have."""


def open_engine(url: str) -> Engine:
    """An engine with our settings for this URL (``sqlite:///…`` or ``postgresql://…``).

    Raises ``DatabaseUrlError`` for other URLs, without repeating them: there are passwords in them.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("no URL of a database") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseUrlError("no such database; use sqlite or postgresql")
    options = f"{parsed.query.get('options', '')} {_POSTGRES_WAITS}".strip()
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        **_OF_BOTH,
        connect_args={"options": options, **_POSTGRES_PATIENCE},
    )
    event.listen(engine, "connect", _dump_bytes_quickly)
    watch = _Watch(engine.dialect)
    event.listen(engine, "checkin", watch.left)
    event.listen(engine, "invalidate", watch.broke)
    event.listen(engine, "checkout", watch.taken)
    return engine


class _Watch:
    """Looks whether a connection is still there that nobody used for some time.

    To ask each time, as the pool can do by itself, takes as long as a small question.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._broke_at_s = -math.inf

    def left(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_LEFT_AT_S] = time.monotonic()

    def broke(self, *_: object) -> None:
        """One is gone: none that was left before is trusted."""
        self._broke_at_s = time.monotonic()

    def taken(self, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        """Raises ``InvalidatePoolError``, upon which the pool makes another."""
        left_at_s = record.info.get(_LEFT_AT_S, math.inf)  # a new one was never left
        if left_at_s > max(time.monotonic() - _TRUSTED_S, self._broke_at_s):
            return
        try:
            self._dialect.do_ping(connection)
        except self._dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _dump_bytes_quickly(connection: Any, _record: object) -> None:
    # The dumper that a COPY into a column of bytes finds otherwise is written in Python.
    from psycopg.types.string import BytesBinaryDumper  # noqa: PLC0415 - not for SQLite

    connection.adapters.register_dumper(bytes, BytesBinaryDumper)


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise DatabaseUrlError("a service needs a database in a file")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite+huikuan"),
        **_OF_BOTH,
        execution_options={"compiled_cache": _COMPILED},
        # Autocommit of the driver: the transaction begins where we say (`_begin`).
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": BUSY_S},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    begin(connection, writes=connection.get_execution_options().get("huikuan_writes", False))
