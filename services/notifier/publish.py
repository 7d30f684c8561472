"""The public topic ``huikuan.escalations``: every word of the feed as a CloudEvent.

The notifier is its only writer. What was written last is read from the tail of each partition, so
a restart or another owner goes on where the last one ended, and subscribers see no duplicates in
the ordinary case; after a failure in mid-air they drop by id.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from huikuan.eventlog.database import Database
from huikuan.eventlog.log import Log
from huikuan.eventlog.record import Entry, Meta
from huikuan.events.wire import to_cloudevent
from services.notifier.feed import Feed, Reached, Word
from services.notifier.words import PUBLISHER

TOPIC = "huikuan.escalations"
SOURCE = "huikuan/notifier"
_WORDS_MAX = 1_000
_TAIL_RECORDS = 64


class _Place(NamedTuple):
    """How far a partition of the topic is."""

    epoch: int
    """Ours: another owner may have written before it or after it."""
    written_seq: int
    """Of the last word that is on the topic."""
    done: Reached | None
    """The feed's place up to which nothing is left to be sent."""


class PublicTopic:
    """Sends what the gate let out, per partition in order; by one thread."""

    def __init__(
        self, topic: Log, database: Database, feed: Feed, epochs: Callable[[], Mapping[int, int]]
    ) -> None:
        """``epochs`` tells the partitions that this process owns, each with its epoch."""
        self._topic, self._database, self._feed, self._epochs = topic, database, feed, epochs
        self._places: dict[int, _Place] = {}

    def send(self) -> int:
        """Append what is new; answers how many words were sent.

        Raises ``AppendUnknownError``; then the next call looks at those tails again.
        """
        self._hold(self._epochs())
        words, reached = self._read()
        places = {partition: self._places.pop(partition) for partition in words}
        unknown = self._topic.append_each({p: list(map(_entry, new)) for p, new in words.items()})
        for partition, new in words.items():
            if partition not in unknown:
                place = places[partition]
                written_seq = new[-1].seq if new else place.written_seq
                done = reached[partition] if len(new) < _WORDS_MAX else None
                self._places[partition] = _Place(place.epoch, written_seq, done)
        for failure in unknown.values():
            raise failure
        return sum(map(len, words.values()))

    def forget(self) -> None:
        """Trust nothing but the topic's tail."""
        self._places = {}

    def _hold(self, epochs: Mapping[int, int]) -> None:
        places = self._places
        self._places = {p: place for p, place in places.items() if epochs.get(p) == place.epoch}
        for partition in sorted(epochs.keys() - self._places.keys()):
            self._places[partition] = _Place(epochs[partition], self._tail(partition), None)

    def _read(self) -> tuple[dict[int, list[Word]], dict[int, Reached]]:
        """What is new where the feed has moved on, and how far it has."""
        words: dict[int, list[Word]] = {}
        with self._database.reading() as connection:
            feed = self._feed.reached(connection)
            for partition, place in self._places.items():
                reached = feed.get(partition)
                if reached is not None and reached != place.done:
                    words[partition] = self._feed.public(
                        connection, partition, place.written_seq, _WORDS_MAX, reached.released_seq
                    )
        return words, feed

    def _tail(self, partition: int) -> int:
        """The last seq of ours on the topic; 0 where there is none."""
        stop = self._topic.end(partition)
        while stop > 0:
            start = max(0, stop - _TAIL_RECORDS)
            seqs = [
                record.meta.seq
                for records in self._topic.scan(partition, start, stop)
                for record in records
                if record.meta is not None and record.meta.publisher == PUBLISHER
            ]
            if seqs:
                return max(seqs)
            stop = start
        return 0


def _entry(word: Word) -> Entry:
    said = word.said
    extensions: dict[str, str | int | bool] = {"holdseq": said.hold_seq or 0}
    if word.superseded:
        extensions["superseded"] = True
    if word.trace:
        extensions["traceparent"] = word.trace
    value = to_cloudevent(
        event_id=word.id,
        source=SOURCE,
        type_name=word.type,
        debtor=word.debtor,
        recorded_at=word.recorded_at,
        data=word.value,
        extensions=extensions,
    )
    meta = Meta(PUBLISHER, word.seq, word.id, word.type, word.recorded_at, trace=word.trace)
    return Entry(word.debtor, value, meta)
