"""When the first review of each partition is: on most days most of them have none."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, bindparam, text
from sqlalchemy.dialects import postgresql

from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.state import State

# A look into the index for each partition: grouping would read all that is ever to be reviewed.
_FROM_SQLITE = """
select w.value, (select min(s.review_on) from {table} s
                 where s.partition = w.value and s.review_on is not null)
from json_each(:partitions) w
"""
_FROM_POSTGRES = """
select w.p, (select min(s.review_on) from {table} s
             where s.partition = w.p and s.review_on is not null)
from unnest(:partitions) as w (p)
"""


def first_reviews(
    connection: Connection, state: State, partitions: Collection[int]
) -> dict[int, date | None]:
    """By partition the earliest date on which a key must be reviewed; None where there is none."""
    is_postgres = connection.dialect.name == "postgresql"
    query = _query(state.table.fullname, is_postgres=is_postgres)
    asked: Any = list(partitions)
    if not is_postgres:
        asked = msgspec.json.encode(asked).decode()
    found = query.rows(connection, {"partitions": asked})
    # SQLite has dates as text.
    return {
        partition: date.fromisoformat(on) if isinstance(on, str) else on for partition, on in found
    }


@cache
def _query(table: str, *, is_postgres: bool) -> Prepared:
    if not is_postgres:
        return Prepared(text(_FROM_SQLITE.format(table=table)))
    partitions = bindparam("partitions", type_=postgresql.ARRAY(Integer))
    return Prepared(text(_FROM_POSTGRES.format(table=table)).bindparams(partitions))
