"""What stands on a day: the small digest of an account that rules see, and nothing else."""

from datetime import date

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.dealings import Pause
from huikuan.debtor.disputes import pauses_on, shields, upheld_shields
from huikuan.debtor.exposure import exposure_on
from huikuan.debtor.fold import coming_moneys
from huikuan.debtor.promises import JudgedPromise, judge_known, promised_items
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting, Terms, terms_on
from huikuan.debtor.things import NEVER, Book, Day, Item


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


class Sums(msgspec.Struct, frozen=True, gc=False):
    """Of one currency, over all companies, in minor units."""

    balance_minor: int
    overdue_minor: int
    """Dunnable and past due."""
    past_due_minor: int
    """Open and past due, whatever shields it."""
    unapplied_minor: int
    coming_minor: int
    """Money recorded whose day has not come; it prevents new steps."""
    disputed_minor: int
    exposure_minor: int
    """All buckets less unapplied money."""
    exposure_by: dict[str, int]
    """``ordered``, ``shipped_unbilled``, ``invoiced``, ``bill_of_exchange``."""
    limit_minor: int | None
    """None is unlimited."""


class Standing(msgspec.Struct, frozen=True):
    """What stands on a day. Everything that a rule may ask is here."""

    day: date
    lines: tuple[Line, ...]
    """By company and currency, then due date."""
    sums: dict[str, Sums]
    days_overdue: int | None
    """Of the oldest dunnable item; negative before its due date; None where none is dunnable."""
    overdue_items: int
    open_items: int
    broken_promises: int
    """Broken, and what they were for is still owed."""
    partly_kept_promises: int
    """Likewise, where part was paid in time."""
    promise_shortfall_minor: dict[str, int]
    """Promised, its date passed, not paid and still owed; per currency."""
    promises_alive: int
    unsettled: tuple[str, ...]
    paused: bool
    segment: str | None
    tags: tuple[str, ...]


class _Deferring(msgspec.Struct):
    """What keeps new steps away for a while."""

    promises: list[JudgedPromise]
    pauses: list[Pause]
    coming: dict[tuple[str, str], int]


def standing(account: Account, day: date, setting: Setting) -> Standing:
    """What stands on a day: exact for a past one, the open one, and a future one.

    A future day is what comes if nothing arrives: facts that wait count by then.
    """
    on = day.toordinal()
    known = account_on(account, day, setting)
    terms = terms_on(setting, day)
    past = setting.open_on is not None and day < setting.open_on
    deferring = _Deferring(
        judge_known(known, on, setting) if known.promises else [],
        pauses_on(known, on) if known.pauses else [],
        {} if past or not known.waiting else coming_moneys(known),
    )
    lines: list[Line] = []
    for book_at in range(len(known.books)):
        lines += _lines(known, book_at, on, terms, deferring)
    return _digest(known, day, lines, deferring)


def _lines(
    known: Account, book_at: int, on: Day, terms: Terms, deferring: _Deferring
) -> list[Line]:
    """A book's open items, each with what is dunnable of it; every cover goes oldest due first."""
    book = known.books[book_at]
    disputed = shields(known, book_at, on, terms) if known.disputes else {}
    upheld = upheld_shields(known, book_at, on) if known.disputes else {}
    left_bare = unapplied_minor(known, book)
    left = left_bare + deferring.coming.get((book.company, book.currency), 0)
    covers: list[tuple[int, int, int, int]] = []
    rests: dict[int, int] = {}
    for at in book.open:
        open_minor = known.items[at].open_minor
        shielded = disputed.get(at, 0)
        rest = open_minor - shielded
        covered = min(rest, left)
        left -= covered
        owed = open_minor - upheld.get(at, 0)
        owed -= min(owed, left_bare)
        left_bare -= min(open_minor - upheld.get(at, 0), left_bare)
        covers.append((at, shielded, covered, owed))
        rests[at] = rest - covered
    promised = _promised(known, book_at, rests, deferring.promises) if deferring.promises else {}
    ignored_minor = terms.ignore_below_minor.get(book.currency, 0)
    pauses = [pause for pause in deferring.pauses if pause.company == book.company]
    return [
        _line(
            known.items[at],
            book,
            on,
            (shielded, covered, promised.get(at, 0), rests[at], owed),
            ignored_minor,
            pauses,
        )
        for at, shielded, covered, owed in covers
    ]


def _line(
    item: Item,
    book: Book,
    on: Day,
    minors: tuple[int, int, int, int, int],
    ignored_minor: int,
    pauses: list[Pause],
) -> Line:
    disputed, covered, promised, rest, owed = minors
    dunnable = rest - promised
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
        dunnable if dunnable >= ignored_minor else 0,
        owed,
        on - item.due_on,
        any(not pause.invoices or item.invoice in pause.invoices for pause in pauses),
    )


def _promised(
    known: Account, book_at: int, rests: dict[int, int], promises: list[JudgedPromise]
) -> dict[int, int]:
    """What living promises keep from dunning of each item, oldest due first."""
    book = known.books[book_at]
    promised: dict[int, int] = {}
    for promise in promises:
        if not promise.alive or (promise.company, promise.currency) != (
            book.company,
            book.currency,
        ):
            continue
        left = promise.cover_minor
        for at in promised_items(known, promise, book_at):
            part = min(left, rests[at] - promised.get(at, 0))
            if part > 0:
                promised[at] = promised.get(at, 0) + part
                left -= part
    return promised


def unapplied_minor(account: Account, book: Book) -> int:
    """Money of a book that is not allocated, claimed or not, in minor units."""
    return sum(account.moneys[at].free_minor for at in book.free)


def _digest(known: Account, day: date, lines: list[Line], deferring: _Deferring) -> Standing:
    on = day.toordinal()
    sums = _sums(known, on, lines, deferring)
    dunnable = [line for line in lines if line.dunnable_minor]
    shortfall: dict[str, int] = {}
    for promise in deferring.promises:
        if promise.owed_shortfall_minor:
            shortfall[promise.currency] = (
                shortfall.get(promise.currency, 0) + promise.owed_shortfall_minor
            )
    open_debts = [promise.state for promise in deferring.promises if promise.debt_open]
    profile = known.profiles[-1] if known.profiles else None
    return Standing(
        day,
        tuple(lines),
        sums,
        max((line.days_overdue for line in dunnable if line.due_on is not None), default=None),
        sum(line.days_overdue > 0 for line in dunnable),
        len(lines),
        open_debts.count("broken"),
        open_debts.count("partly_kept"),
        shortfall,
        sum(promise.alive for promise in deferring.promises),
        known.unsettled,
        any(not pause.invoices for pause in deferring.pauses),
        profile.segment if profile else None,
        profile.tags if profile else (),
    )


def _sums(known: Account, on: Day, lines: list[Line], deferring: _Deferring) -> dict[str, Sums]:
    """Per currency, every currency that the debtor has a book, a limit or coming money in."""
    totals: dict[str, dict[str, int]] = {}
    for book in known.books:
        total = totals.setdefault(book.currency, _no_totals())
        exposure = exposure_on(book, on)
        total["ordered"] += exposure.ordered_minor
        total["shipped_unbilled"] += exposure.shipped_minor
        total["bill_of_exchange"] += exposure.bills_minor
        total["unapplied"] += unapplied_minor(known, book)
    for limit in known.limits:
        totals.setdefault(limit.currency, _no_totals())
    for (_, currency), coming_minor in deferring.coming.items():
        totals.setdefault(currency, _no_totals())["coming"] += coming_minor
    for line in lines:
        total = totals[line.currency]
        total["invoiced"] += line.open_minor
        total["disputed"] += line.disputed_minor
        if line.days_overdue > 0:
            total["overdue"] += line.dunnable_minor
            total["past_due"] += line.open_minor
    return {
        currency: _sum(total, limit_minor(known, currency, on))
        for currency, total in sorted(totals.items())
    }


BUCKETS = ("ordered", "shipped_unbilled", "invoiced", "bill_of_exchange")


def _no_totals() -> dict[str, int]:
    names = (*BUCKETS, "unapplied", "coming", "disputed", "overdue", "past_due")
    return dict.fromkeys(names, 0)


def _sum(total: dict[str, int], limit: int | None) -> Sums:
    by = {bucket: total[bucket] for bucket in BUCKETS}
    return Sums(
        balance_minor=total["invoiced"],
        overdue_minor=total["overdue"],
        past_due_minor=total["past_due"],
        unapplied_minor=total["unapplied"],
        coming_minor=total["coming"],
        disputed_minor=total["disputed"],
        exposure_minor=sum(by.values()) - total["unapplied"],
        exposure_by=by,
        limit_minor=limit,
    )


def limit_minor(account: Account, currency: str, on: Day) -> int | None:
    """The credit limit on a day, summed over companies that set one; None is unlimited.

    The latest that is in force counts; where all that were set have expired, nothing is accepted.
    """
    valid: dict[str, int | None] = {}
    for limit in account.limits:
        if limit.currency == currency and limit.on <= on:
            valid.setdefault(limit.company, 0)
            if on <= limit.valid_until:
                valid[limit.company] = limit.amount_minor
    amounts = [amount for amount in valid.values() if amount is not None]
    return sum(amounts) if valid and len(amounts) == len(valid) else None
