"""What opening a day costs the notifier: it must follow the accounts that are due, not all of them.

Every account has one invoice. Day after day a set number of them comes of an age at which the
policy demands a step; the others are due years later.
"""

import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import func, select

from huikuan.eventlog.log import Log
from huikuan.eventlog.open import open_log
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Entry, Meta
from huikuan.eventlog.service import PUBLISHERS, Service
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.sales import InvoiceIssued
from services.bench.fill import CHUNK_RECORDS, PUBLISHER
from services.bench.raw import TIMED
from services.notifier.rules import NotifierRules
from services.notifier.shared import Shared
from services.notifier.watched import Watched

Notifier = Service[Shared, Watched]
FIRST_ON = date(2026, 1, 1)
LATER_DAYS = 3_000
AGE_DAYS = 30
_STRIDE = 7_919
POLICY = {
    "version": "opening-1",
    "effective_on": FIRST_ON.isoformat(),
    "steps": [
        {"name": "reminder", "kind": "notice", "when": {"days_overdue": AGE_DAYS}},
        {"name": "court", "kind": "legal_referral", "when": {"days_overdue": 120}},
    ],
}
"""A notice, as a stop of a whole portfolio is what the guards are there to hold."""


def prepare(log_url: str, database_url: str, accounts: str, dues: str) -> int:
    """A portfolio of ``accounts``; on day k, the k-th number of ``dues`` of them is due."""
    log = open_log(log_url)
    write(log, _facts(int(accounts), [int(due) for due in dues.split(",")]))
    with closing(_notifier(log, database_url)) as service:
        _follow_all(service)
    return int(accounts)


def open_day(log_url: str, database_url: str, day: str, due: str) -> int:
    """Open day ``day``, from reading it to the last commit; answers how many steps were raised.

    Raises ``OtherwiseError`` where it is another number than ``due``.
    """
    log = open_log(log_url)
    with closing(_notifier(log, database_url)) as service:
        service.step()  # claims the partitions, and finds nothing
        before = _said(service)
        write(log, [("", BusinessDayOpened(date=FIRST_ON + timedelta(days=int(day))))])
        started_s = time.perf_counter()
        _follow_all(service)
        TIMED["seconds"] = time.perf_counter() - started_s
        raised = _said(service) - before
    if raised != int(due):
        raise OtherwiseError(f"{raised} steps were raised, not {due}")
    return raised


class OtherwiseError(Exception):
    """What was measured did not do what it was to do."""


def _follow_all(service: Notifier) -> None:
    while service.step() or any(service.lag().values()):
        pass


def _said(service: Notifier) -> int:
    with service.database.reading() as connection:
        return int(connection.execute(select(func.sum(service.core.heads.c.seq))).scalar_one())


def _notifier(log: Log, database_url: str) -> Notifier:
    publishers = PUBLISHERS | {PUBLISHER}
    service = Service(NotifierRules(), log, database_url, publishers=publishers)
    service.migrate()
    return service


def _facts(accounts: int, dues: Sequence[int]) -> Iterator[tuple[str, Event]]:
    """The policy, the invoices, and the day on which nothing is due yet."""
    yield EVERYBODY, PolicyAdopted(version="opening-1", effective_on=FIRST_ON, document=POLICY)
    yield EVERYBODY, BusinessDayOpened(date=FIRST_ON)
    bounds = list(accumulate(dues))
    for number in range(accounts):
        # In another order than by number, so that no day has its debtors side by side.
        day = bisect_right(bounds, number * _STRIDE % accounts)
        days = day + 1 if day < len(bounds) else LATER_DAYS
        yield (
            f"D{number:07}",
            InvoiceIssued(
                invoice=f"I{number}",
                amount="100.00",
                currency="CNY",
                issued_on=FIRST_ON - timedelta(days=60),
                due_on=FIRST_ON + timedelta(days=days - AGE_DAYS),
            ),
        )


def write(log: Log, facts: Iterable[tuple[str, Event]]) -> None:
    """Append these (key, fact); nobody else writes here, so a seq is one more than its position."""
    seqs = {partition: log.end(partition) for partition in range(log.partitions)}
    waiting: dict[int, list[Entry]] = defaultdict(list)
    for number, (key, event) in enumerate(facts):
        own = partition_of(key, log.partitions)
        for partition in range(log.partitions) if key == EVERYBODY else (own,):
            seqs[partition] += 1
            event_id = f"{event.TYPE}/{number}/{seqs[partition]}"
            meta = Meta(PUBLISHER, seqs[partition], event_id, event.TYPE, seqs[partition])
            waiting[partition].append(Entry(key, encode(event), meta))
            if len(waiting[partition]) >= CHUNK_RECORDS:
                log.append(partition, waiting.pop(partition))
    for partition, entries in waiting.items():
        log.append(partition, entries)
