"""The public sample of receivables, run day by day: the figures of its README."""

import csv
import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.sales import InvoiceIssued
from tests.notifier.world import World, paid

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "receivables.csv"
POLICY = Path(__file__).parents[2] / "deploy" / "policies" / "receivables-15-30.yaml"
FIRST_DAY, LAST_DAY = date(2012, 1, 1), date(2014, 1, 31)

pytestmark = pytest.mark.skipif(
    not FILE.exists() and "CI" not in os.environ,
    reason="shared/data/receivables.csv is not here; its licence forbids to copy it",
)


def on(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()


def facts() -> Iterator[tuple[date, str, Event]]:
    """(effective on, debtor, fact): each row is an invoice, and a payment that names it."""
    with FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number, amount = row["invoiceNumber"], row["InvoiceAmount"]
            units, _, fraction = amount.partition(".")
            amount = f"{units}.{fraction:0<2}"
            issued_on, settled_on = on(row["InvoiceDate"]), on(row["SettledDate"])
            invoice = InvoiceIssued(
                invoice=number,
                amount=amount,
                currency="USD",
                issued_on=issued_on,
                due_on=on(row["DueDate"]),
            )
            yield issued_on, row["customerID"], invoice
            yield settled_on, row["customerID"], paid(f"P{number}", amount, settled_on, number)


def run(world: World, document: bytes) -> None:
    """The facts of a day come before that day opens."""
    world.adopt(document)
    coming = sorted(facts(), key=lambda fact: fact[0])
    at, day = 0, FIRST_DAY
    while day <= LAST_DAY:
        while at < len(coming) and coming[at][0] <= day:
            world.fact(coming[at][2], coming[at][1])
            at += 1
        world.everybody(BusinessDayOpened(date=day), f"day/{day}")
        day += timedelta(days=1)
    world.drain()


@pytest.mark.parametrize("kind", ["notice", "stop_service"])
def test_steps_at_15_and_30_days_are_entered_as_often_as_the_file_says(
    world: World, kind: str
) -> None:
    run(world, POLICY.read_bytes().replace(b"kind: notice", f"kind: {kind}".encode()))
    entered: dict[str, list[tuple[str, str]]] = {"oldest_15": [], "oldest_30": []}
    after = ""
    while items := world.get("/escalations", limit=1_000, after=after)["items"]:
        for item in items:
            if item["status"] == "raised":
                entered[item["step"]].append((item["effective_on"], item["debtor"]))
        after = items[-1]["cursor"]
    figures = {
        step: (len(entries), len({debtor for _, debtor in entries}), min(entries))
        for step, entries in entered.items()
    }
    assert figures == {
        "oldest_15": (168, 47, ("2012-02-17", "1604-LIFKX")),
        "oldest_30": (8, 5, ("2012-03-13", "2621-XCLEH")),
    }
