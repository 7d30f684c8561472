"""A publisher restored from a backup: the log has words of its own that its outbox forgot.

It would give their seqs to other words, which every reader would drop. So it refuses to write
until ``take_back`` has read them into its core again; what it says anew then finds its ids there.
"""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection, select

from huikuan.eventlog.core import Core
from huikuan.eventlog.database import Database
from huikuan.eventlog.log import Log
from huikuan.eventlog.outbox import Outbox
from huikuan.eventlog.record import Record, Saying

TakenBack = Callable[[Connection, list[Record]], None]


class RestoredBackupError(Exception):
    """The log has higher seqs of this publisher than its outbox."""

    def __init__(self, publisher: str, partition: int, *, seq: int, known: int) -> None:
        super().__init__(
            f"the log has words of {publisher} in partition {partition} that its outbox lacks "
            f"(seq {seq}, known {known}): a restored backup? run `huikuan recover {publisher}`"
        )
        self.publisher, self.partition, self.seq, self.known = publisher, partition, seq, known


class Check:
    """Looks for our own words on the log that we do not know; at each record once."""

    def __init__(self, database: Database, core: Core, log: Log, outbox: Outbox) -> None:
        self._database, self._core, self._log, self._outbox = database, core, log, outbox
        self.looked: dict[int, int] = {}
        """Partition → up to where we know all of our words; heads never fall."""

    def of(self, partitions: Iterable[int]) -> None:
        """Raises ``RestoredBackupError`` where the log knows more of our words than we do."""
        publisher = self._outbox.publisher
        # The ends first: what is said meanwhile is known by then, and not on the log before them.
        stops = {partition: self._log.end(partition) for partition in partitions}
        known = _known(self._database, self._core)
        for partition, stop in stops.items():
            position, head = known[partition]
            start = max(position, self.looked.get(partition, 0))
            for record in _own(self._log, publisher, partition, start, stop):
                if record.meta and record.meta.seq > head:
                    raise RestoredBackupError(publisher, partition, seq=record.meta.seq, known=head)
            self.looked[partition] = stop


def take_back(
    database: Database,
    core: Core,
    log: Log,
    outbox: Outbox,
    public_types: frozenset[str],
    heard: Iterable[TakenBack],
) -> int:
    """Read our forgotten words back into the outbox; answers how many there were."""
    hooks, count = list(heard), 0
    for partition, (position, head) in _known(database, core).items():
        forgotten: list[Record] = []
        for record in _own(log, outbox.publisher, partition, position, log.end(partition)):
            if record.meta and record.meta.seq == head + len(forgotten) + 1:
                forgotten.append(record)
        if not forgotten:
            continue
        count += len(forgotten)
        with database.writing() as connection:
            said = [_saying(record, public_types) for record in forgotten]
            outbox.take_back(connection, partition, said)
            for hook in hooks:
                hook(connection, forgotten)
    return count


def _known(database: Database, core: Core) -> dict[int, tuple[int, int]]:
    """Partition → the next position to be folded, and the last seq that was given."""
    at, heads = core.progress.c, core.heads
    query = select(at.partition, at.position, heads.c.seq)
    query = query.join_from(core.progress, heads, at.partition == heads.c.partition)
    with database.reading() as connection:
        found = connection.execute(query.order_by(at.partition)).all()
    return {partition: (position, seq) for partition, position, seq in found}


def _own(log: Log, publisher: str, partition: int, start: int, stop: int) -> Iterator[Record]:
    # At most starts there is nothing to look at, and the log need not be asked again.
    for records in log.scan(partition, start, stop) if start < stop else ():
        for record in records:
            if record.meta is not None and record.meta.publisher == publisher:
                yield record


def _saying(record: Record, public_types: frozenset[str]) -> tuple[int, Saying]:
    meta = record.meta
    if meta is None:
        raise AssertionError("only our own words are taken back")
    return meta.seq, Saying(
        key=record.key,
        type=meta.type,
        id=meta.id,
        value=record.value,
        source=meta.source,
        recorded_at=meta.recorded_at,
        said=meta.said,
        cause=meta.cause,
        trace=meta.trace,
        public=meta.type in public_types,
    )
