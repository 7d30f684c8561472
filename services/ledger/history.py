"""Facts of the past in the order in which they would have come, with the business days between.

The facts of a day come before that day opens, as if each day's facts had been in hand by then.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta

import msgspec

from services.ledger.csv_rows import FactOfRow

PARCEL_FACTS_MAX = 1000
PARCEL_BYTES_MAX = 2_000_000
_DAY = timedelta(days=1)


class Parcel(msgspec.Struct, frozen=True):
    """Facts that go to intake in one request."""

    facts: tuple[FactOfRow, ...]

    @property
    def body(self) -> bytes:
        """The list of CloudEvents as JSON."""
        return b"[" + b",".join(fact.body for fact in self.facts) + b"]"


def parcels(facts: Iterable[FactOfRow]) -> Iterator[Parcel]:
    """The facts, in order, in parcels that intake takes."""
    held: list[FactOfRow] = []
    size = 0
    for fact in facts:
        if held and (len(held) == PARCEL_FACTS_MAX or size + len(fact.body) > PARCEL_BYTES_MAX):
            yield Parcel(tuple(held))
            held, size = [], 0
        held.append(fact)
        size += len(fact.body) + 1
    if held:
        yield Parcel(tuple(held))


def in_history_order(
    facts: Iterable[FactOfRow], first_on: date | None = None, through: date | None = None
) -> Iterator[Parcel | date]:
    """Parcels, and between them the dates through which days are to be opened.

    Days from ``first_on`` (else the first fact's date) to ``through`` (else the last fact's);
    facts that count later come last and wait for their day. Sorts on disk, not in memory.
    """
    opened_on = last_on = None
    for on, facts_of_day in _by_day(facts):
        first_on = first_on or on
        for day in _opening(opened_on, first_on, min(on - _DAY, through or on)):
            yield day
            opened_on = day
        yield from parcels(facts_of_day)
        last_on = on
    through = through or last_on
    if first_on is not None and through is not None:
        yield from _opening(opened_on, first_on, through)


def _opening(opened_on: date | None, first_on: date, through: date) -> Iterator[date]:
    """What to say to open the days through a date: the first day ever is opened by itself."""
    if opened_on is None and through >= first_on:
        yield first_on
        opened_on = first_on
    if opened_on is not None and through > opened_on:
        yield through


def _by_day(facts: Iterable[FactOfRow]) -> Iterator[tuple[date, Iterator[FactOfRow]]]:
    with closing(sqlite3.connect("")) as file:  # a file that lives as long as its connection
        file.execute("create table fact (effective_on text, line integer, body blob)")
        rows = ((fact.on.isoformat(), fact.line, fact.body) for fact in facts)
        file.executemany("insert into fact values (?, ?, ?)", rows)
        file.execute("create index by_day on fact (effective_on)")
        days = [on for (on,) in file.execute("select distinct effective_on from fact order by 1")]
        for on in days:
            found = file.execute(
                "select line, body from fact where effective_on = ? order by rowid", (on,)
            )
            day = date.fromisoformat(on)
            yield day, (FactOfRow(line, day, body) for line, body in found)
