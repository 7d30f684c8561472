"""From the outbox onto the log: per partition, in order, from the first row not acknowledged.

An append that was not acknowledged may have been written: it is simply sent again, because a
reader takes exactly the next seq and drops everything else. So two relays at once cost nothing
but bytes; only the owner of a partition sends, and marks under its epoch.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select

from huikuan.eventlog.core import Core
from huikuan.eventlog.crash import crash_point
from huikuan.eventlog.database import Database
from huikuan.eventlog.log import AppendUnknownError, Log
from huikuan.eventlog.outbox import Outbox

_ROWS_MAX = 2_000


class Relay:
    """One service's sending, by one thread. ``epochs`` tells which partitions are ours."""

    def __init__(
        self,
        log: Log,
        database: Database,
        core: Core,
        outbox: Outbox,
        epochs: Callable[[], Mapping[int, int]],
    ) -> None:
        self._log, self._database, self._core = log, database, core
        self._outbox, self._epochs = outbox, epochs

    def send(self) -> int:
        """Append what waits, up to ``_ROWS_MAX`` rows a partition; answers how many were sent.

        Raises ``AppendUnknownError`` when it has marked what did get through.
        """
        epochs = dict(self._epochs())
        with self._database.reading() as connection:
            waiting = self._outbox.unacknowledged(connection)
        sent: dict[int, int] = {}
        failed: AppendUnknownError | None = None
        rows = 0
        for partition, (acknowledged, _) in sorted(waiting.items()):
            if partition not in epochs:
                continue
            with self._database.reading() as connection:
                entries = self._outbox.entries(connection, partition, acknowledged, _ROWS_MAX)
            try:
                self._log.append(partition, entries)
            except AppendUnknownError as unknown:
                failed = unknown
                continue
            sent[partition] = acknowledged + len(entries)
            rows += len(entries)
        if sent:
            crash_point("after_append")
            self._mark(epochs, sent)
        if failed is not None:
            raise failed
        return rows

    def _mark(self, epochs: dict[int, int], sent: dict[int, int]) -> None:
        with self._database.writing() as connection:
            mine = {p: seq for p, seq in sent.items() if self._owns(connection, p, epochs[p])}
            self._outbox.acknowledge(connection, mine)
            crash_point("before_mark")

    def _owns(self, connection: Connection, partition: int, epoch: int) -> bool:
        progress = self._core.progress
        query = select(progress.c.epoch).where(progress.c.partition == partition)
        return bool(connection.execute(query).scalar_one() == epoch)
