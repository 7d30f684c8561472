"""The embedded log keeps the contract, belongs to one process, and survives its writers."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.installation import InstallationInUseError, lock_installation
from huikuan.eventlog.log import AppendUnknownError, Log, LogError
from huikuan.eventlog.record import EVERYBODY, Entry
from tests.eventlog.log_contract import (
    PARTITIONS,
    SOON_SECONDS,
    KeyedLogContract,
    Open,
    StoredLogContract,
    log,
    reader,
    said,
    scanned,
    take,
)

__all__ = ["log", "reader"]

_APPEND_ELSEWHERE = """
import sys
from pathlib import Path
from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.record import Entry, Meta
log = EmbeddedLog(Path(sys.argv[1]), partitions=4)
for seq in map(int, sys.argv[2:]):
    log.append(0, [Entry("acme", b"{}", Meta("ledger", seq, str(seq), "t", 0))])
"""
_HOLD = """
import sys
from pathlib import Path
from huikuan.eventlog.installation import lock_installation
with lock_installation(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "log.db"


@pytest.fixture
def open_with(path: Path) -> Callable[[int], Log]:
    return lambda partitions: EmbeddedLog(path, partitions=partitions)


@pytest.fixture
def open_log(open_with: Callable[[int], Log]) -> Open:
    return lambda: open_with(PARTITIONS)


@pytest.fixture
def find_log(path: Path) -> Open:
    return lambda: EmbeddedLog(path, partitions=PARTITIONS, create=False)


@pytest.fixture
def remove(path: Path) -> Callable[[], None]:
    return path.unlink


class TestEmbedded(StoredLogContract, KeyedLogContract):
    """All of it."""


def test_what_is_sent_again_is_there_once_even_after_reopening(open_log: Open) -> None:
    first = open_log()
    first.append(0, [said(1), said(2)])
    first.close()
    second = open_log()
    second.append(0, [said(2), said(3)])
    assert [record.meta and record.meta.seq for record in scanned(second, 0)] == [1, 2, 3]
    second.close()


def test_records_too_large_for_one_list_come_in_smaller_ones(open_log: Open) -> None:
    log = open_log()
    value = bytes(1_000_000)
    log.append(0, [Entry("acme", value, said(seq).meta) for seq in range(1, 101)])
    reader = log.reader()
    reader.assign({0: 0})
    assert [len(record.value) for record in take(reader, 100)[0]] == [1_000_000] * 100
    reader.close()
    log.close()


def test_a_record_that_is_too_large_is_refused_with_what_came_with_it(open_log: Open) -> None:
    log = open_log()
    huge = Entry("acme", bytes(65 << 20), said(2).meta)
    with pytest.raises(LogError, match="larger"):
        log.append(0, [said(1), huge])
    assert log.end(0) == 0
    log.append(0, [said(1), said(2)])
    assert log.end(0) == 2
    log.close()


def test_an_append_that_fails_may_be_sent_again(path: Path, open_log: Open) -> None:
    log = open_log()
    log.append(0, [said(1)])
    full = sqlite3.connect(path)
    full.execute("create trigger full before insert on log begin select raise(abort, 'full'); end")
    with pytest.raises(AppendUnknownError, match="full"):
        log.append(0, [said(2)])
    full.execute("drop trigger full")
    full.close()
    log.append(0, [said(2)])
    assert log.end(0) == 2
    log.close()


def test_a_file_that_is_no_log_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(LogError):
        EmbeddedLog(path)


def test_a_log_of_a_later_format_is_refused(path: Path, open_log: Open) -> None:
    open_log().close()
    changing = sqlite3.connect(path)
    changing.execute("update about set value = '2' where name = 'format'")
    changing.commit()
    changing.close()
    with pytest.raises(LogError, match="format 2"):
        open_log()


def test_a_reader_is_woken_by_another_process(path: Path, open_log: Open) -> None:
    log = open_log()
    reader = log.reader()
    reader.assign({0: 0})
    writer = subprocess.Popen([sys.executable, "-c", _APPEND_ELSEWHERE, path, "1"])
    assert [record.meta and record.meta.seq for record in reader.read(10, SOON_SECONDS)[0]] == [1]
    assert writer.wait(SOON_SECONDS) == 0
    reader.close()
    log.close()


@pytest.mark.parametrize("key", ["a\x00\x1b", "a" * 201, "\x7f"])
def test_a_foreign_record_under_a_key_that_nobody_may_write_is_read_as_nobodys(
    path: Path, open_log: Open, key: str
) -> None:
    log = open_log()
    with sqlite3.connect(path) as stranger:
        stranger.execute("insert into log values (0, 0, ?, 0, null, x'78')", (key,))
    ((record,),) = log.scan(0, 0, 1)
    assert (record.key, record.value, record.meta) == (EVERYBODY, b"x", None)
    log.close()


def test_processes_that_append_at_once_leave_no_gap(path: Path, open_log: Open) -> None:
    log = open_log()
    halves = [[str(seq) for seq in range(1, 60)], [str(seq) for seq in range(30, 90)]]
    writers = [
        subprocess.Popen([sys.executable, "-c", _APPEND_ELSEWHERE, path, *half]) for half in halves
    ]
    assert [writer.wait(SOON_SECONDS * 3) for writer in writers] == [0, 0]
    records = scanned(log, 0)
    assert [record.position for record in records] == list(range(len(records)))
    seqs = [record.meta.seq for record in records if record.meta]
    assert seqs == sorted(set(seqs))
    log.close()


def test_scanning_beside_threads_that_compute_is_not_starved(open_log: Open) -> None:
    log = open_log()
    log.append(0, [said(seq) for seq in range(1, 20_001)])
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            sum(range(1_000))

    thread = threading.Thread(target=compute)
    thread.start()
    started = time.monotonic()
    count = len(scanned(log, 0))
    done.set()
    thread.join()
    assert count == 20_000
    # Row by row it takes 5 ms for each loss of the interpreter: some seconds here.
    assert time.monotonic() - started < 2
    log.close()


def test_an_installation_belongs_to_one_process(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(InstallationInUseError, match=f"process {holder.pid}") as refused:
        lock_installation(tmp_path)
    assert refused.value.pid == holder.pid
    holder.kill()
    holder.communicate()
    with lock_installation(tmp_path):  # a lock dies with its holder
        assert (tmp_path / "huikuan.lock").read_text() == str(os.getpid())
    lock_installation(tmp_path).release()
