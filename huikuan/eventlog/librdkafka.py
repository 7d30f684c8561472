"""The log on Kafka by librdkafka, for installations that need several times the throughput."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from huikuan.eventlog.kafka_scan import SCAN_WAIT_MS, Scanning
from huikuan.eventlog.kafka_topic import (
    DELIVERY_SECONDS,
    FOLLOW_WAIT_MS,
    RECONNECT_MS_MAX,
    RECORD_BYTES_MAX,
    REQUEST_SECONDS,
    ensure_topic,
)
from huikuan.eventlog.librdkafka_reader import LibrdkafkaReader, ask_bounds, make_consumer
from huikuan.eventlog.log import AppendUnknownError, LogError, refuse_strange
from huikuan.eventlog.record import HEADER, Entry, Record, encode_meta

# The reader's module, imported first, says what to install where this is not.
from confluent_kafka import KafkaError, KafkaException, Producer  # isort: skip

_log = logging.getLogger(__name__)


class LibrdkafkaLog:
    """A topic as the log. What is sent again is there again: readers drop it by its seq."""

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        *,
        partitions: int = 16,
        create: bool = True,
        delivery_s: float = DELIVERY_SECONDS,
    ) -> None:
        """Find or make the topic; raises ``LogError`` and ``LogAwayError`` as it does.

        An append that goes unacknowledged for ``delivery_s`` is called unknown.
        """
        self._bootstrap = bootstrap
        self._topic = topic
        self._partitions = partitions
        self._delivery_s = delivery_s
        self._topic_id = ensure_topic(bootstrap, topic, partitions, create=create)
        self._appending = threading.Lock()
        self._producer: Any = None
        self._asking = threading.Lock()
        self._asked: Any = None
        self._scanning = Scanning(lambda: self._reader(SCAN_WAIT_MS))

    @property
    def topic_id(self) -> str:
        """The id that Kafka gave this topic, in hexadecimal digits."""
        return self._topic_id

    @property
    def partitions(self) -> int:
        """How many partitions the topic has."""
        return self._partitions

    def append_each(
        self, batches: Mapping[int, Sequence[Entry]]
    ) -> Mapping[int, AppendUnknownError]:
        """Append to several partitions at once: they share requests and the wait for answers.

        Raises ``LogError`` for an entry that no topic of ours takes: sending again is no use.
        """
        refuse_strange(self, batches)
        with self._appending:
            failures = self._send(batches)
            if failures:
                # Unknown, never "not written": the broker may have it and still have been silent.
                self._discard_producer()
        for error in failures.values():
            if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                raise LogError(f"a record is larger than the log takes: {error}")
        return {p: AppendUnknownError(f"partition {p}: {error}") for p, error in failures.items()}

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        """Send in order and return when all is acknowledged by all replicas in sync."""
        for unknown in self.append_each({partition: entries}).values():
            raise unknown

    def end(self, partition: int) -> int:
        """The position that the next record will get; raises ``LogAwayError``."""
        with self._asking:
            if self._asked is None:
                self._asked = make_consumer(self._bootstrap)
            return ask_bounds(self._asked, self._topic, partition)[1]

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """All records with ``start <= position < stop``; gaps between positions are legal."""
        stop = min(stop, self.end(partition))
        return self._scanning.scan(partition, start, stop) if start < stop else iter(())

    def reader(self) -> "LibrdkafkaReader":
        """A new reader, for one thread."""
        return self._reader(FOLLOW_WAIT_MS)

    def close(self) -> None:
        """Give up connections."""
        self._scanning.close()
        with self._appending, self._asking:
            self._discard_producer()
            if self._asked is not None:
                self._asked.close()
                self._asked = None

    def _reader(self, wait_ms: int) -> LibrdkafkaReader:
        return LibrdkafkaReader(self._bootstrap, self._topic, self._topic_id, wait_ms=wait_ms)

    def _send(self, batches: Mapping[int, Sequence[Entry]]) -> dict[int, Any]:
        """Send all; answers the first error of each partition not acknowledged whole."""
        if self._producer is None:
            self._producer = _make_producer(self._bootstrap, self._delivery_s)
        failures: dict[int, Any] = {}

        def note(failure: Any, message: Any) -> None:
            if failure is not None:
                failures.setdefault(message.partition(), failure)

        try:
            for partition, entries in batches.items():
                for entry in entries:
                    self._produce(partition, entry, note)
        except KafkaException as error:
            return dict.fromkeys(batches, error.args[0])
        if self._producer.flush(self._delivery_s + REQUEST_SECONDS):
            return dict.fromkeys(batches, KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001 - its own name
        return failures

    def _produce(self, partition: int, entry: Entry, note: Callable[[Any, Any], None]) -> None:
        headers = None if entry.meta is None else [(HEADER, encode_meta(entry.meta))]
        while True:
            try:
                self._producer.produce(
                    self._topic,
                    entry.value,
                    entry.key.encode(),
                    partition=partition,
                    headers=headers,
                    on_delivery=note,
                )
            except BufferError:  # its queue is full: wait for acknowledgements
                self._producer.poll(REQUEST_SECONDS)
            else:
                return

    def _discard_producer(self) -> None:
        if self._producer is not None:
            self._producer.purge()
            self._producer = None


def _make_producer(bootstrap: str, delivery_s: float) -> Any:
    settings = {
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,  # with all acknowledgements and order kept on retries
        "allow.auto.create.topics": False,
        "linger.ms": 5,
        "message.max.bytes": RECORD_BYTES_MAX,
        "reconnect.backoff.max.ms": RECONNECT_MS_MAX,
        "request.timeout.ms": int(min(REQUEST_SECONDS, delivery_s / 2) * 1000),
        "delivery.timeout.ms": int(delivery_s * 1000),
    }
    return Producer(settings, logger=_log)
