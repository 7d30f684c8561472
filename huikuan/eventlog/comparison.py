"""Compare two states byte for byte, a partition at a time."""

from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select

from huikuan.eventlog.state import State

_LISTED_MAX = 100


class Comparison:
    """Two states, compared in each partition as soon as both are as of the same place."""

    def __init__(self, one: State, other: State) -> None:
        self._mine, self._theirs = one.table, other.table
        self._places: dict[int, int] = {}
        self._found: dict[int, list[tuple[int, str]]] = {}

    def look(self, connection: Connection, partition: int, position: int) -> None:
        """Compare the partition, unless it was; both states are as of this position."""
        if self._places.get(partition) == position:
            return
        found = {
            (partition, key)
            for query in self._unlike(partition)
            for key in connection.scalars(query.limit(_LISTED_MAX))
        }
        self._places[partition], self._found[partition] = position, sorted(found)

    def forget(self, partition: int) -> None:
        """One of both has changed at its place."""
        self._places.pop(partition, None)

    def differences(self) -> list[tuple[int, str]]:
        """Partition and key of rows that are not the same in both, in order, at most 100."""
        return sorted(chain.from_iterable(self._found.values()))[:_LISTED_MAX]

    def _unlike(self, partition: int) -> list[Select[Any]]:
        mine, theirs = self._mine, self._theirs
        differ = or_(
            mine.c.body != theirs.c.body,
            mine.c.label != theirs.c.label,
            mine.c.review_on.is_distinct_from(theirs.c.review_on),
        )
        both = select(mine.c.key).join(theirs, _same_key(mine, theirs))
        return [
            both.where(mine.c.partition == partition, differ),
            _missing(mine, theirs, partition),
            _missing(theirs, mine, partition),
        ]


def _same_key(one: Table, other: Table) -> ColumnElement[bool]:
    return and_(one.c.partition == other.c.partition, one.c.key == other.c.key)


def _missing(here: Table, there: Table, partition: int) -> Select[Any]:
    found = select(there.c.key).where(_same_key(here, there)).exists()
    return select(here.c.key).where(here.c.partition == partition, ~found)
