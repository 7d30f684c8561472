"""What `receivables.csv` must give, computed from the file alone: nothing of ours is used here."""

import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "receivables.csv"
FIRST_DAY = date(2012, 1, 1)
LAST_DAY = date(2014, 1, 31)
Run = tuple[str, date, date | None]
"""Debtor, the day from which the step is in force, the day on which it no longer is."""


class Row(NamedTuple):
    """One invoice, and the day on which it was paid in full."""

    invoice: str
    debtor: str
    amount: Decimal
    issued_on: date
    due_on: date
    settled_on: date

    def is_open(self, day: date) -> bool:
        """As the file's README says."""
        return self.issued_on <= day < self.settled_on


def read() -> list[Row]:
    """Every row of the file."""
    with FILE.open(newline="") as file:
        return [
            Row(
                invoice=row["invoiceNumber"],
                debtor=row["customerID"],
                amount=Decimal(row["InvoiceAmount"]),
                issued_on=_day(row["InvoiceDate"]),
                due_on=_day(row["DueDate"]),
                settled_on=_day(row["SettledDate"]),
            )
            for row in csv.DictReader(file)
        ]


def runs(rows: Iterable[Row], days_overdue: int) -> set[Run]:
    """When "the oldest item is at least so many days overdue" began and ended, for each debtor."""
    owed: dict[str, set[date]] = {}
    for row in rows:
        first = max(row.due_on + timedelta(days=days_overdue), row.issued_on, FIRST_DAY)
        last = min(row.settled_on - timedelta(days=1), LAST_DAY)
        owed.setdefault(row.debtor, set()).update(_days(first, last))
    found = set[Run]()
    for debtor, days in owed.items():
        for first in days:
            if first - timedelta(days=1) not in days:
                end = first
                while end in days:
                    end += timedelta(days=1)
                found.add((debtor, first, end if end <= LAST_DAY else None))
    return found


def ageing(rows: Iterable[Row], day: date, bounds: tuple[int, ...]) -> list[tuple[str, int]]:
    """Amount and number of open items per bucket; the first is what is not due."""
    buckets: list[list[Decimal]] = [[] for _ in range(len(bounds) + 2)]
    for row in rows:
        if row.is_open(day):
            late = (day - row.due_on).days
            at = 0 if late < 1 else 1 + sum(late > bound for bound in bounds)
            buckets[at].append(row.amount)
    return [(f"{sum(bucket, Decimal(0)):.2f}", len(bucket)) for bucket in buckets]


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
