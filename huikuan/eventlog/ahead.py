"""Read ahead: what comes next is fetched and decoded while what came last is worked on.

A thread does it for who follows a log whose client spends much time on decoding: the database's
answers are waited for without the interpreter's lock, so the two overlap.
"""

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise

from huikuan.eventlog.log import Reader
from huikuan.eventlog.record import Record

_Batch = dict[int, list[Record]]
_WAIT_S = 0.05
"""How long a reading thread waits for records before it looks whether it is to end."""


class Ahead:
    """A reader that holds one batch in stock, all of them of at most ``limit`` records or so."""

    def __init__(self, reader: Reader, limit: int) -> None:
        self._reader, self._limit = reader, limit
        self._reading: _Reading | None = None

    def assign(self, positions: Mapping[int, int]) -> None:
        """See ``Reader``; what was read ahead is dropped."""
        self._end()
        self._reader.assign(positions)
        if positions:
            self._reading = _Reading(self._reader, self._limit)

    def read(self, limit: int, timeout_s: float) -> _Batch:
        """See ``Reader``; the limit was given once for all."""
        del limit
        if self._reading is None:
            return self._reader.read(self._limit, timeout_s)
        return self._reading.take(timeout_s)

    def close(self) -> None:
        """Give up the thread and the connections."""
        self._end()
        self._reader.close()

    def _end(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.end()


class _Reading:
    def __init__(self, reader: Reader, limit: int) -> None:
        self._reader, self._limit = reader, limit
        self._stock: queue.Queue[_Batch | BaseException] = queue.Queue(1)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float) -> _Batch:
        try:
            batch = self._stock.get(block=timeout_s > 0, timeout=timeout_s or None)
        except queue.Empty:
            return {}
        if isinstance(batch, BaseException):
            raise batch
        return batch

    def end(self) -> None:
        self._ends.set()
        while self._thread.is_alive():
            try:
                self._stock.get_nowait()  # it may be waiting for room
            except queue.Empty:
                self._thread.join(0.01)

    def _run(self) -> None:
        while not self._ends.is_set():
            try:
                batch: _Batch | BaseException = self._reader.read(self._limit, _WAIT_S)
            except BaseException as failure:  # noqa: BLE001 - raised where the batch is taken
                batch = failure
            if batch:
                self._stock.put(batch)
            if isinstance(batch, BaseException):
                return


def begun_ahead(scans: Iterable[Iterator[list[Record]]]) -> Iterator[Iterator[list[Record]]]:
    """Each scan when the one after it was made: a client fetches on while records are folded."""
    for scan, _after in pairwise(chain(scans, [iter(())])):
        yield scan
