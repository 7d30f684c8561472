"""Forecasts on the public sample of receivables, made on each month end of 2013.

What is expected is computed from the file alone, and from what was then said; debtor by debtor,
by the notifier's rules in memory.
"""

import os
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from huikuan.eventlog.record import EVERYBODY, Meta, Record
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import EscalationSaid, PolicyAdopted
from services.notifier.document import read_policy
from services.notifier.forecast import forecast, word_of
from tests.journeys.receivables import FILE, FIRST_DAY, LAST_DAY, Row, read
from tests.notifier.arrivals import DEBTOR, Follower
from tests.notifier.world import owed, paid

POLICY = Path(__file__).parents[2] / "deploy" / "policies" / "receivables-15-30.yaml"
STEPS = {"oldest_15": 15, "oldest_30": 30}
AHEAD = timedelta(days=90)
DAY = timedelta(days=1)
MONTH_ENDS = [date(2013, month, monthrange(2013, month)[1]) for month in range(1, 13)]
Word = tuple[date, str, str]
"""The day on which it is said, what is said, and the step."""

pytestmark = pytest.mark.skipif(
    not FILE.exists() and "CI" not in os.environ,
    reason="shared/data/receivables.csv is not here; its licence forbids to copy it",
)


def facts(rows: list[Row]) -> Iterator[tuple[date, str, Event]]:
    for row in rows:
        amount = f"{row.amount:.2f}"
        invoice = owed(row.invoice, amount, row.due_on, issued_on=row.issued_on)
        yield row.issued_on, f"i{row.invoice}", invoice
        money = paid(f"P{row.invoice}", amount, row.settled_on, row.invoice)
        yield row.settled_on, f"p{row.invoice}", money


def record(key: str, name: str, event: Event) -> Record:
    return Record(0, 0, key, encode(event), Meta("ledger", 0, name, event.TYPE, 0))


class Course:
    """One debtor's two years: what was said, and what was foreseen on each month end."""

    def __init__(self, rows: list[Row]) -> None:
        self.fact_days = sorted({on for on, _, _ in facts(rows)})
        self.foreseen: dict[date, list[Word]] = {}
        self._follower = Follower(approve=False)
        policy = read_policy(POLICY.read_bytes())
        adopted = PolicyAdopted(
            version=policy.version, effective_on=policy.effective_on, document=policy.document()
        )
        self._follower.follow([record(EVERYBODY, "policy", adopted)])
        coming = defaultdict(list)
        for on, name, event in facts(rows):
            coming[on].append(record(DEBTOR, name, event))
        day = FIRST_DAY
        while day <= LAST_DAY:
            opened = record(EVERYBODY, f"day/{day}", BusinessDayOpened(date=day))
            self._follower.follow([*coming[day], opened])
            if day in MONTH_ENDS:
                self.foreseen[day] = self._foresee(day)
            day += DAY
        self.said = [
            (word.on, word_of(word), word.step)
            for saying in self._follower.said
            if isinstance(word := decode(saying.type, saying.value), EscalationSaid)
        ]

    def _foresee(self, day: date) -> list[Word]:
        rules, shared = self._follower.rules, self._follower.shared
        copy = rules.load(DEBTOR, rules.body(self._follower.watched))
        words = forecast(rules, copy, shared, day + AHEAD)
        return [(each.on, word_of(each.said), each.said.step) for each in words]

    def next_fact_on(self, day: date) -> date:
        return next((on for on in self.fact_days if on > day), date.max)


def expected(rows: list[Row], day: date) -> list[Word]:
    """From the file alone: an item known by the day comes of age, and none is ever paid."""
    oldest = min((row.due_on for row in rows if row.is_open(day)), default=None)
    words = []
    for step, age in STEPS.items():
        on = oldest + timedelta(days=age) if oldest else day
        if day < on <= day + AHEAD:
            words.append((on, "raised", step))
    return sorted(words)


def test_forecasts_of_each_month_end_equal_what_then_happened_when_no_fact_arrived() -> None:
    by_debtor: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read():
        by_debtor[row.debtor].append(row)
    seen = happened = 0
    for rows in by_debtor.values():
        course = Course(rows)
        for day, foreseen in course.foreseen.items():
            assert foreseen == expected(rows, day)
            end = min(course.next_fact_on(day), LAST_DAY + DAY)
            until_then = [word for word in foreseen if word[0] < end]
            assert until_then == [word for word in course.said if day < word[0] < end]
            seen += len(foreseen)
            happened += len(until_then)
    assert (len(by_debtor), seen > happened > 0) == (100, True)
