"""Appending to several partitions at once."""

from pathlib import Path

import pytest

from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.log import AppendUnknownError, Log, LogError, append_in_turn
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.record import Entry, Meta


def entry(seq: int, key: str = "ACME") -> Entry:
    """A record as its publisher numbers it."""
    return Entry(key, b"{}", Meta("ledger", seq, f"id-{seq}", "t", 1))


@pytest.fixture(params=["memory", "embedded"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Log:
    """A log of either kind."""
    return (
        MemoryLog(4)
        if request.param == "memory"
        else EmbeddedLog(tmp_path / "log.db", partitions=4)
    )


def test_each_partition_gets_its_own_in_order(log: Log) -> None:
    assert not log.append_each({0: [entry(1), entry(2)], 3: [entry(1)]})
    assert [log.end(partition) for partition in range(4)] == [2, 0, 0, 1]


def test_a_partition_that_is_not_there_is_refused_and_nothing_is_half_taken(tmp_path: Path) -> None:
    log = EmbeddedLog(tmp_path / "log.db", partitions=4)
    with pytest.raises(LogError):
        log.append_each({0: [entry(1)], 4: [entry(1)]})
    assert log.end(0) == 0


def test_one_unknown_append_does_not_hide_what_the_others_did() -> None:
    class Silent(MemoryLog):
        def append(self, partition: int, entries: object) -> None:
            if partition == 1:
                raise AppendUnknownError("no answer")
            super().append(partition, entries)  # type: ignore[arg-type]

    log = Silent(3)
    unknown = append_in_turn(log, {0: [entry(1)], 1: [entry(1)], 2: [entry(1)]})
    assert set(unknown) == {1}
    assert [log.end(partition) for partition in range(3)] == [1, 0, 1]
