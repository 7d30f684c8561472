"""Histories for the toy service, and what a service has in the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from huikuan.eventlog.log import Log
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Meta, Record
from huikuan.eventlog.service import Service
from tests.engine.toy import FEED, PUBLISHERS, Account, Shared, ToyRules
from tests.rig.migrated import new_database

FIRST_DAY = date(2026, 1, 1)
ToyService = Service[Shared, Account]


class KeylessLog(MemoryLog):
    """A log that cannot be asked for a key's records, and keeps what is sent twice, as Kafka."""

    history = None  # type: ignore[assignment]

    def __init__(self, partitions: int = 2) -> None:
        super().__init__(partitions, keep_duplicates=True)


class Feed:
    """The publisher of facts: numbers them and puts them onto the log."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.seqs = [0] * log.partitions
        self.sent: list[tuple[int, Entry]] = []
        self.open_day = 0

    def points(self, key: str, day: int, points: int) -> None:
        on = FIRST_DAY + timedelta(days=day)
        self.fact(key, "points", msgspec.json.encode({"on": on, "points": points}))

    def fact(self, key: str, kind: str, value: bytes) -> None:
        self.put(partition_of(key, self.log.partitions), key, kind, value)

    def everybody(self, kind: str, value: object) -> None:
        for partition in range(self.log.partitions):
            self.put(partition, EVERYBODY, kind, msgspec.json.encode(value))

    def day(self, day: int) -> None:
        self.everybody("day", FIRST_DAY + timedelta(days=day))

    def put(self, partition: int, key: str, kind: str, value: bytes) -> None:
        self.seqs[partition] += 1
        seq = self.seqs[partition]
        meta = Meta(FEED, seq, f"{FEED}-{partition}-{seq}", kind, recorded_at=1_000 * seq)
        self.sent.append((partition, Entry(key, value, meta)))
        self.log.append(partition, [self.sent[-1][1]])

    def foreign(self, key: str) -> None:
        entry = Entry(key, b"who knows", None)
        self.log.append(partition_of(key, self.log.partitions), [entry])


def service(log: Log, path: Path, **settings: Any) -> ToyService:
    """A toy service that is ready to step."""
    rules = settings.pop("rules", None) or ToyRules()
    url = settings.pop("url", None) or new_database(path / "toy.db")
    settings.setdefault("reads_ahead", False)
    made: ToyService = Service(rules, log, url, publishers=PUBLISHERS, **settings)
    made.migrate()
    return made


@contextmanager
def running(log: Log, path: Path, **settings: Any) -> Iterator[ToyService]:
    """A service that is closed in the end."""
    made = service(log, path, **settings)
    try:
        yield made
    finally:
        made.close()


def state_of(made: ToyService) -> dict[tuple[int, str], Any]:
    """Every row of the live state."""
    with made.database.reading() as connection:
        state = made._state(connection)
        found = connection.execute(select(state.table)).all()
    return {(row.partition, row.key): (row.body, row.review_on, row.label) for row in found}


def said_by(made: ToyService) -> list[tuple[Any, ...]]:
    """All that was ever said, in order per partition."""
    rows = made.core.outbox
    with made.database.reading() as connection:
        found = connection.execute(select(rows).order_by(rows.c.partition, rows.c.seq)).all()
    return [tuple(row) for row in found]


def everything(made: ToyService) -> tuple[Any, ...]:
    """What must not depend on cuts, crashes and duplicates."""
    aside = [(each.key, each.reason, each.value) for each in made.set_aside()]
    return state_of(made), said_by(made), sorted(aside), made.folded()


def on_log(log: Log, publisher: str) -> list[tuple[int, str]]:
    """Partition and id of a publisher's records, each seq once, as a reader takes them."""
    taken = []
    for partition in range(log.partitions):
        last = 0
        for record in records_of(log, partition):
            if record.meta and record.meta.publisher == publisher and record.meta.seq == last + 1:
                last += 1
                taken.append((partition, record.meta.id))
    return taken


def records_of(log: Log, partition: int) -> Sequence[Record]:
    return [r for some in log.scan(partition, 0, log.end(partition)) for r in some]
