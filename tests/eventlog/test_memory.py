"""The log in memory keeps the contract."""

import pytest

from huikuan.eventlog.memory import MemoryLog
from tests.eventlog.log_contract import (
    PARTITIONS,
    KeyedLogContract,
    Open,
    log,
    reader,
    said,
    scanned,
)

__all__ = ["log", "reader"]


@pytest.fixture
def open_log() -> Open:
    return lambda: MemoryLog(PARTITIONS)


class TestMemory(KeyedLogContract):
    """All of it."""


def test_it_can_keep_duplicates_as_kafka_does() -> None:
    log = MemoryLog(PARTITIONS, keep_duplicates=True)
    log.append(0, [said(1), said(2)])
    log.append(0, [said(1), said(2), said(3)])
    assert [record.meta and record.meta.seq for record in scanned(log, 0)] == [1, 2, 1, 2, 3]
    assert [record.position for record in log.history(0, "acme", 5)] == [0, 1, 4]
