"""Statements that drivers get as they were compiled once, and the transactions around them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from huikuan.eventlog.core import one_of
from huikuan.eventlog.database import Database
from huikuan.eventlog.prepared import Prepared
from tests.rig.servers import NewDatabase

_THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", Text),
    Column("is_good", Boolean),
    Column("since", Date),
    Column("body", LargeBinary),
)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "一", "is_good": True, "since": date(2026, 1, 31), "body": b"\x00"},
    {"id": 2, "name": None, "is_good": None, "since": None, "body": None},
    {"id": 3, "name": "", "is_good": False, "since": date(2013, 6, 30), "body": b""},
]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'some.db'}"
    if request.param == "postgresql":
        new_database: NewDatabase = request.getfixturevalue("postgres_url")
        url = new_database("prepared")
    opened = Database(url)
    with opened.writing() as connection:
        _THINGS.metadata.create_all(connection)
        assert Prepared(_THINGS.insert()).write(connection, ROWS) == len(ROWS)
    yield opened
    opened.close()


def test_it_answers_what_sqlalchemy_answers(database: Database) -> None:
    among = one_of(_THINGS.c.id, is_postgres=database.is_postgres)
    query = select(_THINGS).where(among).order_by(_THINGS.c.id)
    asked = {"keys": [1, 2, 3]}
    with database.reading() as connection:
        expected = [tuple(row) for row in connection.execute(query, asked)]
        found = [tuple(row) for row in Prepared(query).rows(connection, asked)]
    assert found == expected == [tuple(row.values()) for row in ROWS]


def test_parameters_of_the_statement_itself_need_not_be_given(database: Database) -> None:
    query = select(_THINGS.c.id).where(_THINGS.c.name == "一").limit(bindparam("most"))
    with database.reading() as connection:
        assert Prepared(query).rows(connection, {"most": 5}) == [(1,)]


def test_it_tells_how_many_rows_were_written(database: Database) -> None:
    renaming = update(_THINGS).where(_THINGS.c.id == bindparam("at"))
    prepared = Prepared(renaming.values(name=bindparam("new_name")))
    with database.writing() as connection:
        rows = [{"at": number, "new_name": "other"} for number in (1, 3, 4)]
        assert prepared.write(connection, rows) == 2


def test_it_raises_what_sqlalchemy_raises(database: Database) -> None:
    adding = Prepared(_THINGS.insert())
    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"), database.writing() as connection:
        adding.write(connection, ROWS)


def break_off(database: Database) -> None:
    removing = Prepared(_THINGS.delete().where(_THINGS.c.id == bindparam("at")))
    with database.writing() as connection:
        removing.write(connection, [{"at": 1}])
        driver: Any = connection.connection.driver_connection
        driver.close()


def test_a_connection_that_broke_is_not_used_again(database: Database) -> None:
    with pytest.raises(DBAPIError):
        break_off(database)
    with database.writing() as connection:
        count = len(Prepared(select(_THINGS.c.id)).rows(connection, {}))
    assert count == len(ROWS)
