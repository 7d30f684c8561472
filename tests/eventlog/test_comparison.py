"""A partition is compared once at a place, and again where one of two states has moved on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from huikuan.eventlog.comparison import Comparison
from huikuan.eventlog.database import Database
from huikuan.eventlog.rules import Row
from huikuan.eventlog.state import State

ONE, OTHER = (State(number, is_postgres=False) for number in (1, 2))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Database(f"sqlite:///{tmp_path}/two.db").writing() as connection:
        for state in (ONE, OTHER):
            state.create(connection)
            state.save(connection, [(at, "same", Row(b"same")) for at in (0, 1)])
        yield connection


def test_what_is_other_or_in_one_only_is_told_by_its_partition(connection: Connection) -> None:
    ONE.save(connection, [(0, "other", Row(b"1")), (1, "mine", Row(b"1"))])
    OTHER.save(connection, [(0, "other", Row(b"2")), (1, "theirs", Row(b"1"))])
    compared = Comparison(ONE, OTHER)
    compared.look(connection, 1, 7)
    assert compared.differences() == [(1, "mine"), (1, "theirs")]
    compared.look(connection, 0, 7)
    assert compared.differences() == [(0, "other"), (1, "mine"), (1, "theirs")]


def test_a_partition_that_moved_on_is_compared_again(connection: Connection) -> None:
    compared = Comparison(ONE, OTHER)
    compared.look(connection, 0, 7)
    ONE.save(connection, [(0, "same", Row(b"moved"))])
    compared.look(connection, 0, 8)
    assert compared.differences() == [(0, "same")]
    OTHER.save(connection, [(0, "same", Row(b"moved"))])
    compared.look(connection, 0, 9)
    assert compared.differences() == []


def test_what_changed_at_its_place_is_compared_again_when_that_is_said(
    connection: Connection,
) -> None:
    compared = Comparison(ONE, OTHER)
    compared.look(connection, 0, 7)
    ONE.save(connection, [(0, "same", Row(b"changed"))])
    compared.look(connection, 0, 7)
    assert compared.differences() == []
    compared.forget(0)
    compared.look(connection, 0, 7)
    assert compared.differences() == [(0, "same")]
