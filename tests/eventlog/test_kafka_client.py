"""Whoever finds a broker that says nothing leaves nothing open, however often he tries."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from huikuan.eventlog.kafka_client import made


@pytest.fixture
def silent() -> Iterator[str]:
    """Somebody who takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def open_files() -> set[str]:
    """What this process has open, by name; pipes and sockets have a number of their own."""
    found = set()
    for number in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            found.add(str(number.readlink()))
    return found


@pytest.mark.parametrize("kind", [KafkaProducer, KafkaConsumer, KafkaAdminClient])
def test_a_client_that_cannot_be_made_leaves_nothing_open(silent: str, kind: type) -> None:
    before = open_files()
    with pytest.raises(KafkaError) as raised:
        made(kind, bootstrap_servers=silent, bootstrap_timeout_ms=300, request_timeout_ms=200)
    assert open_files() <= before
    del raised
