"""One partition's records by key, in order, each publisher's records exactly once.

All of a key's records together, so that whoever follows keys one by one has each account in the
processor's cache. What is in memory is bounded: a long partition is read several times, some of its
keys each time.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from zlib import crc32

from msgspec import structs

from huikuan.eventlog.log import Log
from huikuan.eventlog.record import EVERYBODY, Record

RECORDS_MAX = 1_000_000
"""Records of one reading that are in memory, about: keys are spread by their hash."""

_UNKNOWN = -2
"""The seq before which no publisher begins."""

ByKey = dict[str, list[Record]]


def records_by_key(
    log: Log,
    partition: int,
    stop: int,
    publishers: Collection[str],
    *,
    wanted: Callable[[str], bool] | None = None,
    records_max: int = RECORDS_MAX,
) -> Iterator[ByKey]:
    """Some keys' records before ``stop`` at a time; those about everybody in each of them.

    A foreign record has no ``meta``, whoever wrote it. ``wanted`` chooses among the keys.
    """
    readings = max(1, -(-stop // records_max))
    for reading in range(readings):
        found: ByKey = defaultdict(list)
        seqs = dict.fromkeys(publishers, 0)
        for records in log.scan(partition, 0, stop):
            for record in records:
                meta, key, kept = record.meta, record.key, record
                if meta is not None and meta.seq == seqs.get(meta.publisher, _UNKNOWN) + 1:
                    seqs[meta.publisher] = meta.seq  # nearly always
                elif (other := _other(record, seqs)) is not None:
                    kept = other
                else:
                    continue
                if key == EVERYBODY or (
                    (readings == 1 or crc32(key.encode()) % readings == reading)
                    and (wanted is None or wanted(key))
                ):
                    found[key].append(kept)
        yield found


def _other(record: Record, seqs: Collection[str]) -> Record | None:
    """A record that is not its publisher's next one: foreign, or None where it was there before."""
    meta = record.meta
    if meta is None:
        return record
    return None if meta.publisher in seqs else structs.replace(record, meta=None)
