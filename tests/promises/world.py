"""A promises service on a log in memory, and a ledger and a notifier that say what a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from huikuan.debtor.promises import JudgedPromise
from huikuan.eventlog.log import Log
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Meta, Record
from huikuan.events.cash import PaymentReceived, PaymentReversed, Remittance
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.promises import PromiseMade, PromiseOutcome, Stage
from services.promises.service import MIGRATIONS, Promises, build
from services.promises.settings import Settings
from tests.rig.migrated import new_database

FIRST_DAY = date(2026, 2, 1)
HOUR_MS = 3_600_000


def on(day: int) -> date:
    return FIRST_DAY + timedelta(days=day)


class World:
    def __init__(self, log: Log, promises: Promises) -> None:
        self.log, self.promises = log, promises
        self._seqs: dict[tuple[str, int], int] = {}
        self.recorded_at = 0

    def fact(self, event: Event, debtor: str = "D1", event_id: str = "") -> None:
        event_id = event_id or f"/erp|{getattr(event, event.NAME)}-{event.TYPE}"
        self._append("ledger", partition_of(debtor, self.log.partitions), debtor, event, event_id)

    def open(self, day: int) -> None:
        """Open every business day up to this one that is not open yet."""
        start = self.promises.service.shared().open_on
        first = day if start is None else (start - FIRST_DAY).days + 1
        for each in range(first, day + 1):
            event = BusinessDayOpened(date=on(each))
            self.everybody("ledger", event, f"day/{on(each)}")
            self.drain()

    def policy(self, effective: int, **promises: object) -> None:
        document = {"promises": promises}
        event = PolicyAdopted(
            version=f"v{effective}-{len(self._seqs)}", effective_on=on(effective), document=document
        )
        self.everybody("notifier", event, f"policy/{event.version}/{self.recorded_at}")

    def drain(self) -> None:
        self.promises.service.drain()

    def said(self, debtor: str = "D1") -> list[tuple[str, str, int | None]]:
        """What was said of the debtor's promises: (what, promise, stage), in order."""
        return [
            (event.TYPE.split(".")[2], event.promise, event.stage)
            for _, event in self.outcomes(debtor)
        ]

    def outcomes(self, debtor: str = "D1") -> list[tuple[Record, PromiseOutcome]]:
        self.drain()
        found = []
        for record in self.records(debtor):
            assert record.meta is not None
            event = decode(record.meta.type, record.value)
            if isinstance(event, PromiseOutcome):
                found.append((record, event))
        return found

    def records(self, debtor: str) -> list[Record]:
        partition = partition_of(debtor, self.log.partitions)
        scanned = self.log.scan(partition, 0, self.log.end(partition))
        return [record for batch in scanned for record in batch if record.key == debtor]

    def judged(self, debtor: str = "D1", day: int | None = None) -> list[JudgedPromise]:
        self.drain()
        as_of = None if day is None else on(day)
        return self.promises.promises_of(debtor, as_of, None)[1]

    def everybody(self, publisher: str, event: Event, event_id: str) -> None:
        for partition in range(self.log.partitions):
            self._append(publisher, partition, EVERYBODY, event, event_id)

    def _append(
        self, publisher: str, partition: int, key: str, event: Event, event_id: str
    ) -> None:
        seq = self._seqs[publisher, partition] = self._seqs.get((publisher, partition), 0) + 1
        self.recorded_at += HOUR_MS
        meta = Meta(publisher, seq, event_id, event.TYPE, self.recorded_at)
        self.log.append(partition, [Entry(key, encode(event), meta)])


@contextmanager
def a_world(home: Path, log: Log | None = None, **settings: Any) -> Iterator[World]:
    log = log or MemoryLog(2)
    new_database(home / "promises.db", MIGRATIONS)
    promises = build(Settings(home=home, **settings), log)
    promises.service.migrate()
    try:
        yield World(log, promises)
    finally:
        promises.close()


def promised(
    promise: str, amount: int, due: int, made: int = 0, invoices: tuple[str, ...] = ()
) -> PromiseMade:
    return PromiseMade(
        promise=promise,
        amount=f"{amount}.00",
        currency="CNY",
        made_on=on(made),
        due_on=on(due),
        invoices=invoices,
    )


def staged(promise: str, *stages: tuple[int, int]) -> PromiseMade:
    """A promise in (day, amount) stages, made on the first day."""
    return PromiseMade(
        promise=promise,
        amount=f"{sum(amount for _, amount in stages)}.00",
        currency="CNY",
        made_on=on(0),
        stages=tuple(Stage(due_on=on(day), amount=f"{amount}.00") for day, amount in stages),
    )


def paid(payment: str, amount: int, day: int, *invoices: str) -> PaymentReceived:
    remittance = tuple(Remittance(amount="1.00", invoice=invoice) for invoice in invoices)
    return PaymentReceived(
        payment=payment,
        amount=f"{amount}.00",
        currency="CNY",
        value_on=on(day),
        remittance=remittance,
    )


def bounced(payment: str, day: int) -> PaymentReversed:
    return PaymentReversed(payment=payment, reversed_on=on(day), reason="bounced")
