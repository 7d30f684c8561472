"""Which keys of a partition are to be reviewed by a date, among how many."""

from datetime import date

from sqlalchemy import Connection, func, select

from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import Row
from huikuan.eventlog.state import State


def to_review(
    connection: Connection, state: State, partition: int, through: date | None
) -> list[tuple[str, Row]]:
    """The keys to be reviewed by then (None: everyone) with their rows, in order of keys."""
    columns = state.table.c
    query = select(columns.key, columns.body, columns.review_on, columns.label)
    query = query.where(columns.partition == partition, columns.key > EVERYBODY)
    if through is not None:
        query = query.where(columns.review_on <= through)
    found = connection.execute(query.order_by(columns.key))
    return [(key, Row(body, review_on, label)) for key, body, review_on, label in found]


def count_keys(connection: Connection, state: State, partition: int) -> int:
    """How many keys the partition has."""
    columns = state.table.c
    own = (columns.partition == partition, columns.key > EVERYBODY)
    return connection.execute(select(func.count()).where(*own)).scalar_one()
