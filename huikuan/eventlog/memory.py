"""The log in memory: for tests, and for questions that need no second run."""

import threading
import uuid
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from huikuan.eventlog.foreign import admit
from huikuan.eventlog.log import AppendUnknownError, LogError, refuse_strange
from huikuan.eventlog.record import Entry, Record

_LIST_RECORDS_MAX = 5_000


class MemoryLog:
    """A log that ends with its process.

    Appending is idempotent per (partition, publisher, seq), as on the embedded log; with
    ``keep_duplicates`` whatever is sent again is there again, as on Kafka.
    """

    def __init__(self, partitions: int = 16, *, keep_duplicates: bool = False) -> None:
        self._topic_id = uuid.uuid4().hex
        self._keep_duplicates = keep_duplicates
        self._records: list[list[Record]] = [[] for _ in range(partitions)]
        self._known_at: list[list[int]] = [[] for _ in range(partitions)]
        self._keyed: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(partitions)]
        self._seqs: list[dict[str, int]] = [{} for _ in range(partitions)]
        self._grown = threading.Condition()

    @property
    def topic_id(self) -> str:
        """Drawn when the log was made."""
        return self._topic_id

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return len(self._records)

    def append_each(
        self, batches: Mapping[int, Sequence[Entry]]
    ) -> Mapping[int, AppendUnknownError]:
        """Append to several partitions; here nothing can be unknown."""
        refuse_strange(self, batches)
        for partition, entries in batches.items():
            self.append(partition, entries)
        return {}

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        """Write in order and wake who reads."""
        refuse_strange(self, [partition])
        with self._grown:
            for entry in entries:
                self._append(partition, admit(entry))
            self._grown.notify_all()

    def end(self, partition: int) -> int:
        """The position that the next record of this partition will get."""
        return len(self._records[partition])

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """All records with ``start <= position < stop``, in order."""
        stop = min(stop, self.end(partition))
        for first in range(start, stop, _LIST_RECORDS_MAX):
            yield self._records[partition][first : min(first + _LIST_RECORDS_MAX, stop)]

    def history(self, partition: int, key: str, stop: int) -> list[Record]:
        """One key's records before position ``stop``, in order, each (publisher, seq) once."""
        seen: dict[tuple[object, ...], Record] = {}
        for position in tuple(self._keyed[partition].get(key, ())):
            record = self._records[partition][position]
            said = record.meta
            if position < stop:
                seen.setdefault((said.publisher, said.seq) if said else (position,), record)
        return list(seen.values())

    def stop_at(self, partition: int, known_at_ms: int) -> int:
        """The first position that was not known yet at that time, else the end.

        Known is what was recorded by then, together with all before it in the partition.
        """
        return bisect_right(self._known_at[partition], known_at_ms)

    def reader(self) -> "MemoryReader":
        """A new reader, for one thread."""
        return MemoryReader(self, self._grown)

    def close(self) -> None:
        """Nothing is held."""

    def _append(self, partition: int, entry: Entry) -> None:
        meta, records = entry.meta, self._records[partition]
        known_at = self._known_at[partition][-1] if records else 0
        if meta is not None:
            if not self._keep_duplicates and meta.seq <= self._seqs[partition].get(
                meta.publisher, 0
            ):
                return
            self._seqs[partition][meta.publisher] = meta.seq
            known_at = max(known_at, meta.recorded_at)
        self._keyed[partition][entry.key].append(len(records))
        self._known_at[partition].append(known_at)
        records.append(Record(partition, len(records), entry.key, entry.value, meta))


class MemoryReader:
    """Reads a log in memory onwards."""

    def __init__(self, log: MemoryLog, grown: threading.Condition) -> None:
        self._log = log
        self._grown = grown
        self._next: dict[int, int] = {}

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read exactly these partitions; raises ``LogError`` for positions that never were."""
        for partition, position in positions.items():
            if not 0 <= position <= self._log.end(partition):
                raise LogError(f"position {partition}/{position} is not on the log")
        self._next = dict(positions)

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        """Up to ``limit`` records, waiting at most ``timeout_s`` for the first."""
        with self._grown:
            self._grown.wait_for(self._has_news, timeout_s)
        taken: dict[int, list[Record]] = {}
        for partition, start in sorted(self._next.items(), key=lambda at: at[1]):
            records = [r for part in self._log.scan(partition, start, start + limit) for r in part]
            if records:
                taken[partition] = records
                self._next[partition] += len(records)
                limit -= len(records)
            if limit <= 0:
                break
        return taken

    def close(self) -> None:
        """Nothing is held."""

    def _has_news(self) -> bool:
        return any(at < self._log.end(partition) for partition, at in self._next.items())
