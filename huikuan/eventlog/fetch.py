"""What a turn will touch, loaded with one question for all partitions.

A turn that deals with ten records of ten partitions would otherwise ask ten times, and most of the
time between a fact and its consequence would go into asking.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, Text, bindparam, text
from sqlalchemy.dialects import postgresql

from huikuan.eventlog.database import Database
from huikuan.eventlog.first_reviews import first_reviews
from huikuan.eventlog.ownership import Held
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import A, S
from huikuan.eventlog.state import State

_FEW_PARTITIONS = 2
_FROM_SQLITE = """
select s.partition, s.key, s.body
from json_each(:wanted) w cross join {table} s
on s.partition = json_extract(w.value, '$[0]') and s.key = json_extract(w.value, '$[1]')
"""  # a cross join looks up each of the wanted, rather than reading all that there is
_FROM_POSTGRES = """
select partition, key, body
from unnest(:partitions, :keys) as w (partition, key) join {table} using (partition, key)
"""


def fetch(database: Database, turn: Sequence[Held[S, A]]) -> None:
    """Bring into memory the accounts that the pending records of these partitions are about."""
    absent = {
        held.following.partition: held.following.accounts.absent(
            {record.key for record in held.pending[held.next_index :]}
        )
        for held in turn
    }
    wanted = [(partition, key) for partition, keys in absent.items() for key in keys]
    if not wanted:
        return
    with database.reading() as connection:
        found = _load(connection, turn[0].state, wanted, is_postgres=database.is_postgres)
    for held in turn:
        partition = held.following.partition
        held.following.accounts.place(absent[partition], found[partition])


def fetch_first_reviews(database: Database, turn: Sequence[Held[S, A]]) -> None:
    """Tell the partitions that are about to open a day when their first review is.

    On most days most partitions have none, and need not be asked one by one.
    """
    opening = {
        held.following.partition: held.following.due_keys
        for held in turn
        if any(record.key == EVERYBODY for record in held.pending[held.next_index :])
    }
    if len(opening) < _FEW_PARTITIONS:
        return
    with database.reading() as connection:
        found = first_reviews(connection, turn[0].state, opening)
    for partition, first_on in found.items():
        opening[partition].quiet_before(first_on or date.max)


def _load(
    connection: Connection, state: State, wanted: Collection[tuple[int, str]], *, is_postgres: bool
) -> Mapping[int, dict[str, bytes]]:
    """Partition → the bodies of those keys that have one."""
    query = _query(state.table.fullname, is_postgres=is_postgres)
    asked: dict[str, Any]
    if is_postgres:
        asked = {"partitions": [p for p, _ in wanted], "keys": [key for _, key in wanted]}
    else:
        asked = {"wanted": msgspec.json.encode(list(wanted)).decode()}
    found: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
    for partition, key, body in query.rows(connection, asked):
        found[partition][key] = body
    return found


@cache
def _query(table: str, *, is_postgres: bool) -> Prepared:
    if not is_postgres:
        return Prepared(text(_FROM_SQLITE.format(table=table)))
    query = text(_FROM_POSTGRES.format(table=table)).bindparams(
        bindparam("partitions", type_=postgresql.ARRAY(Integer)),
        bindparam("keys", type_=postgresql.ARRAY(Text)),
    )
    return Prepared(query)
