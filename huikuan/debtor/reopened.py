"""Which open items a reversed payment opened again, and when first.

The journal tells it: a reversal takes back what its money had paid, and then the money itself. So
does one that was itself taken back later, for the days in between.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.evidence import ItemKey
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import Day, Entry, Kind

_TAKEN_BACK = frozenset({Kind.ASSUMED, Kind.NAMED, Kind.DISCOUNTED})


class Reopened(msgspec.Struct, frozen=True):
    """An item that was settled, and open at the close of the day on which its payment went back."""

    on: Day
    payment: str


Reopenings = Mapping[ItemKey, Reopened]
"""By item, the first time that it was opened again."""


def reopened_on(account: Account, day: date, setting: Setting) -> Reopenings:
    """Of each item that is open as of a day, when a reversal first opened it again."""
    known = account_on(account, day, setting)
    opening = _openings(known)
    if not opening:
        return {}
    found = _first(known, opening)
    return {
        (book.company, known.items[at].invoice, known.items[at].instalment): found[at]
        for book in known.books
        for at in book.open
        if at in found
    }


def _openings(known: Account) -> frozenset[int]:
    """The places of the journal at which reversals of payments open items."""
    journal, moneys = known.journal, known.moneys
    return frozenset(
        before
        for at, entry in enumerate(journal)
        if entry.kind is Kind.REVERSED and entry.amount_minor > 0 and not moneys[entry.money].credit
        for before in _taken_back(journal, at)
    )


def _taken_back(journal: Sequence[Entry], at: int) -> Iterator[int]:
    """The places just before a reversal's own at which it took allocations back."""
    reversal = journal[at]
    for place in range(at - 1, -1, -1):
        entry = journal[place]
        if (entry.money, entry.on) != (reversal.money, reversal.on) or entry.amount_minor >= 0:
            return
        if entry.kind in _TAKEN_BACK:
            yield place


def _first(known: Account, opening: frozenset[int]) -> dict[int, Reopened]:
    """By item; what is settled again on the same day was not opened."""
    left: dict[int, int] = {}
    perhaps: dict[int, Reopened] = {}
    found: dict[int, Reopened] = {}
    for place, entry in enumerate(known.journal):
        at = entry.item
        if at < 0 or entry.kind is Kind.DUE:
            continue
        before = left.get(at, known.items[at].amount_minor)
        if at in perhaps and perhaps[at].on < entry.on:
            opened = perhaps.pop(at)
            if before:
                found.setdefault(at, opened)
        if place in opening and not before:
            perhaps.setdefault(at, Reopened(entry.on, known.moneys[entry.money].id))
        left[at] = before - entry.amount_minor
    for at, opened in perhaps.items():
        if left[at]:
            found.setdefault(at, opened)
    return found
