"""Reading a range of one partition's positions from Kafka, whichever client reads."""

import time
from collections.abc import Iterator
from typing import Protocol

from huikuan.eventlog.log import LogAwayError, Reader
from huikuan.eventlog.record import Record

_LIST_RECORDS_MAX = 5_000
_WAIT_SECONDS = 1.0
_STALLED_SECONDS = 60.0


class PositionedReader(Reader, Protocol):
    """A reader that can be asked how far it has come."""

    def position(self, partition: int) -> int:
        """The position from which this partition is read on.

        Positions without a record (a foreign transaction's marks, say) are passed like others.
        """


def read_range(
    reader: PositionedReader, partition: int, start: int, stop: int
) -> Iterator[list[Record]]:
    """All records with ``start <= position < stop``, where ``stop`` is at most the log's end.

    Raises ``LogAwayError`` when nothing has come for a minute.
    """
    reader.assign({partition: start})
    moved_at = time.monotonic()
    while start < stop:
        records = reader.read(_LIST_RECORDS_MAX, _WAIT_SECONDS).get(partition, [])
        if reader.position(partition) > start:
            start, moved_at = reader.position(partition), time.monotonic()
        elif time.monotonic() - moved_at > _STALLED_SECONDS:
            raise LogAwayError(f"nothing came from {partition}/{start} on")
        if start > stop:
            records = [record for record in records if record.position < stop]
        if records:
            yield records
