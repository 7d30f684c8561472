"""The embedded log: one SQLite file, durable when an append returns, for one process."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from weakref import WeakValueDictionary

from huikuan.eventlog.bell import Bell
from huikuan.eventlog.embedded_file import (
    LIST_RECORDS_MAX,
    connect,
    open_file,
    read_ends,
    read_history,
    read_records,
)
from huikuan.eventlog.floor import FLOOR
from huikuan.eventlog.foreign import admit
from huikuan.eventlog.log import AppendUnknownError, LogError, refuse_strange
from huikuan.eventlog.record import Entry, Record, encode_meta

_POLL_SECONDS = 0.010
_SCAN_RECORDS_MAX = 500
"""More outgrow the processor's cache before whoever scans has looked at the first of them."""
_INSERT = "insert into log values (?, ?, ?, ?, ?, ?)"

_Row = tuple[int, int, str, int, bytes | None, bytes]


_bells: WeakValueDictionary[Path, Bell] = WeakValueDictionary()
_bells_lock = threading.Lock()


class EmbeddedLog:
    """A log in a file. Appending is idempotent per (partition, publisher, seq)."""

    def __init__(self, path: Path, *, partitions: int = 16, create: bool = True) -> None:
        """Open the file; raises ``LogError`` where it is not a log of that many partitions."""
        self._path = path.resolve()
        self._topic_id, self._partitions = open_file(self._path, partitions, create=create)
        with _bells_lock:
            self._bell = _bells.setdefault(self._path, Bell())
        self._writing = threading.Lock()
        self._writer = connect(self._path, writing=True)
        self._asking = threading.Lock()
        self._asked = connect(self._path)

    @property
    def topic_id(self) -> str:
        """Drawn when the file was made."""
        return self._topic_id

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return self._partitions

    def append_each(
        self, batches: Mapping[int, Sequence[Entry]]
    ) -> Mapping[int, AppendUnknownError]:
        """All in one transaction: so all are unknown where one is."""
        try:
            self._append(batches)
        except AppendUnknownError as error:
            return dict.fromkeys(batches, error)
        return {}

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        """Write what is not there yet; raises ``LogError`` for a record that is too large."""
        self._append({partition: entries})

    def end(self, partition: int) -> int:
        """The position that the next record of this partition will get."""
        with self._asking:
            return read_ends(self._asked, [partition])[0]

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """All records with ``start <= position < stop``, in order."""
        connection = connect(self._path)
        try:
            while records := read_records(connection, partition, start, stop, _SCAN_RECORDS_MAX):
                yield records
                start = records[-1].position + 1
        finally:
            connection.close()

    def history(self, partition: int, key: str, stop: int) -> list[Record]:
        """One key's records before position ``stop``, in order, each (publisher, seq) once."""
        with self._asking:
            return list(chain.from_iterable(read_history(self._asked, partition, key, stop)))

    def stop_at(self, partition: int, known_at_ms: int) -> int:
        """The first position that was not known yet at that time, else the end.

        Known is what was recorded by then, together with all before it in the partition.
        """
        low, high = 0, self.end(partition)
        with self._asking:
            while low < high:  # known_at never falls, so a few looks find the place
                middle = (low + high) // 2
                (known_at,) = self._asked.execute(
                    "select known_at from log where partition = ? and position = ?",
                    (partition, middle),
                ).fetchone()
                low, high = (low, middle) if known_at > known_at_ms else (middle + 1, high)
        return low

    def reader(self) -> "EmbeddedReader":
        """A new reader, for one thread."""
        return EmbeddedReader(self._path, self._bell)

    def close(self) -> None:
        """Close the file; what waits for the writer's lock fails."""
        with self._writing, self._asking:
            self._writer.close()
            self._asked.close()

    def _append(self, batches: Mapping[int, Sequence[Entry]]) -> None:
        refuse_strange(self, batches)
        with self._writing, FLOOR:
            try:
                self._writer.execute("begin immediate")
                for partition, entries in batches.items():
                    self._insert(partition, entries)
                FLOOR.leave()
                self._writer.execute("commit")
            except sqlite3.DataError as error:
                self._roll_back()
                raise LogError(f"a record is larger than the log takes: {error}") from error
            except sqlite3.Error as error:
                self._roll_back()
                raise AppendUnknownError(f"writing to {self._path}: {error}") from error
            except BaseException:
                self._roll_back()
                raise
        self._bell.ring()

    def _insert(self, partition: int, entries: Sequence[Entry]) -> None:
        last_seqs: dict[str, int] = dict(
            self._writer.execute(
                "select publisher, seq from last_seq where partition = ?", (partition,)
            ).fetchall()
        )
        position, known_at = self._writer.execute(
            "select position + 1, known_at from log where partition = ? "
            "order by position desc limit 1",
            (partition,),
        ).fetchone() or (0, 0)
        rows: list[_Row] = []
        for entry in map(admit, entries):
            meta = entry.meta
            if meta is not None:
                if meta.seq <= last_seqs.get(meta.publisher, 0):
                    continue
                last_seqs[meta.publisher] = meta.seq
                known_at = max(known_at, meta.recorded_at)
            header = None if meta is None else encode_meta(meta)
            rows.append((partition, position, entry.key, known_at, header, entry.value))
            position += 1
        self._writer.executemany(_INSERT, rows)
        self._writer.executemany(
            "insert or replace into last_seq values (?, ?, ?)",
            [(partition, publisher, seq) for publisher, seq in last_seqs.items()],
        )

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("rollback")


class EmbeddedReader:
    """Reads a file onwards."""

    def __init__(self, path: Path, bell: Bell) -> None:
        self._connection = connect(path)
        self._bell = bell
        self._next: dict[int, int] = {}
        self._behind: list[int] = []

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read exactly these partitions; raises ``LogError`` for positions that never were."""
        asked = list(positions)
        for partition, end in zip(asked, read_ends(self._connection, asked), strict=True):
            if not 0 <= positions[partition] <= end:
                raise LogError(
                    f"position {partition}/{positions[partition]} is not on the log, "
                    f"which ends at {partition}/{end}"
                )
        self._next = dict(positions)
        self._behind = asked

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        """Up to ``limit`` records, waiting at most ``timeout_s`` for the first."""
        deadline = time.monotonic() + timeout_s
        while True:
            heard, seen = self._bell.rings, self._data_version()
            taken = self._take(limit)
            if taken or time.monotonic() >= deadline:
                return taken
            while self._bell.rings == heard and self._data_version() == seen:
                left_s = deadline - time.monotonic()
                if left_s <= 0:
                    return {}
                self._bell.wait(heard, min(_POLL_SECONDS, left_s))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _take(self, limit: int) -> dict[int, list[Record]]:
        """Read partitions in turn, so that a long one does not keep the others waiting."""
        taken: dict[int, list[Record]] = {}
        turn = self._behind
        with FLOOR:
            ends = read_ends(self._connection, turn)
        for partition, end in zip(tuple(turn), ends, strict=True):
            start = self._next[partition]
            if start < end and limit > 0:
                records = read_records(
                    self._connection, partition, start, end, min(limit, LIST_RECORDS_MAX)
                )
                taken[partition] = records
                self._next[partition] = records[-1].position + 1
                limit -= len(records)
                turn.remove(partition)
                turn.append(partition)
        return taken

    def _data_version(self) -> int:
        (version,) = self._connection.execute("pragma data_version").fetchone()
        return int(version)
