"""Trials on the public sample of receivables; every expected figure is computed from the file."""

import csv
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from huikuan.eventlog.record import EVERYBODY, Meta, Record
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.relations import DisputeOpened
from huikuan.events.sales import InvoiceIssued
from services.notifier.domain.backtest import Course, Period
from services.notifier.domain.policy import Policy
from services.notifier.domain.totals import Totals
from services.notifier.rules import NotifierRules
from services.notifier.timeline import timeline
from services.notifier.told import Told
from services.notifier.trying import Lines, Trial, Tried, try_debtor
from tests.journeys import receivables
from tests.journeys.receivables import FIRST_DAY, LAST_DAY, Row, Run
from tests.notifier.test_receivables import POLICY, run
from tests.notifier.world import World, paid

pytestmark = pytest.mark.skipif(
    not receivables.FILE.exists() and "CI" not in os.environ,
    reason="shared/data/receivables.csv is not here; its licence forbids to copy it",
)
DAY = timedelta(days=1)
Recorded = tuple[date, str, Event]
"""On which day before its opening, of whom, what."""


@cache
def rows() -> list[Row]:
    return receivables.read()


@cache
def disputed() -> frozenset[str]:
    with receivables.FILE.open(newline="") as file:
        return frozenset(r["invoiceNumber"] for r in csv.DictReader(file) if r["Disputed"] == "Yes")


def facts(*, days_late: int = 0, disputes: bool = False) -> Iterator[Recorded]:
    """Each invoice, its payment recorded so many days late, and its dispute if wanted."""
    for row in rows():
        amount = f"{row.amount:.2f}"
        invoice = InvoiceIssued(
            invoice=row.invoice,
            amount=amount,
            currency="USD",
            issued_on=row.issued_on,
            due_on=row.due_on,
        )
        yield row.issued_on, row.debtor, invoice
        if disputes and row.invoice in disputed():
            dispute = DisputeOpened(
                dispute=f"Q{row.invoice}",
                invoice=row.invoice,
                amount=amount,
                reason="quality",
                opened_on=row.issued_on,
            )
            yield row.issued_on, row.debtor, dispute
        settled = paid(f"P{row.invoice}", amount, row.settled_on, row.invoice)
        yield row.settled_on + timedelta(days=days_late), row.debtor, settled


def recorded(told: Iterable[Recorded]) -> dict[str, list[Record]]:
    """As a log would have it: the facts of a day, then its opening; by debtor."""
    coming = sorted(told, key=lambda each: each[0])
    found: dict[str, list[Record]] = defaultdict(list)
    at, day, position = 0, FIRST_DAY, 0

    def add(key: str, event: Event, name: str) -> None:
        nonlocal position
        meta = Meta("ledger", position + 1, name, event.TYPE, 1_000 + position)
        found[key].append(Record(0, position, key, encode(event), meta))
        position += 1

    while day <= LAST_DAY:
        while at < len(coming) and coming[at][0] <= day:
            _, debtor, event = coming[at]
            add(debtor, event, f"{event.TYPE}/{getattr(event, event.NAME)}")
            at += 1
        add(EVERYBODY, BusinessDayOpened(date=day), f"day/{day}")
        day += DAY
    assert at == len(coming)
    return found


def trials(records: dict[str, list[Record]], policy: Policy, against: Policy) -> list[Tried]:
    """What each debtor's trial shows over the whole time."""
    period, rules = Period(FIRST_DAY, LAST_DAY), NotifierRules()
    trial = Trial(policy=policy, against=against, period=period)
    everybody = records[EVERYBODY]
    now = timeline(rules, everybody, period, policy)
    then = timeline(rules, everybody, period, against)
    assert now is not None
    return [
        try_debtor(rules, trial, Told(debtor, own, period), Lines(now, then))
        for debtor, own in records.items()
        if debtor != EVERYBODY
    ]


def aged(days: int, kind: str = "stop_supply", **more: Any) -> Policy:
    step = {"name": "stop", "kind": kind, "when": {"days_overdue": days}}
    document = {"version": f"v{days}", "effective_on": str(FIRST_DAY), "steps": [step], **more}
    return Policy.model_validate(document)


def runs_of(debtor: str, courses: Iterable[Course]) -> set[Run]:
    return {(debtor, each.effective_on, each.ended_on) for each in courses}


def shown(tried: list[Tried]) -> tuple[set[Run], set[Run]]:
    then = set().union(*(runs_of(each.debtor, each.then) for each in tried))
    now = set().union(*(runs_of(each.debtor, each.now) for each in tried))
    return then, now


def held(found: set[Run]) -> tuple[int, int]:
    """Days in force, and cents owed on each of them, from the file alone."""
    days = cents = 0
    by_debtor: dict[str, list[Row]] = defaultdict(list)
    for row in rows():
        by_debtor[row.debtor].append(row)
    for debtor, first, end in found:
        day = first
        while day < (end or LAST_DAY + DAY):
            days += 1
            cents += sum(int(row.amount * 100) for row in by_debtor[debtor] if row.is_open(day))
            day += DAY
    return days, cents


def test_15_days_against_30_gives_the_runs_of_the_file_and_what_they_held() -> None:
    tried = trials(recorded(facts()), aged(30), aged(15))
    early, late = receivables.runs(rows(), 15), receivables.runs(rows(), 30)
    assert shown(tried) == (early, late)
    assert (len(early), len(late)) == (168, 8)

    totals = Totals()
    for each in tried:
        totals.add(each.then, each.now, each.found)
    step = totals.steps["stop"]
    moved = {run for run in early if any(_is_within(other, run) for other in late)}
    assert (step.moved, step.removed) == (len(moved), 168 - len(moved))
    assert (step.added, step.changed) == (8 - len(moved), 0)
    assert (step.then.days_held, step.then.held_minor["USD"]) == held(early)
    assert (step.now.days_held, step.now.held_minor["USD"]) == held(late)
    assert totals.debtors_that_differ == 47


def _is_within(run: Run, other: Run) -> bool:
    end = other[2]
    return run[0] == other[0] and other[1] <= run[1] and (end is None or run[1] < end)


def test_the_same_with_disputed_invoices_left_out_gives_the_runs_of_the_others() -> None:
    shielding, bare = {"disputes": {"shield": "open"}}, {"disputes": {"shield": "upheld"}}
    records = recorded(facts(disputes=True))
    others = [row for row in rows() if row.invoice not in disputed()]
    for days in (15, 30):
        tried = trials(records, aged(days, "notice", **shielding), aged(days, "notice", **bare))
        every, without = receivables.runs(rows(), days), receivables.runs(others, days)
        assert shown(tried) == (every, without)
        assert len(without) < len(every)


def test_settlements_recorded_late_retract_what_was_known_and_is_not_so_in_the_end() -> None:
    records = recorded(facts(days_late=3))
    for days in (15, 30):
        tried = trials(records, aged(days), aged(days))
        courses = [(each.debtor, course) for each in tried for course in each.now]
        known = {(debtor, course.effective_on) for debtor, course in courses}
        retracted = {
            (debtor, course.effective_on)
            for debtor, course in courses
            if course.status == "retracted"
        }
        final = {(debtor, first) for debtor, first, _ in receivables.runs(rows(), days)}
        assert retracted == known - final
        assert retracted
        for debtor, course in courses:
            assert (course.status == "retracted") == ((debtor, course.effective_on) in retracted)


def test_a_trial_of_the_live_policy_on_the_log_shows_no_difference(world: World) -> None:
    run(world, POLICY.read_bytes())
    job = world.client.post("/v1/backtests", json={"policy": POLICY.read_text()}).json()
    path = f"/v1/backtests/{job['id']}"
    while (job := world.client.get(path).json())["state"] == "running":
        time.sleep(0.05)
    totals = job["totals"]
    assert (totals["debtors"], totals["debtors_that_differ"]) == (100, 0)
    raised = {step["step"]: step["now"]["raised"] for step in totals["steps"]}
    assert raised == {"oldest_15": 168, "oldest_30": 8}
