"""What every log promises. Each backend's tests inherit the classes that it must keep."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest

from huikuan.eventlog.log import KeyedLog, Log, LogError, Reader
from huikuan.eventlog.record import EVERYBODY, Entry, Meta, Record

PARTITIONS = 4
SOON_SECONDS = 20.0
"""Long enough for any backend on a busy machine; nothing waits that long when all is well."""

Open = Callable[[], Log]


class KeyedLogAsOf(KeyedLog, Protocol):
    """A log with its own history, on which one can also ask what was known when."""

    def stop_at(self, partition: int, known_at_ms: int) -> int: ...


def said(seq: int, key: str = "acme", *, publisher: str = "ledger", at: int = 1_000) -> Entry:
    """What a publisher says at its seq; the value tells which it is."""
    meta = Meta(publisher, seq, f"{publisher}/{seq}", "huikuan.invoice.issued.v1", at, "erp")
    return Entry(key, f'{{"{publisher}":{seq}}}'.encode(), meta)


def take(reader: Reader, count: int) -> dict[int, list[Record]]:
    """Read until there are so many records, or fail."""
    taken: dict[int, list[Record]] = {}
    deadline = time.monotonic() + SOON_SECONDS
    while sum(map(len, taken.values())) < count:
        assert time.monotonic() < deadline, f"only {taken} of {count} records came"
        for partition, records in reader.read(1_000, 1.0).items():
            taken.setdefault(partition, []).extend(records)
    assert sum(map(len, taken.values())) == count
    return taken


def scanned(log: Log, partition: int, start: int = 0, stop: int | None = None) -> list[Record]:
    stop = log.end(partition) if stop is None else stop
    return [record for records in log.scan(partition, start, stop) for record in records]


@pytest.fixture
def log(open_log: Open) -> Iterator[Log]:
    opened = open_log()
    yield opened
    opened.close()


@pytest.fixture
def reader(log: Log) -> Iterator[Reader]:
    opened = log.reader()
    yield opened
    opened.close()


class LogContract:
    """Kept by every backend."""

    def test_a_record_comes_back_as_it_was_written(self, log: Log, reader: Reader) -> None:
        meta = Meta("ledger", 1, "erp|发票-1", "t", 5, "erp", said=True, cause="c", trace="00-1")
        log.append(2, [Entry("客户/1", '{"金额":"1.00"}'.encode(), meta)])
        reader.assign({2: 0})
        assert take(reader, 1) == {2: [Record(2, 0, "客户/1", '{"金额":"1.00"}'.encode(), meta)]}

    def test_positions_count_from_zero_in_the_order_of_appending(self, log: Log) -> None:
        log.append(1, [said(seq) for seq in range(1, 4)])
        log.append(1, [said(seq) for seq in range(4, 6)])
        records = scanned(log, 1)
        assert [record.position for record in records] == [0, 1, 2, 3, 4]
        assert [record.meta.seq for record in records if record.meta] == [1, 2, 3, 4, 5]

    def test_partitions_are_apart(self, log: Log) -> None:
        log.append(0, [said(1), said(2)])
        log.append(3, [said(1)])
        assert [log.end(partition) for partition in range(PARTITIONS)] == [2, 0, 0, 1]

    def test_several_partitions_are_appended_to_at_once_each_in_order(self, log: Log) -> None:
        batches = {3: [said(seq) for seq in range(1, 301)], 0: [], 1: [said(1), said(2)]}
        assert not log.append_each(batches)
        seqs = {p: [r.meta.seq for r in scanned(log, p) if r.meta] for p in range(PARTITIONS)}
        assert seqs == {0: [], 1: [1, 2], 2: [], 3: list(range(1, 301))}

    def test_where_a_partition_is_not_there_none_is_appended_to(self, log: Log) -> None:
        with pytest.raises(LogError):
            log.append_each({0: [said(1)], PARTITIONS: [said(1)]})
        assert log.end(0) == 0

    def test_an_unknown_partition_is_refused(self, log: Log) -> None:
        with pytest.raises(LogError):
            log.append(PARTITIONS, [said(1)])

    def test_nothing_may_be_appended(self, log: Log) -> None:
        log.append(0, [])
        assert log.end(0) == 0

    def test_publishers_number_their_records_each_for_themselves(self, log: Log) -> None:
        log.append(0, [said(1), said(1, publisher="promises"), said(2)])
        found = [(r.meta.publisher, r.meta.seq) for r in scanned(log, 0) if r.meta]
        assert found == [("ledger", 1), ("promises", 1), ("ledger", 2)]

    def test_a_record_about_everybody_has_no_key(self, log: Log) -> None:
        log.append(0, [said(1, EVERYBODY)])
        (record,) = scanned(log, 0)
        assert record.key == EVERYBODY
        assert record.meta is not None

    def test_a_record_without_a_publisher_is_foreign(self, log: Log) -> None:
        log.append(0, [Entry("acme", b"{}", None), Entry("", b"", None)])
        assert scanned(log, 0) == [
            Record(0, 0, "acme", b"{}", None),
            Record(0, 1, "", b"", None),
        ]

    @pytest.mark.parametrize("key", ["a\x00b", "a\nb", "\x9f", "a" * 201])
    def test_a_key_that_we_would_never_write_makes_a_record_foreign(
        self, log: Log, key: str
    ) -> None:
        log.append(0, [said(1, key)])
        assert scanned(log, 0) == [Record(0, 0, EVERYBODY, said(1).value, None)]

    def test_a_key_of_200_characters_is_ours(self, log: Log) -> None:
        log.append(0, [said(1, "客" * 200)])
        assert scanned(log, 0)[0].key == "客" * 200

    def test_a_value_may_be_of_any_bytes(self, log: Log) -> None:
        values = [b"", bytes(range(256)), b"'\"\\\x00", b"x" * 300_000]
        log.append(0, [Entry("k", value, said(n).meta) for n, value in enumerate(values, 1)])
        assert [record.value for record in scanned(log, 0)] == values

    def test_a_reader_goes_on_from_any_position(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(seq) for seq in range(1, 11)])
        reader.assign({0: 7})
        assert [record.position for record in take(reader, 3)[0]] == [7, 8, 9]

    def test_a_reader_reads_what_comes_later(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(1)])
        reader.assign({0: 0, 1: 0})
        take(reader, 1)
        log.append(1, [said(1)])
        log.append(0, [said(2)])
        later = take(reader, 2)
        assert {number: [r.position for r in records] for number, records in later.items()} == {
            0: [1],
            1: [0],
        }

    def test_a_reader_reads_only_what_it_was_assigned(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(1)])
        log.append(1, [said(1)])
        reader.assign({0: 0, 1: 0})
        take(reader, 2)
        reader.assign({1: 0})
        log.append(0, [said(2)])
        assert list(take(reader, 1)) == [1]
        assert reader.read(10, 0.2) == {}

    def test_a_limit_cuts_but_loses_nothing(self, log: Log, reader: Reader) -> None:
        for partition in range(PARTITIONS):
            log.append(partition, [said(seq) for seq in range(1, 24)])
        reader.assign(dict.fromkeys(range(PARTITIONS), 0))
        seen: dict[int, list[int]] = {partition: [] for partition in range(PARTITIONS)}
        deadline = time.monotonic() + SOON_SECONDS
        while sum(map(len, seen.values())) < 23 * PARTITIONS:
            assert time.monotonic() < deadline
            some = reader.read(7, 1.0)
            assert sum(map(len, some.values())) <= 7
            for partition, records in some.items():
                seen[partition] += [record.position for record in records]
        assert all(positions == list(range(23)) for positions in seen.values())

    def test_a_partition_that_is_far_behind_starves_no_other(
        self, log: Log, reader: Reader
    ) -> None:
        # Of Kafka a client fetches 2 MiB of a partition at once: what lies behind it must wait. On
        # a busy machine it fetches so some times before it is told of the other partition.
        for first in range(1, 101, 5):
            large = [Entry("acme", b"." * 200_000, said(first + n).meta) for n in range(5)]
            log.append(0, large)
        log.append(1, [said(1)])
        reader.assign({0: 0, 1: 0})
        turns = 0
        while 1 not in reader.read(1, SOON_SECONDS):
            turns += 1
            assert turns < 50, "partition 1 waited for half of partition 0"

    def test_reading_returns_in_time_when_nothing_comes(self, reader: Reader) -> None:
        reader.assign({0: 0})
        started = time.monotonic()
        assert reader.read(10, 0.3) == {}
        assert 0.25 < time.monotonic() - started < 0.3 + 5

    def test_a_waiting_reader_is_woken(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(1)])  # so that connections are open
        reader.assign({0: 0})
        take(reader, 1)
        waits_s = []
        for seq in range(2, 12):
            appended = threading.Timer(0.03, log.append, [0, [said(seq)]])
            appended.start()
            started = time.monotonic()
            assert [r.meta.seq for r in reader.read(10, SOON_SECONDS)[0] if r.meta] == [seq]
            waits_s.append(time.monotonic() - started)
            appended.join()
        assert statistics.median(waits_s) < 0.4, "it polls in long steps"

    def test_two_readers_do_not_disturb_one_another(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(1), said(2)])
        other = log.reader()
        reader.assign({0: 0})
        other.assign({0: 1})
        assert len(take(reader, 2)[0]) == 2
        assert len(take(other, 1)[0]) == 1
        other.close()

    def test_a_range_is_scanned_and_no_more(self, log: Log) -> None:
        log.append(0, [said(seq) for seq in range(1, 31)])
        assert [record.position for record in scanned(log, 0, 5, 12)] == list(range(5, 12))
        assert scanned(log, 0, 12, 12) == []
        assert [record.position for record in scanned(log, 0, 28, 99)] == [28, 29]

    def test_a_long_scan_comes_in_lists(self, log: Log) -> None:
        log.append(0, [said(seq) for seq in range(1, 12_001)])
        lists = list(log.scan(0, 0, 12_000))
        assert [record.position for records in lists for record in records] == list(range(12_000))
        assert len(lists) > 1
        assert all(0 < len(records) <= 5_000 for records in lists)

    def test_a_scan_may_be_left_early(self, log: Log) -> None:
        log.append(0, [said(seq) for seq in range(1, 6_001)])
        lists = log.scan(0, 0, 6_000)
        next(lists)
        getattr(lists, "close", lambda: None)()
        log.append(0, [said(6_001)])
        assert log.end(0) == 6_001

    def test_positions_that_never_were_are_refused(self, log: Log, reader: Reader) -> None:
        log.append(0, [said(1)])
        with pytest.raises(LogError):
            reader.assign({0: 2})

    def test_threads_may_append_at_once(self, log: Log) -> None:
        def append(partition: int) -> None:
            for seq in range(1, 21):
                log.append(partition, [said(seq)])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(append, range(PARTITIONS)))
        for partition in range(PARTITIONS):
            seqs = [record.meta.seq for record in scanned(log, partition) if record.meta]
            assert seqs == list(range(1, 21))


class StoredLogContract(LogContract):
    """Kept by every log that outlives its process."""

    def test_it_is_the_same_log_when_opened_again(self, open_log: Open) -> None:
        first = open_log()
        first.append(0, [said(1)])
        first.close()
        second = open_log()
        assert second.topic_id == first.topic_id
        assert [record.meta for record in scanned(second, 0)] == [said(1).meta]
        second.append(0, [said(2)])
        assert second.end(0) == 2
        second.close()

    def test_its_partitions_are_fixed(
        self, open_log: Open, open_with: Callable[[int], Log]
    ) -> None:
        open_log().close()
        with pytest.raises(LogError, match=f"{PARTITIONS} partitions"):
            open_with(PARTITIONS + 1)

    def test_it_is_not_made_where_it_must_be_there(self, find_log: Open) -> None:
        with pytest.raises(LogError, match="there is no"):
            find_log()

    def test_a_log_made_anew_is_another(self, open_log: Open, remove: Callable[[], None]) -> None:
        first = open_log()
        first.close()
        remove()
        second = open_log()
        assert second.topic_id != first.topic_id
        second.close()


class KeyedLogContract(LogContract):
    """Kept by the logs that can be asked for one key's records."""

    def test_what_is_sent_again_is_there_once(self, log: KeyedLogAsOf) -> None:
        log.append(0, [said(1), said(2)])
        log.append(0, [said(1), said(2), said(3), Entry("acme", b"{}", None)])
        log.append(0, [said(2), said(3)])
        log.append(1, [said(1)])
        assert [record.meta and record.meta.seq for record in scanned(log, 0)] == [1, 2, 3, None]
        assert log.end(1) == 1

    def test_a_keys_history_is_its_records_before_a_position(self, log: KeyedLogAsOf) -> None:
        entries = [said(seq, "acme" if seq % 3 else "zeta") for seq in range(1, 31)]
        log.append(0, entries)
        log.append(1, [said(1, "acme")])
        found = log.history(0, "acme", 15)
        assert [record.position for record in found] == [n for n in range(15) if (n + 1) % 3]
        assert all(record.key == "acme" for record in found)
        assert log.history(0, "acme", 0) == []
        assert log.history(0, "nobody", 30) == []

    def test_a_long_history_is_whole(self, log: KeyedLogAsOf) -> None:
        log.append(0, [said(seq) for seq in range(1, 11_001)])
        positions = [record.position for record in log.history(0, "acme", 10_500)]
        assert positions == list(range(10_500))

    def test_what_was_known_at_a_time_ends_before_the_first_record_of_later(
        self, log: KeyedLogAsOf
    ) -> None:
        # Recorded at 10, 30, 20 (late on the log, so known at 30) and 40.
        log.append(0, [said(n, at=at) for n, at in enumerate([10, 30, 20, 40], 1)])
        log.append(0, [Entry("", b"", None)])
        asked = {at: log.stop_at(0, at) for at in (9, 10, 20, 29, 30, 39, 40, 99)}
        assert asked == {9: 0, 10: 1, 20: 1, 29: 1, 30: 3, 39: 3, 40: 5, 99: 5}
        assert log.stop_at(1, 99) == 0
