"""What was known at a place of the log: at a time, at a position, or all that is folded.

A time counts by the running maximum of ``recorded_at`` in the partition, so that what was known
never shrinks. A position names seqs; of a publisher that it does not name (the answer to a write
names its own service alone) that is known which was recorded by the position's time. What was
said in consequence of a record is known with it, though it stands on the log some time later. A
foreign record has neither time nor seq: it is known where a later one is.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from huikuan.eventlog.position import Position
from huikuan.eventlog.record import Record

KnownAt = int | Position | None
"""Milliseconds since 1970 UTC, a position, or None for all that is folded."""
Ids = frozenset[str]
_NOBODY: Ids = frozenset()


class UnknownPlaceError(ValueError):
    """The log was not folded as far as this position, or has no such place."""


class ElsewhereError(ValueError):
    """The position says nothing about the part of the log that is asked about."""


class Known(NamedTuple):
    """One key's records that were known, in order, with those about everybody beside it."""

    own: list[Record]
    everybody: list[Record]


class Place:
    """A place in one partition."""

    def __init__(
        self, partition: int, known_at: KnownAt, stop: int, every: Sequence[Record]
    ) -> None:
        """``stop``: the first position that was not known by then, unless it is a position.

        ``every``: all records about everybody in the partition. Raises ``ElsewhereError``.
        """
        self._partition, self._stop, self._every = partition, stop, every
        self._position = known_at if isinstance(known_at, Position) else None
        self._is_everything = known_at is None
        self._must_name(every)
        self._known_ms = self._latest_ms(every)
        self.everybody = self._sieved(every, self._known_ms, _NOBODY, 0)
        """Those about everybody that were known, whoever is asked about."""
        self._causes, self._last = _ids(self.everybody), _last(self.everybody)

    def of(self, own: Sequence[Record]) -> list[Record]:
        """Of a key's records, foreign ones among them, those that were known."""
        self._must_name(own)
        known_ms = max(self._known_ms, self._latest_ms(own))
        return self._sieved(own, known_ms, self._causes, self._last)

    def beside(self, own: Sequence[Record]) -> Known:
        """Likewise, where nobody else is asked about: his own may tell a later time."""
        self._must_name(own)
        every, known_ms = self.everybody, self._latest_ms(own)
        if known_ms > self._known_ms:
            every = self._sieved(self._every, known_ms, _NOBODY, 0)
        known_ms = max(self._known_ms, known_ms)
        return Known(self._sieved(own, known_ms, _ids(every), _last(every)), every)

    def _must_name(self, records: Sequence[Record]) -> None:
        position = self._position
        if records and position and position.seqs and self._partition not in position.partitions():
            raise ElsewhereError

    def _latest_ms(self, records: Iterable[Record]) -> int:
        """When the latest of those that the position covers was recorded."""
        if self._position is None:
            return -1
        covered = (each.meta for each in records if each.meta and self._covers(each))
        return max((meta.recorded_at for meta in covered), default=-1)

    def _covers(self, record: Record) -> bool:
        meta, position = record.meta, self._position
        return bool(
            meta and position and position.covers(meta.publisher, self._partition, meta.seq)
        )

    def _sieved(
        self, records: Sequence[Record], known_ms: int, causes: Ids, last: int
    ) -> list[Record]:
        known = {each.position: each for each in records if self._is_known(each, known_ms)}
        causes |= _ids(known.values())
        last = max(last, _last(known.values()))

        def follows(record: Record) -> bool:
            meta = record.meta
            return meta.said and meta.cause in causes if meta else record.position < last

        return [each for each in records if each.position in known or follows(each)]

    def _is_known(self, record: Record, known_ms: int) -> bool:
        meta, position = record.meta, self._position
        if meta is None:
            return self._is_everything
        if position is None:
            return record.position < self._stop
        if self._covers(record):
            return True
        is_named = self._partition in position.seqs.get(meta.publisher, {})
        return not (is_named or meta.said) and meta.recorded_at <= known_ms


def _ids(records: Iterable[Record]) -> Ids:
    return frozenset(record.meta.id for record in records if record.meta)


def _last(records: Iterable[Record]) -> int:
    return max((record.position for record in records), default=-1)
