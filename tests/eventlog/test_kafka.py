"""Both Kafka clients keep the contract, against a real broker."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from confluent_kafka import Producer
from kafka import KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from huikuan.eventlog.kafka_python import KafkaPythonLog
from huikuan.eventlog.kafka_python_reader import KafkaPythonReader
from huikuan.eventlog.librdkafka import LibrdkafkaLog
from huikuan.eventlog.log import ForgetfulLogError, Log, LogAwayError, LogError, Reader
from huikuan.eventlog.record import EVERYBODY, HEADER, Entry, Meta, Record, encode_meta
from tests.eventlog.log_contract import (
    PARTITIONS,
    SOON_SECONDS,
    Open,
    StoredLogContract,
    log,
    reader,
    said,
    scanned,
    take,
)

__all__ = ["log", "reader"]

_META = Meta("ledger", 1, "ledger/1", "t", 1)
_HEADER = encode_meta(_META)
_KEEPING = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


@pytest.fixture
def topic() -> str:
    return f"log-{uuid.uuid4().hex}"


@pytest.fixture
def administrator(kafka_bootstrap: str) -> Iterator[Any]:
    with closing(KafkaAdminClient(bootstrap_servers=kafka_bootstrap)) as client:
        yield client


@pytest.fixture
def remove(administrator: Any, topic: str) -> Callable[[], None]:
    def delete() -> None:
        administrator.delete_topics([topic])
        deadline = time.monotonic() + SOON_SECONDS
        while not administrator.describe_topics([topic])[0]["error_code"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    return delete


@pytest.fixture
def open_log(open_with: Callable[[int], Log]) -> Open:
    return lambda: open_with(PARTITIONS)


@pytest.fixture
def stranger(kafka_bootstrap: str) -> Iterator[Any]:
    """Somebody else's producer."""
    with closing(KafkaProducer(bootstrap_servers=kafka_bootstrap)) as producer:
        yield producer


class KafkaLogContract(StoredLogContract):
    """What is so on Kafka only."""

    def test_nothing_of_it_is_ever_thrown_away(
        self, log: Log, topic: str, administrator: Any
    ) -> None:
        log.append(0, [said(1)])
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
        found = administrator.describe_configs(asked, config_filter="all")["topic"][topic]
        # Its own word, whatever the broker does with other topics.
        own = {
            name: each["value"]
            for name, each in found.items()
            if each["config_source"] == "DYNAMIC_TOPIC_CONFIG"
        }
        assert own.items() >= _KEEPING.items()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("retention.ms", "604800000"),
            ("retention.bytes", "1048576"),
            ("cleanup.policy", "compact"),
        ],
    )
    def test_a_topic_that_throws_records_away_is_refused(
        self, open_log: Open, topic: str, administrator: Any, name: str, value: str
    ) -> None:
        theirs = {topic: {"num_partitions": PARTITIONS, "configs": {**_KEEPING, name: value}}}
        administrator.create_topics(theirs, wait_for_metadata=True)
        with pytest.raises(ForgetfulLogError, match=f"{topic} .*: {name}={value}, not "):
            open_log()

    def test_a_topic_that_somebody_else_made_to_keep_all_is_a_log(
        self, open_log: Open, topic: str, administrator: Any
    ) -> None:
        theirs = {topic: {"num_partitions": PARTITIONS, "configs": _KEEPING}}
        administrator.create_topics(theirs, wait_for_metadata=True)
        with closing(open_log()) as found:
            found.append(0, [said(1)])

    def test_what_is_sent_again_is_there_again(self, log: Log) -> None:
        log.append(0, [said(1), said(2)])
        log.append(0, [said(1), said(2)])
        assert [record.meta and record.meta.seq for record in scanned(log, 0)] == [1, 2, 1, 2]

    @pytest.mark.parametrize(
        ("key", "value", "headers", "read"),
        [
            (b"acme", b"{}", [], Record(0, 0, "acme", b"{}", None)),
            (None, b"{}", [], Record(0, 0, EVERYBODY, b"{}", None)),
            (b"acme", None, [], Record(0, 0, "acme", b"", None)),
            (b"acme", None, [(HEADER, _HEADER)], Record(0, 0, "acme", b"", _META)),
            (b"acme", b"{}", [(HEADER, b"")], Record(0, 0, "acme", b"{}", None)),
            (b"acme", b"{}", [(HEADER, b"\xff[")], Record(0, 0, "acme", b"{}", None)),
            (b"acme", b"{}", [(HEADER, b'["ledger","1"]')], Record(0, 0, "acme", b"{}", None)),
            (b"acme", b"{}", [("trace", _HEADER)], Record(0, 0, "acme", b"{}", None)),
            (b"acme", b"{}", [("t", b""), (HEADER, _HEADER)], Record(0, 0, "acme", b"{}", _META)),
            (b"acme", b"{}", [(HEADER, _HEADER), ("t", b"")], Record(0, 0, "acme", b"{}", _META)),
            (b"\xff\xfe", b"{}", [(HEADER, _HEADER)], Record(0, 0, EVERYBODY, b"{}", None)),
            (b"a\x00b", b"{}", [(HEADER, _HEADER)], Record(0, 0, EVERYBODY, b"{}", None)),
            (b"a" * 201, b"{}", [(HEADER, _HEADER)], Record(0, 0, EVERYBODY, b"{}", None)),
            (b"", b"\xff", [(HEADER, _HEADER)], Record(0, 0, EVERYBODY, b"\xff", _META)),
        ],
    )
    def test_a_strangers_record_is_read_and_stops_nothing(
        self, log: Log, topic: str, stranger: Any, key: Any, value: Any, headers: Any, read: Record
    ) -> None:
        stranger.send(topic, value, key, headers, partition=0).get(SOON_SECONDS)
        log.append(0, [said(1)])
        assert scanned(log, 0)[0] == read
        assert scanned(log, 0)[1].meta == said(1).meta

    def test_a_header_without_content_is_foreign(
        self, log: Log, topic: str, kafka_bootstrap: str
    ) -> None:
        producer = Producer({"bootstrap.servers": kafka_bootstrap})
        producer.produce(topic, b"{}", b"acme", 0, headers=[(HEADER, None)])
        assert producer.flush(SOON_SECONDS) == 0
        assert scanned(log, 0) == [Record(0, 0, "acme", b"{}", None)]

    def test_positions_taken_by_a_strangers_transaction_are_passed(
        self, log: Log, reader: Reader, topic: str, kafka_bootstrap: str
    ) -> None:
        stranger = Producer({"bootstrap.servers": kafka_bootstrap, "transactional.id": topic})
        stranger.init_transactions(SOON_SECONDS)
        for _ in range(2):
            stranger.begin_transaction()
            stranger.produce(topic, b"{}", b"acme", 0)
            stranger.commit_transaction(SOON_SECONDS)
        assert log.end(0) == 4
        assert [record.position for record in scanned(log, 0)] == [0, 2]
        reader.assign({0: 0})
        assert len(take(reader, 2)[0]) == 2
        log.append(0, [said(1)])
        assert [record.position for record in take(reader, 1)[0]] == [4]

    def test_a_record_larger_than_the_topic_takes_is_refused(self, log: Log) -> None:
        log.append(0, [Entry("acme", bytes(3 << 20), said(1).meta)])
        with pytest.raises(LogError, match="larger"):
            log.append(0, [Entry("acme", bytes(5 << 20), said(2).meta)])
        log.append(0, [said(2)])
        assert [len(record.value) for record in scanned(log, 0)] == [3 << 20, len(said(2).value)]

    def test_positions_that_are_gone_are_refused(
        self, log: Log, reader: Reader, administrator: Any, topic: str
    ) -> None:
        log.append(0, [said(seq) for seq in range(1, 11)])
        reader.assign({0: 0})
        administrator.delete_records({TopicPartition(topic, 0): 5})
        with closing(log.reader()) as another, pytest.raises(LogError):
            another.assign({0: 4})
        read: list[int] = []
        try:
            for records in _read_on(reader, 10):
                read += [record.position for record in records]
        except LogError:
            assert read == []
        assert read in ([], list(range(10))), "only what was fetched before it was gone"

    def test_a_topic_made_anew_while_it_is_read_stops_the_reader(
        self, log: Log, reader: Reader, open_log: Open, remove: Callable[[], None]
    ) -> None:
        log.append(0, [said(1)])
        reader.assign({0: 0})
        take(reader, 1)
        remove()
        with closing(open_log()) as another:
            another.append(0, [said(seq) for seq in range(1, 4)])
            with pytest.raises(LogError):
                list(_read_on(reader, 99))


def _read_on(reader: Reader, count: int) -> Iterator[list[Record]]:
    deadline = time.monotonic() + SOON_SECONDS
    while time.monotonic() < deadline and count > 0:
        for records in reader.read(10, 0.5).values():
            yield records
            count -= len(records)


class TestKafkaPython(KafkaLogContract):
    """The default client."""

    @pytest.fixture
    def open_with(self, kafka_bootstrap: str, topic: str) -> Callable[[int], Log]:
        return lambda partitions: KafkaPythonLog(kafka_bootstrap, topic, partitions=partitions)

    @pytest.fixture
    def find_log(self, kafka_bootstrap: str, topic: str) -> Open:
        return lambda: KafkaPythonLog(kafka_bootstrap, topic, create=False)

    def test_a_consumer_that_stands_still_is_replaced(
        self, log: Log, kafka_bootstrap: str, topic: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        log.append(0, [said(1)])
        reader = KafkaPythonReader(kafka_bootstrap, topic, log.topic_id, stalled_s=0.5)
        reader.assign({0: 0, 1: 0})
        take(reader, 1)
        reader._consumer.pause(TopicPartition(topic, 0))
        log.append(0, [said(2)])
        assert [record.meta and record.meta.seq for record in take(reader, 1)[0]] == [2]
        assert "stands still at {0: 1, 1: 0}" in caplog.text
        reader.close()


class TestLibrdkafka(KafkaLogContract):
    """The fast client."""

    @pytest.fixture
    def open_with(self, kafka_bootstrap: str, topic: str) -> Callable[[int], Log]:
        return lambda partitions: LibrdkafkaLog(kafka_bootstrap, topic, partitions=partitions)

    @pytest.fixture
    def find_log(self, kafka_bootstrap: str, topic: str) -> Open:
        return lambda: LibrdkafkaLog(kafka_bootstrap, topic, create=False)


def test_where_no_broker_answers_the_log_is_away() -> None:
    with pytest.raises(LogAwayError):
        KafkaPythonLog("127.0.0.1:1", "t")
