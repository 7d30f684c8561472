"""One partition without a database: followed, and folded anew as a rebuild does."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import NamedTuple

from huikuan.eventlog.due import Store
from huikuan.eventlog.follow import Following
from huikuan.eventlog.record import Meta, Record, Saying
from huikuan.eventlog.refold import Refolding
from huikuan.eventlog.rules import A, Row, Rules, S
from huikuan.eventlog.verify import ThrowAway

Way = Callable[[Store, int], Following[S, A]]
"""Makes what follows, on a store and with so many accounts in memory."""


class Memory(ThrowAway):
    """State and history of one partition, for following and for rebuilding."""

    def everyone(self) -> dict[str, Row]:
        return dict(self._rows)


class Found(NamedTuple):
    """What following came to."""

    rows: dict[str, Row]
    said: list[Saying]
    aside: list[str]
    seqs: dict[str, int]


def follow(
    way: Way[S, A], records: Sequence[Record], cuts: Sequence[int], resident: int = 1_000
) -> Found:
    """Follow from the beginning, with commits after so many records, in turn."""
    memory = Memory()
    made = way(memory, resident)
    said: list[Saying] = []
    aside: list[str] = []
    start = turn = 0
    while start < len(records):
        batch = records[start : start + cuts[turn % len(cuts)]]
        index = 0
        while index < len(batch):
            index = made.take(batch, index)
            memory.keep(made)
            said += made.sayings
            aside += [reason for _, reason in made.aside]
            made.clear()
        start, turn = start + len(batch), turn + 1
    return Found(memory.everyone(), said, sorted(aside), made.seqs)


class Shadow:
    """What a rebuild has out of memory."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.rows: dict[str, Row] = {}
        self.records = records

    def load(self, keys: Collection[str]) -> dict[str, bytes]:
        return {key: self.rows[key].body for key in keys if key in self.rows}

    def due(self, through: date | None) -> list[str]:
        return [
            key
            for key, row in self.rows.items()
            if key and (through is None or (row.review_on and row.review_on <= through))
        ]

    def histories(self, keys: Collection[str], stop: int) -> dict[str, list[Record]]:
        return {
            key: [r for r in self.records if r.key == key and r.meta and r.position < stop]
            for key in keys
        }


def fold_anew(
    rules: Rules[S, A],
    publishers: frozenset[str],
    records: Sequence[Record],
    said: Sequence[Saying],
    rounds: Sequence[int],
) -> tuple[dict[str, Row], dict[str, int]]:
    """Fold in rounds of so many records, of which every second ends with what is in memory.

    Answers the rows and the seqs.
    """
    shadow = Shadow(records)
    refolding = Refolding(rules, 0, shadow, publishers, 1)
    start = turn = 0
    while start < len(records):
        size = rounds[turn % len(rounds)]
        refolding.take(records[start : start + size])
        if turn % 2:
            shadow.rows.update(refolding.finish())
        start, turn = start + size, turn + 1
    refolding.take_said([as_record(saying, rules.publisher) for saying in said])
    shadow.rows.update(refolding.finish())
    return shadow.rows, refolding.seqs


def as_record(saying: Saying, publisher: str) -> Record:
    """A word of which nobody asks yet where it is on the log."""
    meta = Meta(publisher, 0, saying.id, saying.type, saying.recorded_at, said=True)
    return Record(0, -1, saying.key, saying.value, meta)
