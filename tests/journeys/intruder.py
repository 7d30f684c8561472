"""Somebody who writes to the log past all our doors."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaProducer

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import HEADER, Meta, encode_meta
from tests.rig.parts import Settings

PARTITIONS = 16


class Record(NamedTuple):
    """What he writes; without ``header`` as any Kafka client would."""

    value: bytes
    header: bytes | None = None


def nested(depth: int) -> bytes:
    """JSON that exhausts a careless reader."""
    return b'{"a":' * depth + b"1" + b"}" * depth


INTRUSIONS: Mapping[str, Record] = {
    "no header": Record(b'{"invoice": "X", "amount": "1.00"}'),
    "no text": Record(b"\xff\xfe\x00\x01"),
    "nothing": Record(b""),
    "another publisher": Record(
        b"{}", encode_meta(Meta("mallory", 1, "x", "huikuan.invoice.issued.v1", 0))
    ),
    "a header that is no JSON": Record(b"{}", b"\xff{"),
    "a header of another shape": Record(b"{}", b'{"publisher": "ledger"}'),
    "deep nesting": Record(nested(50_000)),
    "many bytes": Record(b"x" * 900_000),
}


def write(home: Path, settings: Settings, debtor: str, record: Record, *, off: int = 0) -> None:
    """Put the record under this debtor's key, where his own records are or so many partitions off.

    Clients that are not Java's spread keys over the partitions in ways of their own.
    """
    partition = (partition_of(debtor, PARTITIONS) + off) % PARTITIONS
    log_url = settings.get("HUIKUAN_LOG_URL", "")
    if log_url.startswith("kafka://"):
        bootstrap, topic = log_url.removeprefix("kafka://").split("/")
        _send(bootstrap, topic, partition, debtor.encode(), record)
    else:
        _insert(home / "log.db", partition, debtor, record)


def write_unreadable_key(home: Path, settings: Settings) -> None:
    """A record whose key is no text, on Kafka; it is nobody's."""
    del home
    bootstrap, topic = settings["HUIKUAN_LOG_URL"].removeprefix("kafka://").split("/")
    _send(bootstrap, topic, 0, b"\xff\xfe", Record(b"{}"))


def _send(bootstrap: str, topic: str, partition: int, key: bytes, record: Record) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    headers = [] if record.header is None else [(HEADER, record.header)]
    sent = producer.send(topic, record.value, key, headers, partition)
    sent.get(timeout=20)
    producer.close()


def _insert(path: Path, partition: int, key: str, record: Record) -> None:
    """As the ``sqlite3`` shell would."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("begin immediate")
    position, known_at = connection.execute(
        "select max(position) + 1, max(known_at) from log where partition = ?", (partition,)
    ).fetchone()
    connection.execute(
        "insert into log values (?, ?, ?, ?, ?, ?)",
        (partition, position, key, known_at, record.header, record.value),
    )
    connection.execute("commit")
    connection.close()
