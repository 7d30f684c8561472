"""A broker that falls silent or dies costs neither a record nor the order."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from deploy.local.kafka import missing, start_kafka
from deploy.local.process import is_running, wait_until
from huikuan.eventlog.kafka_python import KafkaPythonLog
from huikuan.eventlog.librdkafka import LibrdkafkaLog
from huikuan.eventlog.log import AppendUnknownError, Log, LogAwayError
from huikuan.eventlog.record import Entry
from tests.eventlog.log_contract import SOON_SECONDS, said, scanned, take

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=f"needs a broker of its own: {missing()}"),
]

_DELIVERY_SECONDS = 3.0
_Client = type[KafkaPythonLog] | type[LibrdkafkaLog]


class Broker:
    """A broker of this module's own: to start one takes longer than what is asked of it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.start()

    def start(self) -> None:
        self.running = start_kafka(self._directory)

    def signal(self, sign: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.running.pid, sign)


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.running.stop()


@pytest.fixture
def broker(brokers: Broker) -> Iterator[Broker]:
    """That broker; whatever a test did to it, the next one finds it running."""
    yield brokers
    brokers.signal(signal.SIGCONT)
    if not is_running(brokers.running.pid):
        brokers.start()


@pytest.fixture(params=[KafkaPythonLog, LibrdkafkaLog])
def client(request: pytest.FixtureRequest) -> _Client:
    chosen: _Client = request.param
    return chosen


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    """One that no other test writes to."""
    return "".join(each if each.isalnum() else "-" for each in request.node.name)


def test_an_append_to_a_silent_broker_is_unknown_and_sent_again(
    broker: Broker, client: _Client, topic: str
) -> None:
    with closing(client(broker.running.bootstrap, topic, delivery_s=_DELIVERY_SECONDS)) as log:
        log.append(0, [said(1)])
        _silence(broker.running.pid)
        with pytest.raises(AppendUnknownError):
            log.append(0, [said(2), said(3)])
        assert set(log.append_each({0: [said(2)], 1: [said(1)]})) == {0, 1}
        broker.signal(signal.SIGCONT)
        _send_until_known(log, {0: [said(2), said(3)], 1: [said(1)]})
        seqs = [record.meta.seq for record in scanned(log, 0) if record.meta]
        assert _taken_in_turn(seqs) == [1, 2, 3]
        assert {record.meta.seq for record in scanned(log, 1) if record.meta} == {1}


def test_a_broker_that_dies_and_returns_is_read_and_written_on(
    broker: Broker, client: _Client, topic: str
) -> None:
    with (
        closing(client(broker.running.bootstrap, topic, delivery_s=_DELIVERY_SECONDS)) as log,
        closing(log.reader()) as reader,
    ):
        log.append(0, [said(1)])
        reader.assign({0: 0})
        take(reader, 1)
        broker.running.kill()
        assert reader.read(10, 0.5) == {}
        with pytest.raises(AppendUnknownError):
            log.append(0, [said(2)])
        with pytest.raises(LogAwayError):
            log.end(0)
        broker.start()
        _send_until_known(log, {0: [said(2)]})
        seqs = [record.meta.seq for record in scanned(log, 0) if record.meta]
        assert _taken_in_turn(seqs) == [1, 2]
        records = reader.read(10, SOON_SECONDS)[0]
        assert records[0].meta == said(2).meta


def _send_until_known(log: Log, batches: dict[int, list[Entry]]) -> None:
    """As the relay does: a broker that has just returned may not number publishers yet."""
    assert wait_until(lambda: not log.append_each(batches), SOON_SECONDS)


def _silence(pid: int) -> None:
    """Stop a process, and wait until each of its threads stands still: one more may answer."""
    os.kill(pid, signal.SIGSTOP)
    threads = Path(f"/proc/{pid}/task")
    assert wait_until(lambda: all(map(_stands_still, threads.iterdir())), SOON_SECONDS)


def _stands_still(thread: Path) -> bool:
    _, _, after_name = (thread / "stat").read_text().rpartition(")")
    return after_name.split()[0] == "T"


def _taken_in_turn(seqs: list[int]) -> list[int]:
    """What a reader takes who takes exactly the next one."""
    taken = [0]
    for seq in seqs:
        if seq == taken[-1] + 1:
            taken.append(seq)
    return taken[1:]
