"""The sample portfolio as requests: what an ERP sends before each day opens."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

import msgspec

from huikuan.events.codec import encode
from services import sample
from tests.journeys.facts import Fact
from tests.journeys.installation import Installation

FIRST_DAY = date(2013, 1, 1)
LADDER = """
version: portfolio-1
effective_on: 2012-01-01
promises: {tolerance_days: 2}
steps:
  - {name: reminder, kind: notice,         when: {days_overdue: 1}}
  - {name: warning,  kind: notice,         when: {days_overdue: 10}}
  - {name: stop,     kind: stop_supply,    when: {any: [{days_overdue: 20}, {broken_promises: 2}]}}
  - {name: court,    kind: legal_referral, when: {days_overdue: 45, balance: {CNY: "1000.00"}}}
"""


class Day(NamedTuple):
    """A business day, and what is known before it opens."""

    day: date
    facts: list[Fact]


def days(seed: int, debtors: int, length_days: int) -> list[Day]:
    """The same for the same numbers, ids too."""
    told = sample.portfolio(seed, debtors, FIRST_DAY, length_days)
    known = {on: list(facts) for on, facts in groupby(told, key=lambda fact: fact.known_on)}
    calendar = (FIRST_DAY + timedelta(days=n) for n in range(length_days))
    return [Day(day, [_cloudevent(fact) for fact in known.get(day, ())]) for day in calendar]


def batches(day: Day, size: int = 200) -> Iterator[list[Fact]]:
    """Its facts in requests of at most ``size``."""
    for start in range(0, len(day.facts), size):
        yield day.facts[start : start + size]


def play(huikuan: Installation, portfolio: list[Day]) -> None:
    """Send everything, in order."""
    for day in portfolio:
        for batch in batches(day):
            rows = huikuan.send(batch)
            assert {row["status"] for row in rows} == {"accepted"}
        huikuan.open_day(day.day)


def _cloudevent(fact: sample.Fact) -> Fact:
    return {
        "specversion": "1.0",
        "id": fact.id,
        "source": f"/{sample.SOURCE}",
        "type": fact.event.TYPE,
        "subject": fact.debtor,
        "data": msgspec.json.decode(encode(fact.event)),
    }
