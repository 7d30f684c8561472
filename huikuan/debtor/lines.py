"""The open items of a book, and how much of each may be dunned."""

from datetime import date

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.dealings import Pause
from huikuan.debtor.disputes import shields, upheld_shields
from huikuan.debtor.pauses import NEVER_PAUSED, paused_ago
from huikuan.debtor.setting import Terms
from huikuan.debtor.things import NEVER, Book, Day, Item
from huikuan.debtor.weighing import Weighed


class Line(msgspec.Struct, frozen=True, gc=False):
    """One open instalment. Amounts in minor units of ``currency``."""

    item: str
    instalment: str
    company: str
    currency: str
    due_on: date | None
    """None where an event has yet to set it."""
    amount_minor: int
    open_minor: int
    disputed_minor: int
    """Shielded by disputes."""
    unapplied_minor: int
    """Covered by money that is unapplied, oldest due first."""
    promised_minor: int
    """Covered by living promises."""
    dunnable_minor: int
    """What a new step may count: open, not shielded, covered or promised, not below notice."""
    owed_minor: int
    """What is owed whatever is promised or contested: open, not upheld, not covered by money."""
    days_overdue: int
    """Negative before the due date; far below where there is none yet."""
    paused: bool
    days_since_invoice: int = 0
    """Since it was issued."""
    paused_ago: tuple[tuple[int, int], ...] = NEVER_PAUSED
    """Stretches of paused days by now, each as days ago: (first, last)."""


class Deferring(msgspec.Struct, gc=False):
    """What keeps new steps away for a while."""

    promises: list[Weighed]
    pauses: list[Pause]
    coming: dict[tuple[str, str], int]
    all_pauses: tuple[Pause, ...] = ()
    """Past ones too."""


class Totals(msgspec.Struct, gc=False):
    """A currency's sums while they are added up."""

    balance: int = 0
    overdue: int = 0
    past_due: int = 0
    unapplied: int = 0
    coming: int = 0
    disputed: int = 0
    ordered: int = 0
    shipped: int = 0
    bills: int = 0
    fees: int = 0


def add_lines(
    known: Account,
    book_at: int,
    on: Day,
    terms: Terms,
    deferring: Deferring,
    lines: list[Line],
    total: Totals,
) -> None:
    """Add a book's open items, each with what is dunnable of it; covers go oldest due first."""
    book, items = known.books[book_at], known.items
    disputed = shields(known, book_at, on, terms) if known.disputes else _NONE
    upheld = upheld_shields(known, book_at, on) if disputed else _NONE
    left_bare = unapplied_minor(known, book) if book.free else 0
    total.unapplied += left_bare
    left = left_bare + deferring.coming.get((book.company, book.currency), 0)
    promised = _promised(known, book_at, disputed, left, deferring.promises)
    ignored = terms.ignore_below_minor.get(book.currency, 0)
    for at in book.open:
        item = items[at]
        open_minor = item.open_minor
        shielded = disputed.get(at, 0)
        rest = open_minor - shielded
        covered = min(rest, left)
        left -= covered
        owed = open_minor - upheld.get(at, 0)
        owed, left_bare = max(owed - left_bare, 0), max(left_bare - owed, 0)
        deferred = promised.get(at, 0)
        dunnable = rest - covered - deferred
        if dunnable < ignored:
            dunnable = 0
        total.balance += open_minor
        total.disputed += shielded
        if item.due_on < on:
            total.past_due += open_minor
            total.overdue += dunnable
        minors = (shielded, covered, deferred, dunnable, owed)
        lines.append(_line(item, book, on, minors, deferring))


def _line(
    item: Item, book: Book, on: Day, minors: tuple[int, int, int, int, int], deferring: Deferring
) -> Line:
    disputed, covered, promised, dunnable, owed = minors
    pauses, all_pauses = deferring.pauses, deferring.all_pauses
    return Line(
        item.invoice,
        item.instalment,
        book.company,
        book.currency,
        None if item.due_on == NEVER else date.fromordinal(item.due_on),
        item.amount_minor,
        item.open_minor,
        disputed,
        covered,
        promised,
        dunnable,
        owed,
        on - item.due_on,
        bool(pauses) and _is_paused(item.invoice, book.company, pauses),
        on - item.on,
        paused_ago(all_pauses, book.company, item.invoice, on) if all_pauses else NEVER_PAUSED,
    )


_NONE: dict[int, int] = {}


def _is_paused(invoice: str, company: str, pauses: list[Pause]) -> bool:
    own = (pause for pause in pauses if pause.company == company)
    return any(not pause.invoices or invoice in pause.invoices for pause in own)


def _promised(
    known: Account,
    book_at: int,
    disputed: dict[int, int],
    unapplied: int,
    promises: list[Weighed],
) -> dict[int, int]:
    """What living promises keep from dunning of each item, oldest due first, after money did."""
    if not any(one.cover_minor for one in promises):
        return _NONE
    opened = known.books[book_at].open
    rests: dict[int, int] = {}
    for at in opened:
        rest = known.items[at].open_minor - disputed.get(at, 0)
        covered = min(rest, unapplied)
        unapplied -= covered
        rests[at] = rest - covered
    promised: dict[int, int] = {}
    living = [one for one in promises if one.cover_minor and one.promise.book == book_at]
    for one in sorted(living, key=lambda one: (one.stages[-1].due_on, one.promise.name)):
        left, invoices = one.cover_minor, one.promise.invoices
        for at in opened:
            if invoices and known.items[at].invoice not in invoices:
                continue
            part = min(left, rests[at])
            if part > 0:
                promised[at] = promised.get(at, 0) + part
                rests[at] -= part
                left -= part
    return promised


def unapplied_minor(account: Account, book: Book) -> int:
    """Money of a book that is not allocated, claimed or not, in minor units."""
    return sum([account.moneys[at].free_minor for at in book.free])
