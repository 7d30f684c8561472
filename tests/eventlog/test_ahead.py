"""What is read ahead comes whole and in order, and is begun early enough."""

from collections.abc import Iterator

from huikuan.eventlog.ahead import begun_ahead
from huikuan.eventlog.record import Record


def test_each_scan_is_begun_before_the_one_before_it_is_read() -> None:
    begun: list[int] = []

    def scan(partition: int, lists: int) -> Iterator[list[Record]]:
        begun.append(partition)
        return iter([[Record(partition, at, "acme", b"", None)] for at in range(lists)])

    read, begun_by_then = [], []
    for each in begun_ahead(scan(partition, lists) for partition, lists in enumerate([2, 0, 3])):
        begun_by_then.append(len(begun))
        read.append([record.place for records in each for record in records])

    assert read == [["0/0", "0/1"], [], ["2/0", "2/1", "2/2"]]
    assert begun_by_then == [2, 3, 3]


def test_no_scan_is_none_ahead() -> None:
    assert list(begun_ahead([])) == []
