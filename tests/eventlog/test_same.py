"""The embedded log and the log in memory answer the same, whatever was appended."""

import tempfile
import unicodedata
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.embedded import EmbeddedLog
from huikuan.eventlog.foreign import fits, read_key
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.record import Entry, Meta
from tests.eventlog.log_contract import PARTITIONS, scanned

_KEYS = st.sampled_from(["", "acme", "zeta", 'q"\\,', "客户"]) | st.text(max_size=8)
_META = st.builds(
    Meta,
    publisher=st.sampled_from(["ledger", "promises"]),
    seq=st.integers(1, 12),
    id=st.text(max_size=5),
    type=st.just("t"),
    recorded_at=st.integers(0, 20),
    said=st.booleans(),
)
_ENTRIES = st.builds(Entry, _KEYS, st.binary(max_size=20), st.none() | _META)
_APPENDS = st.lists(
    st.tuples(st.integers(0, PARTITIONS - 1), st.lists(_ENTRIES, max_size=6)), max_size=8
)


@given(_APPENDS)
@settings(max_examples=50)  # each makes a file
def test_embedded_and_memory_are_the_same_log(appends: list[tuple[int, list[Entry]]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        memory = MemoryLog(PARTITIONS)
        with closing(EmbeddedLog(Path(home) / "log.db", partitions=PARTITIONS)) as embedded:
            for partition, entries in appends:
                memory.append(partition, entries)
                embedded.append(partition, entries)
            for partition in range(PARTITIONS):
                records = scanned(memory, partition)
                assert scanned(embedded, partition) == records
                assert embedded.end(partition) == memory.end(partition) == len(records)
                for at in range(-1, 22):
                    assert embedded.stop_at(partition, at) == memory.stop_at(partition, at)
                for key in {record.key for record in records}:
                    found = embedded.history(partition, key, len(records) - 1)
                    assert found == memory.history(partition, key, len(records) - 1)


@given(st.text(max_size=250) | st.text(st.characters(), max_size=5))
def test_a_key_that_fits_comes_back_and_no_other(key: str) -> None:
    raw = key.encode(errors="surrogatepass")
    assert read_key(raw) == (key if fits(key) else None)


def test_no_key_has_a_control_character_or_half_of_a_character() -> None:
    for letter in map(chr, (*range(0x3000), *range(0xD700, 0xE100))):
        assert fits(f"D-{letter}") == (unicodedata.category(letter) not in {"Cc", "Cs"})
