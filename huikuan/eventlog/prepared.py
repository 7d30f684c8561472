"""Statements of the hot path, compiled once.

SQLAlchemy takes ten times as long to execute a small statement as SQLite takes to answer it, and
longer than PostgreSQL does, and a fact passes thirty of them. So the driver gets what SQLAlchemy
compiled once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, LargeBinary, Select, TextClause
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

_SQLITE = "sqlite"
_DIALECTS: dict[str, Dialect] = {
    _SQLITE: sqlite.dialect(),
    "postgresql": PGDialect_psycopg(),  # type: ignore[no-untyped-call]
}
"""Without their drivers, so that bytes are bytes on either side."""
_Convert = Callable[[Any], Any]
_Rows = Sequence[Sequence[Any]]
_Statement = Select[Any] | UpdateBase | TextClause


class Prepared:
    """A statement without expanding parameters, executed within the caller's transaction.

    Raises what SQLAlchemy raises.
    """

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, given: Mapping[str, object]) -> _Rows:
        """What a query answers, all of it."""
        compiled = self._compiled(connection)
        found = _execute(connection, compiled.sql, compiled.values(given)).fetchall()
        return [compiled.converted(row) for row in found] if compiled.outwards else found

    def write(self, connection: Connection, given: Sequence[Mapping[str, object]]) -> int:
        """Execute it for each of these; answers how many rows were written."""
        compiled = self._compiled(connection)
        rows = [compiled.values(each) for each in given]
        written: int
        if len(rows) == 1:
            written = _execute(connection, compiled.sql, rows[0]).rowcount
        else:
            written = _execute_many(connection, compiled.sql, rows).rowcount
        return written

    def _compiled(self, connection: Connection) -> "_Compiled":
        name = connection.dialect.name
        compiled = self._by_dialect.get(name)
        if compiled is None:
            compiled = self._by_dialect[name] = _compile(self._statement, _DIALECTS[name])
        return compiled


class _Compiled(NamedTuple):
    sql: str
    names: list[str] | None
    """Of the parameters in order; None where the driver takes them by name."""
    inwards: dict[str, _Convert]
    """The parameters that must be converted."""
    constants: dict[str, object]
    """The parameters that the statement brings itself."""
    outwards: dict[int, _Convert]
    """The columns that must be converted."""

    def values(self, given: Mapping[str, object]) -> Sequence[object] | Mapping[str, object]:
        if self.constants:
            given = {**self.constants, **given}
        if self.inwards:
            converted = {name: convert(given[name]) for name, convert in self.inwards.items()}
            given = {**given, **converted}
        return given if self.names is None else [given[name] for name in self.names]

    def converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for index, convert in self.outwards.items():
            values[index] = convert(values[index])
        return values


def _compile(statement: _Statement, dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    names = None if compiled.positiontup is None else list(compiled.positiontup)
    used = compiled.params if names is None else names
    binds = {name: bound for name, bound in compiled.binds.items() if name in used}
    inwards = {
        name: bound.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bound in binds.items()
    }
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    outwards = {
        index: column.type.dialect_impl(dialect).result_processor(dialect, None)
        for index, column in enumerate(columns)
        if not isinstance(column.type, LargeBinary)  # either driver answers bytes
    }
    return _Compiled(
        sql=str(compiled),
        names=names,
        inwards={name: convert for name, convert in inwards.items() if convert},
        constants={name: bound.value for name, bound in binds.items() if not bound.required},
        outwards={index: convert for index, convert in outwards.items() if convert},
    )


def begin(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction on SQLite; one that writes waits here for its turn, not later."""
    _execute(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ())


@contextmanager
def translating(connection: Connection, sql: str) -> Iterator[None]:
    """Raise as SQLAlchemy does what the driver raises meanwhile."""
    try:
        yield
    except _error(connection) as error:
        raise _translated(connection, sql, error) from error


def _execute(connection: Connection, sql: str, values: Any) -> Any:
    cursor = _cursor(connection)
    try:
        return cursor.execute(sql, values)
    except _error(connection) as error:
        raise _translated(connection, sql, error) from error


def _execute_many(connection: Connection, sql: str, rows: Sequence[Any]) -> Any:
    cursor = _cursor(connection)
    try:
        cursor.executemany(sql, rows)
    except _error(connection) as error:
        raise _translated(connection, sql, error) from error
    return cursor


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    # What PostgreSQL answers as bytes need not be parsed.
    return driver.cursor() if connection.dialect.name == _SQLITE else driver.cursor(binary=True)


def _error(connection: Connection) -> type[Exception]:
    error: type[Exception] = connection.dialect.loaded_dbapi.Error
    return error


def _translated(connection: Connection, sql: str, error: Any) -> BaseException:
    dialect = connection.dialect
    is_broken = dialect.is_disconnect(error, connection.connection.driver_connection, None)
    if is_broken:
        connection.invalidate(error)
    raised: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        _error(connection),
        connection_invalidated=is_broken,
        dialect=dialect,
    )
    return raised
