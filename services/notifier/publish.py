"""The public topic ``huikuan.escalations``: every word of the feed as a CloudEvent.

The notifier is its only writer. What was written last is read from the tail of each partition, so
a restart or another owner goes on where the last one ended, and subscribers see no duplicates in
the ordinary case; after a failure in mid-air they drop by id.
"""

from collections.abc import Callable, Mapping

from huikuan.eventlog.database import Database
from huikuan.eventlog.log import AppendUnknownError, Log
from huikuan.eventlog.record import Entry, Meta
from huikuan.events.wire import to_cloudevent
from services.notifier.feed import Feed, Word
from services.notifier.words import PUBLISHER

TOPIC = "huikuan.escalations"
SOURCE = "huikuan/notifier"
_WORDS_MAX = 1_000
_TAIL_RECORDS = 64


class PublicTopic:
    """Sends what the gate let out, per partition in order; by one thread."""

    def __init__(
        self, topic: Log, database: Database, feed: Feed, epochs: Callable[[], Mapping[int, int]]
    ) -> None:
        """``epochs`` tells the partitions that this process owns, each with its epoch."""
        self._topic, self._database, self._feed, self._epochs = topic, database, feed, epochs
        self._written: dict[int, tuple[int, int]] = {}
        """Partition → its epoch, and the last seq that is on the topic."""

    def send(self) -> int:
        """Append what is new; answers how many words were sent.

        Raises ``AppendUnknownError``; then the next call looks at the tail again.
        """
        held = sorted(self._epochs().items())
        return sum(self._send(partition, epoch) for partition, epoch in held)

    def forget(self) -> None:
        """Trust nothing but the topic's tail."""
        self._written = {}

    def _send(self, partition: int, epoch: int) -> int:
        known_epoch, written = self._written.get(partition, (None, 0))
        if known_epoch != epoch:  # another owner may have written meanwhile
            written = self._tail(partition)
        with self._database.reading() as connection:
            words = self._feed.of_partition(connection, partition, written, _WORDS_MAX)
        if words:
            try:
                self._topic.append(partition, [_entry(word) for word in words])
            except AppendUnknownError:
                self._written.pop(partition, None)
                raise
            written = words[-1].seq
        self._written[partition] = (epoch, written)
        return len(words)

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
