"""Reading a topic by kafka-python: manual assignment, no group, no deserializers."""

import logging
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, RetriableError
from msgspec import DecodeError
from msgspec.json import Decoder

from huikuan.eventlog.foreign import read_key
from huikuan.eventlog.kafka_client import made
from huikuan.eventlog.kafka_topic import (
    FOLLOW_WAIT_MS,
    RECONNECT_MS_MAX,
    REQUEST_SECONDS,
    record_of,
    refuse_unreachable,
)
from huikuan.eventlog.log import LogAwayError, LogError
from huikuan.eventlog.record import HEADER, Meta, Record

STALLED_SECONDS = 10.0
"""How long a reader may find nothing before it asks whether there is nothing."""
_WATCH_SECONDS = 2
_METADATA_SECONDS = 5
_POLL_RECORDS_MAX = 5_000

_decode = Decoder(Meta).decode
_log = logging.getLogger(__name__)


class KafkaPythonReader:
    """Reads a topic onwards by a consumer without a group."""

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        topic_id: str,
        *,
        wait_ms: int = FOLLOW_WAIT_MS,
        stalled_s: float = STALLED_SECONDS,
    ) -> None:
        """``wait_ms``: how long a broker may wait for something to answer with."""
        self._bootstrap = bootstrap
        self._topic = topic
        self._topic_id = uuid.UUID(topic_id)
        self._stalled_s = stalled_s
        self._wait_ms = wait_ms
        self._consumer: Any = make_consumer(bootstrap, wait_ms)
        self._assigned: dict[int, Any] = {}
        self._moved_at = 0.0

    def assign(self, positions: Mapping[int, int]) -> None:
        """Read exactly these partitions; raises ``LogError`` for positions that are gone."""
        begins, ends = ask_bounds(self._consumer, self._topic, list(positions))
        for partition, position in positions.items():
            if not begins[partition] <= position <= ends[partition]:
                raise LogError(
                    f"position {partition}/{position} is not on the log, which has "
                    f"{partition}/{begins[partition]} to {partition}/{ends[partition]}"
                )
        self._assigned = {number: TopicPartition(self._topic, number) for number in positions}
        self._seek(self._consumer, positions)

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        """Up to ``limit`` records, waiting at most ``timeout_s`` for the first.

        While brokers are away there are none. Raises ``LogError`` where a position is gone or,
        within seconds, where the topic was made anew.
        """
        try:
            polled = self._consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=limit)
        except RetriableError:
            _log.warning("reading %s failed and will be tried again", self._topic, exc_info=True)
            return {}
        except KafkaError as error:
            raise LogError(f"topic {self._topic} cannot be read: {error!r}") from error
        self._refuse_another_topic()
        if not polled:
            self._watch()
            return {}
        self._moved_at = time.monotonic()
        return {
            assigned.partition: _records(assigned.partition, consumed)
            for assigned, consumed in polled.items()
        }

    def position(self, partition: int) -> int:
        """The position from which this partition is read on; past records that are not ours."""
        return int(self._consumer.position(self._assigned[partition], timeout_ms=0))

    def close(self) -> None:
        """Give up connections."""
        with suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=1_000)

    def _seek(self, consumer: Any, positions: Mapping[int, int]) -> None:
        consumer.assign(list(self._assigned.values()))
        for partition, position in positions.items():
            consumer.seek(self._assigned[partition], position)
        self._moved_at = time.monotonic()

    def _refuse_another_topic(self) -> None:
        # Requests name the topic, not its id: after it was made anew we would read on in another,
        # until the client has asked for metadata again.
        found = self._consumer._client.cluster.topic_id(self._topic)  # noqa: SLF001 - no other way
        if found is not None and found != self._topic_id:
            raise LogError(
                f"topic {self._topic} was made anew: it is {found}, not {self._topic_id}"
            )

    def _watch(self) -> None:
        """Replace a consumer that finds nothing where there is something: such have been seen."""
        if not self._assigned or time.monotonic() - self._moved_at < self._stalled_s:
            return
        self._moved_at = time.monotonic()
        positions = {partition: self.position(partition) for partition in self._assigned}
        with suppress(LogAwayError):
            ends = ask_ends(self._consumer, self._topic, list(positions), _WATCH_SECONDS)
            if positions == ends:
                return
        _log.warning("reading %s stands still at %s; starting anew", self._topic, positions)
        with suppress(LogAwayError):  # then the old one will do until they are back
            fresh = make_consumer(self._bootstrap, self._wait_ms)
            self.close()
            self._consumer = fresh
            self._seek(fresh, positions)


def _records(partition: int, consumed: list[Any]) -> list[Record]:
    """Like ``record_of`` of each, without its call where the record is as we write them."""
    records = []
    for seen in consumed:
        key, value = read_key(seen.key), seen.value
        try:
            ((name, header),) = seen.headers
            if name == HEADER and key is not None and value is not None:
                records.append(Record(partition, seen.offset, key, value, _decode(header)))
                continue
        except (ValueError, TypeError, DecodeError):
            pass
        records.append(record_of(partition, seen.offset, seen.key, value, seen.headers))
    return records


def make_consumer(bootstrap: str, wait_ms: int = FOLLOW_WAIT_MS) -> Any:
    """A consumer that commits nothing, resets nothing and makes no topic.

    Raises ``LogAwayError`` where no broker answers.
    """
    refuse_unreachable(bootstrap)
    try:
        return _consumer(bootstrap, wait_ms)
    except RetriableError as error:
        raise LogAwayError(f"no broker answers at {bootstrap}: {error!r}") from error


def _consumer(bootstrap: str, wait_ms: int) -> Any:
    return made(
        KafkaConsumer,
        bootstrap_servers=bootstrap.split(","),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        # Our producers have no transactions; a foreign one's aborted records are foreign records.
        isolation_level="read_uncommitted",
        check_crcs=True,
        max_poll_records=_POLL_RECORDS_MAX,
        max_partition_fetch_bytes=2 << 20,
        fetch_max_bytes=16 << 20,
        fetch_max_wait_ms=wait_ms,
        metadata_max_age_ms=_METADATA_SECONDS * 1000,
        bootstrap_timeout_ms=REQUEST_SECONDS * 1000,
        reconnect_backoff_max_ms=RECONNECT_MS_MAX,
        metrics_enabled=False,
    )


def ask_ends(
    consumer: Any, topic: str, partitions: list[int], timeout_s: float = REQUEST_SECONDS
) -> dict[int, int]:
    """The positions that the next records will get; raises ``LogAwayError``."""
    asked = [TopicPartition(topic, partition) for partition in partitions]
    try:
        found = consumer.end_offsets(asked, timeout_ms=int(timeout_s * 1000))
    except RetriableError as error:
        raise LogAwayError(f"asking for the end of {topic}: {error!r}") from error
    return {of.partition: end for of, end in found.items()}


def ask_bounds(
    consumer: Any, topic: str, partitions: list[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """The first positions that are there, and those the next records will get."""
    asked = [TopicPartition(topic, partition) for partition in partitions]
    try:
        found = consumer.beginning_offsets(asked, timeout_ms=REQUEST_SECONDS * 1000)
    except RetriableError as error:
        raise LogAwayError(f"asking for the beginning of {topic}: {error!r}") from error
    return {of.partition: begin for of, begin in found.items()}, ask_ends(
        consumer, topic, partitions
    )
