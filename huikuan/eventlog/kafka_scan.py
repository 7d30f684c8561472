"""Reading a range of one partition's positions from Kafka, whichever client reads."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from huikuan.eventlog.log import LogAwayError, Reader
from huikuan.eventlog.record import Record

_LIST_RECORDS_MAX = 500
"""More are out of the processor's cache when they are looked at next."""
_WAIT_SECONDS = 1.0
_STALLED_SECONDS = 60.0
SCAN_WAIT_MS = 5
"""How long a broker may wait for more than a scan has come to.

A reader that goes on to its next partition waits for the answer about its last one.
"""


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

    The first list is empty and says that the broker was asked. Raises ``LogAwayError`` when nothing
    has come for a minute.
    """
    reader.assign({partition: start})
    records = reader.read(_LIST_RECORDS_MAX, 0).get(partition, [])
    yield []
    moved_at = time.monotonic()
    while True:
        if reader.position(partition) > start:
            start, moved_at = reader.position(partition), time.monotonic()
        elif time.monotonic() - moved_at > _STALLED_SECONDS:
            raise LogAwayError(f"nothing came from {partition}/{start} on")
        if start > stop:
            records = [record for record in records if record.position < stop]
        if records:
            yield records
            moved_at = time.monotonic()
        if start >= stop:
            return
        records = reader.read(_LIST_RECORDS_MAX, _WAIT_SECONDS).get(partition, [])


class Scanning:
    """Scans by readers that are lent again and again: a new one costs a tenth of a second."""

    def __init__(self, make_reader: Callable[[], PositionedReader]) -> None:
        self._make_reader = make_reader
        self._lending = threading.Lock()
        self._idle: list[PositionedReader] = []
        self._is_closed = False

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """See ``read_range``; what comes first is on its way when this returns."""
        lists = self._lists(partition, start, stop)
        next(lists)
        return lists

    def close(self) -> None:
        """Give up connections, those that are lent when they come back."""
        with self._lending:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()

    def _lists(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        with self._lending:
            reader = self._idle.pop() if self._idle else None
        reader = reader or self._make_reader()
        try:
            yield from read_range(reader, partition, start, stop)
            reader.assign({})
        except BaseException:  # a scan left unfinished, too: what it fetched is nobody's
            reader.close()
            raise
        self._take_back(reader)

    def _take_back(self, reader: PositionedReader) -> None:
        with self._lending:
            if not self._is_closed:
                self._idle.append(reader)
                return
        reader.close()
