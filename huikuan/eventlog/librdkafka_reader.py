"""Reading a topic by librdkafka: manual assignment, no group joined, no deserializers."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from huikuan.eventlog.kafka_topic import (
    FOLLOW_WAIT_MS,
    RECONNECT_MS_MAX,
    REQUEST_SECONDS,
    record_of,
)
from huikuan.eventlog.log import LogAwayError, LogError
from huikuan.eventlog.record import Record

try:
    from confluent_kafka import (
        Consumer,
        KafkaError,
        KafkaException,
        TopicCollection,
        TopicPartition,
    )
    from confluent_kafka.admin import AdminClient
except ImportError as error:
    raise ImportError(
        "the client librdkafka is not installed: install huikuan[librdkafka], "
        "or leave the URL's client at kafka-python"
    ) from error

_CHECK_SECONDS = 5.0
_RETRY_SECONDS = 0.05
_FETCH_QUEUE_KILOBYTES = 32 << 10
_AT_ONCE = 256
"""So many messages are still in the processor's cache when they are let go, at half the time."""
_LOST_OR_MADE_ANEW = (
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.UNKNOWN_TOPIC_ID,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001 - so it names the errors of its own
    KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 - likewise
)
_NOT_YET_KNOWN = (
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.FENCED_LEADER_EPOCH,
)
_AWAY = (
    *_NOT_YET_KNOWN,
    KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001 - likewise
    KafkaError._TRANSPORT,  # noqa: SLF001 - likewise
    KafkaError._RESOLVE,  # noqa: SLF001 - likewise
    KafkaError._TIMED_OUT,  # noqa: SLF001 - likewise
)
_log = logging.getLogger(__name__)


class LibrdkafkaReader:
    """Reads a topic onwards by a consumer that joins no group."""

    def __init__(
        self, bootstrap: str, topic: str, topic_id: str, *, wait_ms: int = FOLLOW_WAIT_MS
    ) -> None:
        """``wait_ms``: how long a broker may wait for something to answer with."""
        self._topic = topic
        self._topic_id = topic_id
        self._check_at = 0.0
        self._administrator: Any = AdminClient({"bootstrap.servers": bootstrap}, logger=_log)
        self._consumer: Any = make_consumer(bootstrap, wait_ms)
        self._next: dict[int, int] = {}

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read exactly these partitions; raises ``LogError`` for positions that are gone."""
        for partition, position in positions.items():
            begin, end = ask_bounds(self._consumer, self._topic, partition)
            if not begin <= position <= end:
                raise LogError(
                    f"position {partition}/{position} is not on the log, which has "
                    f"{partition}/{begin} to {partition}/{end}"
                )
        self._next = dict(positions)
        self._consumer.assign(
            [TopicPartition(self._topic, number, at) for number, at in positions.items()]
        )

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        """Up to ``limit`` records, waiting at most ``timeout_s`` for the first.

        While brokers are away there are none. Raises ``LogError`` where a position is gone or,
        within seconds, where the topic was made anew.
        """
        taken: dict[int, list[Record]] = {}
        messages = self._consumer.consume(min(limit, _AT_ONCE), 0)
        if not messages:
            # Not by `consume`, which would wait for the last of `limit` as well.
            first = self._consumer.poll(timeout_s)
            messages = [first] if first is not None else []
        while messages:
            self._take(messages, taken)
            limit -= len(messages)
            messages = self._consumer.consume(min(limit, _AT_ONCE), 0) if limit else []
        if time.monotonic() >= self._check_at:
            self._refuse_another_topic()
        return taken

    def _take(self, messages: Sequence[Any], taken: dict[int, list[Record]]) -> None:
        for message in messages:
            if message.error() is None:
                partition, position = message.partition(), message.offset()
                taken.setdefault(partition, []).append(
                    record_of(
                        partition, position, message.key(), message.value(), message.headers()
                    )
                )
                self._next[partition] = position + 1
            else:
                self._judge(message)

    def position(self, partition: int) -> int:
        """The position from which this partition is read on."""
        return self._next[partition]

    def close(self) -> None:
        """Give up connections."""
        self._consumer.close()

    def _judge(self, message: Any) -> None:
        error = message.error()
        if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - its own name
            self._next[message.partition()] = message.offset()
        elif error.code() in _LOST_OR_MADE_ANEW:
            self._refuse_another_topic()
        elif error.code() in _AWAY:
            _log.warning("reading %s failed and will be tried again: %s", self._topic, error)
        else:
            raise LogError(f"topic {self._topic} cannot be read: {error}")

    def _refuse_another_topic(self) -> None:
        # The client reads on in a topic of the same name as if it were the old one.
        self._check_at = time.monotonic() + _CHECK_SECONDS
        asked = TopicCollection([self._topic])
        answers = self._administrator.describe_topics(asked, request_timeout=REQUEST_SECONDS)
        try:
            found = answers[self._topic].result().topic_id
        except KafkaException as error:
            if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise LogError(f"topic {self._topic} is gone") from error
            _log.warning("topic %s could not be checked: %s", self._topic, error)
            return
        bits = (found.get_most_significant_bits(), found.get_least_significant_bits())
        if "".join(f"{half % (1 << 64):016x}" for half in bits) != self._topic_id:
            raise LogError(f"topic {self._topic} was made anew: it is {found}")


def make_consumer(bootstrap: str, wait_ms: int = FOLLOW_WAIT_MS) -> Any:
    """A consumer that commits nothing, resets nothing, joins no group and makes no topic."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": "huikuan",  # demanded, never joined: partitions are assigned by us
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "isolation.level": "read_uncommitted",
        "check.crcs": True,
        # It sleeps that long whenever its queue is full; the default of 1 s costs 60 % of speed.
        "fetch.queue.backoff.ms": 5,
        "queued.max.messages.kbytes": _FETCH_QUEUE_KILOBYTES,
        "fetch.message.max.bytes": 2 << 20,
        "fetch.wait.max.ms": wait_ms,
        "reconnect.backoff.ms": 500,
        "reconnect.backoff.max.ms": RECONNECT_MS_MAX,
    }
    return Consumer(settings, logger=_log)


def ask_bounds(consumer: Any, topic: str, partition: int) -> tuple[int, int]:
    """The first position that is there, and the one that the next record will get.

    Raises ``LogAwayError``.
    """
    deadline = time.monotonic() + REQUEST_SECONDS
    while True:
        try:
            begin, end = consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=REQUEST_SECONDS
            )
        except KafkaException as error:
            # A moment after a topic is made, brokers do not yet agree who leads it.
            code = error.args[0].code()
            if code not in _NOT_YET_KNOWN or time.monotonic() > deadline:
                raise LogAwayError(f"asking for the end of {topic}: {error}") from error
            time.sleep(_RETRY_SECONDS)
        else:
            return int(begin), int(end)
