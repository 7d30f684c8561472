"""A scan of a topic has begun when it is there, and asks without waiting at first."""

from collections.abc import Iterator, Mapping

import pytest

from huikuan.eventlog.kafka_scan import Scanning
from huikuan.eventlog.log import LogError
from huikuan.eventlog.record import Record

_RECORDS = [Record(0, position, "acme", b"{}", None) for position in range(5)]


class _SlowReader:
    """A broker that has nothing to answer with until it is waited for, two records at a time."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.assigned: list[Mapping[int, int]] = []
        self.is_closed = False
        self._next = 0

    def assign(self, positions: Mapping[int, int]) -> None:
        if positions.get(0, 0) > len(_RECORDS):
            raise LogError("gone")
        self.assigned.append(positions)
        self._next = positions.get(0, 0)

    def read(self, limit: int, timeout_s: float) -> dict[int, list[Record]]:
        self.waits_s.append(timeout_s)
        if timeout_s == 0:
            return {}
        found = _RECORDS[self._next : self._next + min(limit, 2)]
        self._next += len(found)
        return {0: found} if found else {}

    def position(self, partition: int) -> int:
        assert partition == 0
        return self._next

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def made() -> list[_SlowReader]:
    return []


@pytest.fixture
def scanning(made: list[_SlowReader]) -> Scanning:
    def make() -> _SlowReader:
        made.append(_SlowReader())
        return made[-1]

    return Scanning(make)


def test_it_is_asked_for_before_anybody_reads(scanning: Scanning, made: list[_SlowReader]) -> None:
    scan = scanning.scan(0, 1, 4)
    assert [reader.assigned for reader in made] == [[{0: 1}]]
    assert made[0].waits_s == [0]
    assert list(scan) == [_RECORDS[1:3], _RECORDS[3:4]]


def test_two_begun_at_once_have_a_reader_each_and_give_them_back(
    scanning: Scanning, made: list[_SlowReader]
) -> None:
    begun: list[Iterator[list[Record]]] = [scanning.scan(0, 0, 5), scanning.scan(0, 3, 5)]
    read = [[record for records in scan for record in records] for scan in begun]
    assert read == [_RECORDS, _RECORDS[3:]]
    assert len(made) == 2
    assert list(scanning.scan(0, 4, 5)) == [_RECORDS[4:]]
    assert len(made) == 2


def test_one_that_nobody_reads_gives_up_its_connection(
    scanning: Scanning, made: list[_SlowReader]
) -> None:
    scan = scanning.scan(0, 0, 5)
    del scan
    assert made[0].is_closed


def test_a_place_that_is_gone_is_refused_at_once(
    scanning: Scanning, made: list[_SlowReader]
) -> None:
    with pytest.raises(LogError, match="gone"):
        scanning.scan(0, 6, 7)
    assert made[0].is_closed
