"""A log to measure against: a portfolio by seed, written as the services would have written it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huikuan.eventlog.log import Log
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Meta
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from services.sample import SOURCE, portfolio

FIRST_ON = date(2024, 1, 1)
DAYS = 730
FACTS_PER_DEBTOR = 18
CHUNK_RECORDS = 5_000
PUBLISHER = "bench"
"""Its own name: a service whose outbox lacks its words on the log refuses to write."""

FOUR_STEPS = {
    "version": "bench-1",
    "effective_on": "2024-01-01",
    "promises": {"tolerance_days": 2},
    "steps": [
        {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}},
        {"name": "warning", "kind": "notice", "when": {"days_overdue": 15}},
        {
            "name": "stop",
            "kind": "stop_supply",
            "when": {"any": [{"days_overdue": 30}, {"broken_promises": 2}]},
        },
        {
            "name": "court",
            "kind": "legal_referral",
            "when": {"days_overdue": 120},
            "approval": "two",
        },
    ],
}


def fill(log: Log, events: int, seed: int = 1, told: Callable[[int], None] | None = None) -> int:
    """Write about ``events`` facts, the days among them, and one policy; answers how many records.

    The debtors are ``events / 18``. ``told`` hears how many records have been written.
    """
    waiting: dict[int, list[Entry]] = defaultdict(list)
    seqs: dict[int, int] = defaultdict(int)
    written = 0
    for partition, key, event, event_id, on in _told(log.partitions, events, seed):
        seqs[partition] += 1
        meta = Meta(PUBLISHER, seqs[partition], event_id, event.TYPE, _noon_ms(on), SOURCE)
        rows = waiting[partition]
        rows.append(Entry(key, encode(event), meta))
        if len(rows) >= CHUNK_RECORDS:
            log.append(partition, rows)
            written += len(rows)
            waiting[partition] = []
            if told:
                told(written)
    for partition, rows in waiting.items():
        log.append(partition, rows)
        written += len(rows)
    return written


def _told(partitions: int, events: int, seed: int) -> Iterator[tuple[int, str, Event, str, date]]:
    policy = PolicyAdopted(version="bench-1", effective_on=FIRST_ON, document=FOUR_STEPS)
    for partition in range(partitions):
        yield partition, EVERYBODY, policy, "policy/bench-1", FIRST_ON
    opened_on = FIRST_ON - timedelta(days=1)
    debtors = max(1, events // FACTS_PER_DEBTOR)
    # Between two and seven deals make about eighteen facts.
    for fact in portfolio(seed, debtors, FIRST_ON, DAYS, invoices_per_debtor=5):
        while opened_on < fact.known_on:
            opened_on += timedelta(days=1)
            day = BusinessDayOpened(date=opened_on)
            for partition in range(partitions):
                yield partition, EVERYBODY, day, f"day/{opened_on}", opened_on
        partition = partition_of(fact.debtor, partitions)
        yield partition, fact.debtor, fact.event, f"{SOURCE}|{fact.id}", fact.known_on


def _noon_ms(on: date) -> int:
    return int(datetime.combine(on, time(12), ZoneInfo("UTC")).timestamp() * 1000)
