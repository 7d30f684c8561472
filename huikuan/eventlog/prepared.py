"""Statements of the hot path, compiled once.

SQLAlchemy takes ten times as long to execute a small statement as SQLite takes to answer it, and a
fact passes thirty of them. So SQLite gets what was compiled once, from its driver. PostgreSQL's
answer takes longer than SQLAlchemy does: there nothing is gained, and SQLAlchemy executes it.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, TextClause
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

_DIALECT = sqlite.dialect()
_Convert = Callable[[Any], Any]
_Rows = Sequence[Sequence[Any]]
_Statement = Select[Any] | UpdateBase | TextClause


class Prepared:
    """A statement without expanding parameters, executed within the caller's transaction.

    Raises what SQLAlchemy raises.
    """

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement

    def rows(self, connection: Connection, given: Mapping[str, object]) -> _Rows:
        """What a query answers, all of it."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, given).all()
        compiled = self._compiled
        found = _execute(connection, compiled.sql, compiled.values(given)).fetchall()
        return [compiled.converted(row) for row in found] if compiled.outwards else found

    def write(self, connection: Connection, given: Sequence[Mapping[str, object]]) -> int:
        """Execute it for each of these; answers how many rows were written."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, given).rowcount
        compiled = self._compiled
        rows = [compiled.values(each) for each in given]
        return _execute_many(connection, compiled.sql, rows).rowcount

    @cached_property
    def _compiled(self) -> "_Compiled":
        return _compile(self._statement)


class _Compiled(NamedTuple):
    sql: str
    names: list[str]
    """Of the parameters, in order."""
    inwards: dict[str, _Convert]
    """The parameters that must be converted."""
    constants: dict[str, object]
    """The parameters that the statement brings itself."""
    outwards: dict[int, _Convert]
    """The columns that must be converted."""

    def values(self, given: Mapping[str, object]) -> Sequence[object]:
        if self.constants:
            given = {**self.constants, **given}
        if not self.inwards:
            return [given[name] for name in self.names]
        return [
            self.inwards[name](given[name]) if name in self.inwards else given[name]
            for name in self.names
        ]

    def converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for index, convert in self.outwards.items():
            values[index] = convert(values[index])
        return values


def _compile(statement: _Statement) -> _Compiled:
    compiled: Any = statement.compile(dialect=_DIALECT)
    binds = {name: bound for name, bound in compiled.binds.items() if name in compiled.positiontup}
    inwards = {name: _impl(bound.type).bind_processor(_DIALECT) for name, bound in binds.items()}
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    outwards = {
        index: _impl(column.type).result_processor(_DIALECT, None)
        for index, column in enumerate(columns)
    }
    return _Compiled(
        sql=str(compiled),
        names=list(compiled.positiontup),
        inwards={name: convert for name, convert in inwards.items() if convert},
        constants={name: bound.value for name, bound in binds.items() if not bound.required},
        outwards={index: convert for index, convert in outwards.items() if convert},
    )


def begin(connection: Connection, *, writes: bool) -> None:
    """Begin a transaction on SQLite; one that writes waits here for its turn, not later."""
    _execute(connection, "BEGIN IMMEDIATE" if writes else "BEGIN", ())


def _impl(kind: TypeEngine[Any]) -> Any:
    return kind.dialect_impl(_DIALECT)


def _execute(connection: Connection, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
    try:
        return _driver(connection).execute(sql, values)
    except sqlite3.Error as error:
        raise _translated(sql, error) from error


def _execute_many(
    connection: Connection, sql: str, rows: Sequence[Sequence[object]]
) -> sqlite3.Cursor:
    try:
        return _driver(connection).executemany(sql, rows)
    except sqlite3.Error as error:
        raise _translated(sql, error) from error


def _driver(connection: Connection) -> sqlite3.Connection:
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _translated(sql: str, error: sqlite3.Error) -> BaseException:
    return DBAPIError.instance(sql, None, error, sqlite3.Error, dialect=_DIALECT)
