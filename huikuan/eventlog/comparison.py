"""Compare two states byte for byte."""

from sqlalchemy import Connection, Select, Table, and_, or_, select

from huikuan.eventlog.state import State

_LISTED_MAX = 100


def differences(connection: Connection, one: State, other: State) -> list[tuple[int, str]]:
    """Partition and key of rows that are not the same in both, in order, at most 100."""
    mine, theirs = one.table, other.table
    same_key = and_(mine.c.partition == theirs.c.partition, mine.c.key == theirs.c.key)
    unlike = or_(
        mine.c.body != theirs.c.body,
        mine.c.label != theirs.c.label,
        mine.c.review_on.is_distinct_from(theirs.c.review_on),
    )
    found = {
        (partition, key)
        for query in (
            select(mine.c.partition, mine.c.key).join(theirs, same_key).where(unlike),
            _missing(mine, theirs),
            _missing(theirs, mine),
        )
        for partition, key in connection.execute(query.limit(_LISTED_MAX))
    }
    return sorted(found)[:_LISTED_MAX]


def _missing(here: Table, there: Table) -> Select[tuple[int, str]]:
    same_key = and_(here.c.partition == there.c.partition, here.c.key == there.c.key)
    return select(here.c.partition, here.c.key).where(~select(there.c.key).where(same_key).exists())
