"""What following and rebuilding read of a partition: live state and history, in short reads."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache

from sqlalchemy import bindparam, select

from huikuan.eventlog.core import Core, one_of
from huikuan.eventlog.database import Database
from huikuan.eventlog.first_reviews import first_reviews
from huikuan.eventlog.history import History
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import Record
from huikuan.eventlog.state import State


class PartitionStore:
    """Reads one partition of one state; each question is a transaction of its own."""

    def __init__(
        self, database: Database, core: Core, history: History, state: State, partition: int
    ) -> None:
        self._database = database
        self._history = history
        self._state = state
        self._partition = partition
        self._unread = _unread(core, is_postgres=database.is_postgres)

    def load(self, keys: Collection[str]) -> Mapping[str, bytes]:
        """See ``due.Store``."""
        if not keys:
            return {}
        with self._database.reading() as connection:
            return self._state.load(connection, self._partition, keys)

    def due(self, through: date | None, after: str, limit: int) -> list[str]:
        """See ``due.Store``."""
        with self._database.reading() as connection:
            return self._state.due(connection, self._partition, through, after, limit)

    def first_review(self) -> date | None:
        """See ``due.Store``."""
        with self._database.reading() as connection:
            return first_reviews(connection, self._state, [self._partition])[self._partition]

    def histories(self, keys: Collection[str], stop: int) -> Mapping[str, list[Record]]:
        """See ``due.Store``."""
        with self._database.reading() as connection:
            known = self._history.of(connection, self._partition, keys, stop)
            asked = {"of_partition": self._partition, "keys": list(keys)}
            unread = {place for (place,) in self._unread.rows(connection, asked)}
        if not unread:
            return known
        return {k: [r for r in rs if r.position not in unread] for k, rs in known.items()}


@cache
def _unread(core: Core, *, is_postgres: bool) -> Prepared:
    aside = core.set_aside.c
    in_partition = aside.partition == bindparam("of_partition")
    of_keys = one_of(aside.key, is_postgres=is_postgres)
    return Prepared(select(aside.position).where(in_partition, of_keys))
