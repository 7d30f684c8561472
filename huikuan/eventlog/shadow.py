"""What a rebuild folded so far and put out of memory, with the records it was folded from."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from huikuan.eventlog.database import Database
from huikuan.eventlog.history import History
from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.eventlog.state import State


class PartitionShadow:
    """What is in ``state_<n+1>`` of one partition."""

    def __init__(self, database: Database, history: History, state: State, partition: int) -> None:
        self._database, self._history = database, history
        self._state, self._partition = state, partition

    def load(self, keys: Collection[str]) -> Mapping[str, bytes]:
        """See ``refold.Shadow``."""
        with self._database.reading() as connection:
            return self._state.load(connection, self._partition, keys)

    def due(self, through: date | None) -> Iterable[str]:
        """See ``refold.Shadow``."""
        with self._database.reading() as connection:
            return self._state.due(connection, self._partition, through, EVERYBODY, None)

    def histories(self, keys: Collection[str], stop: int) -> Mapping[str, list[Record]]:
        """See ``refold.Shadow``."""
        with self._database.reading() as connection:
            return self._history.of(connection, self._partition, keys, stop)
