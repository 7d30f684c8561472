"""From the outbox onto the log: per partition, in order, from the first row not acknowledged.

An append that was not acknowledged may have been written: it is simply sent again, because a
reader takes exactly the next seq and drops everything else. So two relays at once cost nothing
but bytes; only the owner of a partition sends, and marks under its epoch.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from huikuan.eventlog.core import Core
from huikuan.eventlog.crash import crash_point
from huikuan.eventlog.database import Database
from huikuan.eventlog.log import Log
from huikuan.eventlog.outbox import Outbox
from huikuan.eventlog.record import Entry

_ROWS_MAX = 2_000
_UNMARKED_ROWS_MAX = 5_000


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
        self._log, self._database = log, database
        self._owned = select(core.progress.c.partition, core.progress.c.epoch)
        self._outbox, self._epochs = outbox, epochs
        self._sent: dict[int, tuple[int, int]] = {}
        """Partition → epoch and last seq of what is on the log and not marked yet."""
        self._unmarked_rows = 0

    def send(self) -> int:
        """Append what waits, up to ``_ROWS_MAX`` rows a partition; answers how many were sent.

        Raises ``AppendUnknownError`` when it has tried every partition.
        """
        with self._database.floor:
            waiting = self._read(dict(self._epochs()))
        if not waiting:
            return 0
        unknown = self._log.append_each({p: entries for p, (_, _, entries) in waiting.items()})
        rows = 0
        for partition, (epoch, start, entries) in waiting.items():
            if partition not in unknown:
                self._sent[partition] = (epoch, start + len(entries))
                rows += len(entries)
        if rows:
            crash_point("after_append")
        self._unmarked_rows += rows
        if self._unmarked_rows >= _UNMARKED_ROWS_MAX:
            self.mark()
        for failure in unknown.values():
            raise failure
        return rows

    def send_all(self) -> None:
        """Send all that waits now; who says more wakes us again."""
        while self.send() >= _ROWS_MAX:
            pass

    def mark(self) -> None:
        """Note in the database what is on the log; what is not marked is only sent again."""
        if not self._sent:
            return
        sent, self._sent, self._unmarked_rows = self._sent, {}, 0
        with self._database.floor, self._database.writing() as connection:
            epochs = {partition: epoch for partition, epoch in connection.execute(self._owned)}  # noqa: C416
            mine = {p: seq for p, (epoch, seq) in sent.items() if epochs.get(p) == epoch}
            self._outbox.acknowledge(connection, mine)
            crash_point("before_mark")

    def _read(self, epochs: dict[int, int]) -> dict[int, tuple[int, int, list[Entry]]]:
        """Partition → epoch, the seq before the first row, the rows to be sent."""
        starts: dict[int, int] = {}
        with self._database.reading() as connection:
            waiting = self._outbox.unacknowledged(connection)
            for partition, (acknowledged, last) in sorted(waiting.items()):
                epoch = epochs.get(partition)
                if epoch is None:
                    continue
                sent_under, sent = self._sent.get(partition, (epoch, 0))
                start = max(acknowledged, sent) if sent_under == epoch else acknowledged
                if start < last:
                    starts[partition] = start
            if not starts:
                return {}
            rows = self._outbox.entries(connection, starts, _ROWS_MAX)
        return {p: (epochs[p], start, rows[p]) for p, start in starts.items()}
