"""The log on Kafka by kafka-python, the default client.

Never with its transactions (they reported a commit whose record was lost) and never with its
deserializers (a record that one refuses would spin the poll loop for ever).
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from huikuan.eventlog.kafka_client import made
from huikuan.eventlog.kafka_python_reader import KafkaPythonReader, ask_ends, make_consumer
from huikuan.eventlog.kafka_scan import SCAN_WAIT_MS, Scanning
from huikuan.eventlog.kafka_topic import (
    DELIVERY_SECONDS,
    FOLLOW_WAIT_MS,
    RECONNECT_MS_MAX,
    RECORD_BYTES_MAX,
    REQUEST_SECONDS,
    ensure_topic,
)
from huikuan.eventlog.log import AppendUnknownError, LogError, refuse_strange
from huikuan.eventlog.record import HEADER, Entry, Record, encode_meta

_CLOSE_SECONDS = 1.0


class KafkaPythonLog:
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
            try:
                failures = self._send(batches)
            except KafkaError as error:
                failures = dict.fromkeys(batches, error)
            if failures:
                # Unknown, never "not written": the broker may have it and still have been silent.
                self._discard_producer()
        for failure in failures.values():
            if isinstance(failure, MessageSizeTooLargeError):
                raise LogError(f"a record is larger than the log takes: {failure}") from failure
        return {p: AppendUnknownError(f"partition {p}: {e!r}") for p, e in failures.items()}

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        """Send in order and return when all is acknowledged by all replicas in sync."""
        for unknown in self.append_each({partition: entries}).values():
            raise unknown

    def end(self, partition: int) -> int:
        """The position that the next record will get; raises ``LogAwayError``."""
        with self._asking:
            if self._asked is None:
                self._asked = make_consumer(self._bootstrap)
            return ask_ends(self._asked, self._topic, [partition])[partition]

    def scan(self, partition: int, start: int, stop: int) -> Iterator[list[Record]]:
        """All records with ``start <= position < stop``; gaps between positions are legal."""
        stop = min(stop, self.end(partition))
        return self._scanning.scan(partition, start, stop) if start < stop else iter(())

    def reader(self) -> "KafkaPythonReader":
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

    def _reader(self, wait_ms: int) -> KafkaPythonReader:
        return KafkaPythonReader(self._bootstrap, self._topic, self._topic_id, wait_ms=wait_ms)

    def _send(self, batches: Mapping[int, Sequence[Entry]]) -> dict[int, KafkaError]:
        """Send all; answers the first error of each partition not acknowledged whole."""
        if self._producer is None:
            self._producer = _make_producer(self._bootstrap, self._delivery_s)
        sent = [
            (partition, self._hand_over(partition, entry))
            for partition, entries in batches.items()
            for entry in entries
        ]
        self._producer.flush(timeout=self._delivery_s + REQUEST_SECONDS)
        return {
            partition: future.exception or KafkaError("not acknowledged")
            for partition, future in reversed(sent)
            if not future.succeeded()
        }

    def _hand_over(self, partition: int, entry: Entry) -> Any:
        headers = [(HEADER, encode_meta(entry.meta))] if entry.meta is not None else None
        return self._producer.send(
            self._topic,
            partition=partition,
            key=entry.key.encode(),
            value=entry.value,
            headers=headers,
        )

    def _discard_producer(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            try:
                producer.close(timeout=_CLOSE_SECONDS)
            except KafkaError:
                # Its `close` gives up before it closes when something is still on its way.
                producer._sender.force_close()  # noqa: SLF001 - else its thread sends for ever


def _make_producer(bootstrap: str, delivery_s: float) -> Any:
    request_s = min(REQUEST_SECONDS, delivery_s / 2)
    return made(
        KafkaProducer,
        bootstrap_servers=bootstrap.split(","),
        # Said outright, all three: a conflict among them would turn idempotence off silently.
        enable_idempotence=True,
        acks="all",
        # One at a time: the order of retried requests is then nobody's cleverness.
        max_in_flight_requests_per_connection=1,
        allow_auto_create_topics=False,
        linger_ms=5,
        batch_size=1 << 20,
        max_request_size=RECORD_BYTES_MAX,
        max_block_ms=REQUEST_SECONDS * 1000,
        request_timeout_ms=int(request_s * 1000),
        delivery_timeout_ms=int(delivery_s * 1000),
        bootstrap_timeout_ms=REQUEST_SECONDS * 1000,
        reconnect_backoff_max_ms=RECONNECT_MS_MAX,
        metrics_enabled=False,
    )
