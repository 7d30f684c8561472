"""Reading what was known at one place of the log, for one question: of one key, or of many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from operator import attrgetter

from msgspec import structs
from sqlalchemy import Connection, bindparam, select

from huikuan.eventlog.core import Core, one_of
from huikuan.eventlog.database import Database
from huikuan.eventlog.history import History
from huikuan.eventlog.known import ElsewhereError, Known, KnownAt, Place
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import EVERYBODY, Record

_KEYS_MAX = 200
"""Keys whose records are read in one go."""


class Records:
    """Where keys' records are read: the log or ``records``, and what was set aside."""

    def __init__(self, database: Database, core: Core, history: History, partitions: int) -> None:
        self.database, self.history, self.partitions = database, history, partitions
        self._reached = _reached(core)
        self._aside = _aside(core, is_postgres=database.is_postgres)

    def reached(self, connection: Connection, partition: int) -> int:
        """The position up to which a partition is folded."""
        ((position,),) = self._reached.rows(connection, {"of_partition": partition})
        return int(position)

    def aside(
        self, connection: Connection, partition: int, keys: Collection[str]
    ) -> dict[str, list[Record]]:
        """Each key's records that nobody could read, without ``meta``."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        asked = {"of_partition": partition, "keys": list(keys)}
        for key, position, value in self._aside.rows(connection, asked):
            found[key].append(Record(partition, position, key, value, None))
        return found


@cache
def _reached(core: Core) -> Prepared:
    progress = core.progress.c
    return Prepared(
        select(progress.position).where(progress.partition == bindparam("of_partition"))
    )


@cache
def _aside(core: Core, *, is_postgres: bool) -> Prepared:
    aside = core.set_aside.c
    in_partition = aside.partition == bindparam("of_partition")
    of_keys = one_of(aside.key, is_postgres=is_postgres)
    return Prepared(select(aside.key, aside.position, aside.value).where(in_partition, of_keys))


class Recalling:
    """What was known at one place. Of what nobody could read there is no ``meta``.

    What is about everybody is read once a partition. All raise ``ElsewhereError``.
    """

    def __init__(self, records: Records, known_at: KnownAt, folded: Collection[int]) -> None:
        """``folded``: the partitions in which anything was folded."""
        self._records, self._known_at, self._folded = records, known_at, folded
        self._places: dict[int, tuple[Place, int]] = {}

    def of(self, key: str) -> Known:
        """One key's records, and those about everybody beside it."""
        partition = partition_of(key, self._records.partitions)
        with self._records.database.reading(snapshot=True) as connection:
            place, reached = self._place(connection, partition)
            own = self._records.history.of(connection, partition, [key], reached).get(key, [])
            aside = self._records.aside(connection, partition, [key]).get(key, [])
        known = place.beside(_with_foreign(own, aside))
        return Known(_unread(known.own, aside), known.everybody)

    def everybody(self, partition: int) -> list[Record]:
        """Those about everybody in a partition, where it is asked about all of them."""
        known_at = self._known_at
        named = known_at.partitions() if isinstance(known_at, Position) else set()
        if named and not named.issuperset(self._folded):
            raise ElsewhereError
        with self._records.database.reading(snapshot=True) as connection:
            return self._place(connection, partition)[0].everybody

    def each(self, partition: int, keys: Iterable[str]) -> Iterator[tuple[str, list[Record]]]:
        """Each of these keys, in order, with its records, where any were known."""
        for some in _parcels(keys):
            with self._records.database.reading(snapshot=True) as connection:
                place, reached = self._place(connection, partition)
                found = self._records.history.of(connection, partition, some, reached)
                aside = self._records.aside(connection, partition, some)
            for key in some:
                unread = aside.get(key, [])
                known = place.of(_with_foreign(found.get(key, []), unread))
                if known:
                    yield key, _unread(known, unread)

    def _place(self, connection: Connection, partition: int) -> tuple[Place, int]:
        """The place, and up to where the partition was folded when it was asked about."""
        found = self._places.get(partition)
        if found is None:
            history, known_at = self._records.history, self._known_at
            stop = reached = self._records.reached(connection, partition)
            if isinstance(known_at, int):
                stop = min(stop, history.stop_at(connection, partition, known_at))
            every = history.of(connection, partition, [EVERYBODY], reached).get(EVERYBODY, [])
            found = self._places[partition] = Place(partition, known_at, stop, every), reached
        return found


def _with_foreign(own: list[Record], aside: list[Record]) -> list[Record]:
    """A key's records with the foreign ones among them, in order."""
    if not aside:
        return own
    there = {record.position for record in own}
    foreign = [record for record in aside if record.position not in there]
    return sorted([*own, *foreign], key=attrgetter("position"))


def _unread(known: list[Record], aside: list[Record]) -> list[Record]:
    if not aside:
        return known
    unread = {record.position for record in aside}
    return [structs.replace(each, meta=None) if each.position in unread else each for each in known]


def _parcels(keys: Iterable[str]) -> Iterator[list[str]]:
    waiting = list(keys)
    for first in range(0, len(waiting), _KEYS_MAX):
        yield waiting[first : first + _KEYS_MAX]
