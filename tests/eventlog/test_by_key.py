"""A partition's records by key: each once, all of a key's together, some keys at a time."""

from huikuan.eventlog.by_key import records_by_key
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.record import EVERYBODY, Entry, Meta

OURS = frozenset({"ledger", "notifier"})


def filled() -> MemoryLog:
    log = MemoryLog(1, keep_duplicates=True)
    seqs = {"ledger": 0, "notifier": 0, "stranger": 0}
    for number in range(60):
        publisher = ("ledger", "notifier", "ledger", "stranger")[number % 4]
        seqs[publisher] += 1
        key = EVERYBODY if number % 15 == 0 else f"D{number % 7}"
        meta = Meta(publisher, seqs[publisher], f"{publisher}/{seqs[publisher]}", "x", number)
        sent = [Entry(key, str(number).encode(), meta)] * (2 if number % 5 == 0 else 1)
        log.append(0, sent)
    log.append(0, [Entry("D1", b"foreign", None)])
    return log


def test_whatever_fits_into_memory_the_same_records_come() -> None:
    log = filled()
    (whole,) = records_by_key(log, 0, log.end(0), OURS)
    parts = list(records_by_key(log, 0, log.end(0), OURS, records_max=20))
    assert len(parts) > 2
    together = {key: records for part in parts for key, records in part.items()}
    assert together == whole
    for part in parts:
        assert part[EVERYBODY] == whole[EVERYBODY]
    keys = [key for part in parts for key in part if key != EVERYBODY]
    assert len(keys) == len(set(keys)), "all of a key's records come together"


def test_a_record_that_is_there_twice_comes_once_and_a_stranger_without_his_words() -> None:
    log = filled()
    (whole,) = records_by_key(log, 0, log.end(0), OURS)
    ours = [record.meta.id for records in whole.values() for record in records if record.meta]
    assert sorted(ours) == sorted({*ours})
    assert len(ours) == 45
    strangers = [r for records in whole.values() for r in records if r.meta is None]
    assert len(strangers) >= 16
    for records in whole.values():
        assert [r.position for r in records] == sorted(r.position for r in records)


def test_only_the_keys_that_are_wanted_come_and_what_everybody_hears() -> None:
    log = filled()
    (some,) = records_by_key(log, 0, log.end(0), OURS, wanted={"D2"}.__contains__)
    assert set(some) == {EVERYBODY, "D2"}
