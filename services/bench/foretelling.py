"""What it costs to tell what will happen to a whole portfolio in the next 30 days."""

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

from huikuan.eventlog.log import Log
from huikuan.eventlog.open import open_log
from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.service import PUBLISHERS
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.sales import InvoiceIssued
from huikuan.web.asking import Asked as Page
from services.bench.fill import FOUR_STEPS, PUBLISHER
from services.bench.opening import FIRST_ON, write
from services.notifier.following import Following
from services.notifier.foresight import Asked, Foresight

_INVOICES_MAX = 5
_DAYS_AROUND = 60
"""Due dates lie so many days around the open day, so that most debtors have a step to come."""
_PAGE = 100


def prepare_portfolio(log_url: str, database_url: str, debtors: str) -> int:
    """A portfolio of so many debtors, each with one to five open invoices, and two open days."""
    log = open_log(log_url)
    write(log, _facts(int(debtors)))
    with closing(_notifier(log, database_url)) as service:
        service.drain()
    return int(debtors)


def foretell(log_url: str, database_url: str, debtors: str) -> int:
    """The first page of what will happen, with the totals of all; answers how many debtors."""
    with closing(_notifier(open_log(log_url), database_url)) as service:
        Foresight(service).portfolio(Asked(Page(_PAGE, "")), lambda _: True)
    return int(debtors)


def _notifier(log: Log, database_url: str) -> Following:
    service = Following(log, database_url, publishers=PUBLISHERS | {PUBLISHER})
    service.migrate()
    return service


def _facts(debtors: int) -> Iterator[tuple[str, Event]]:
    chance = random.Random(1)  # noqa: S311 - the same portfolio every time
    # All of it opens on one day, which the breaker would rightly hold.
    document = {**FOUR_STEPS, "breaker": {"share": 100}}
    yield EVERYBODY, PolicyAdopted(version="bench-1", effective_on=FIRST_ON, document=document)
    yield EVERYBODY, BusinessDayOpened(date=FIRST_ON)
    for number in range(debtors):
        for invoice in range(chance.randint(1, _INVOICES_MAX)):
            days = chance.randint(-_DAYS_AROUND, _DAYS_AROUND)
            yield (
                f"D{number:07}",
                InvoiceIssued(
                    invoice=f"I{number}-{invoice}",
                    amount=f"{chance.randint(100, 90_000)}.00",
                    currency="CNY",
                    issued_on=FIRST_ON - timedelta(days=90),
                    due_on=FIRST_ON + timedelta(days=days),
                ),
            )
    yield EVERYBODY, BusinessDayOpened(date=FIRST_ON + timedelta(days=1))
