"""What stands on a day: the small digest of an account that rules see, and nothing else."""

from collections.abc import Iterable
from datetime import date

import msgspec

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.dealings import Override, Signal
from huikuan.debtor.disputes import pauses_on
from huikuan.debtor.exposure import exposure_on
from huikuan.debtor.limits import limit_minor
from huikuan.debtor.lines import Deferring, Line, Totals, add_lines
from huikuan.debtor.overrides import overrides_on
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting, terms_on
from huikuan.debtor.signals import signals_on
from huikuan.debtor.waiting import coming_moneys
from huikuan.debtor.weighing import Weighed, owed_minor, weigh

__all__ = ["NONE_MISSED", "Line", "Missed", "Outline", "Standing", "Sums", "missed_of", "standing"]


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
    fees_minor: int = 0
    """Open fees; they are in the balance and the exposure, and no rule counts them."""


class Outline(msgspec.Struct, frozen=True):
    """What of a standing is known without adding anything up; ``Standing`` has these too."""

    day: date
    unsettled: tuple[str, ...] = ()
    paused: bool = False
    overrides: tuple[Override, ...] = ()


class Missed(msgspec.Struct, frozen=True, gc=False):
    """Promises whose date has passed and whose debt is still open."""

    broken: int = 0
    partly_kept: int = 0
    shortfall_minor: dict[str, int] = {}
    """Per currency."""


NONE_MISSED = Missed()


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
    overrides: tuple[Override, ...] = ()
    """A person's, that hold on the day or ended on it."""
    fees: tuple[Line, ...] = ()
    """Open fees: shown, and asked for by no rule."""
    time_zone: str | None = None
    """The debtor's: it chooses the calendar of his working days, never what day is open."""
    signals: tuple[Signal, ...] = ()
    """Signs of trouble that hold on the day."""

    @property
    def open_lines(self) -> tuple[Line, ...]:
        """All that is open, fees at the end."""
        return (*self.lines, *self.fees) if self.fees else self.lines


def standing(account: Account, day: date, setting: Setting) -> Standing:
    """What stands on a day: exact for a past one, the open one, and a future one.

    A future day is what comes if nothing arrives: facts that wait count by then.
    """
    on = day.toordinal()
    known = account_on(account, day, setting)
    terms = terms_on(setting, day)
    past = setting.open_on is not None and day < setting.open_on
    deferring = Deferring(
        weigh(known, on, setting) if known.promises else [],
        pauses_on(known, on) if known.pauses else [],
        {} if past or not known.waiting else coming_moneys(known),
        known.pauses,
    )
    lines: list[Line] = []
    totals: dict[str, Totals] = {}
    for book_at, book in enumerate(known.books):
        total = totals.get(book.currency)
        if total is None:
            total = totals[book.currency] = Totals()
        exposure = exposure_on(book, on)
        total.ordered += exposure.ordered_minor
        total.shipped += exposure.shipped_minor
        total.bills += exposure.bills_minor
        add_lines(known, book_at, on, terms, deferring, lines, total)
    for limit in known.limits:
        totals.setdefault(limit.currency, Totals())
    for (_, currency), coming_minor in deferring.coming.items():
        totals.setdefault(currency, Totals()).coming += coming_minor
    fees: list[Line] = []
    if known.fees:
        lines, fees = _fees_apart(known, lines, totals)
    return _digest(known, day, (lines, fees), totals, deferring)


def _fees_apart(
    known: Account, lines: list[Line], totals: dict[str, Totals]
) -> tuple[list[Line], list[Line]]:
    """What rules see, and the fees, which none sees."""
    fees, rest = list[Line](), list[Line]()
    for line in lines:
        if name_of(line.company, line.item) in known.fees:
            fees.append(line)
            totals[line.currency].fees += line.open_minor
        else:
            rest.append(line)
    return rest, fees


def _digest(
    known: Account,
    day: date,
    apart: tuple[list[Line], list[Line]],
    totals: dict[str, Totals],
    deferring: Deferring,
) -> Standing:
    (lines, fees), on = apart, day.toordinal()
    missed = missed_of(known, deferring.promises) if deferring.promises else NONE_MISSED
    profile = known.profiles[-1] if known.profiles else None
    return Standing(
        day,
        tuple(lines),
        {
            currency: _sums(totals[currency], limit_minor(known, currency, on))
            for currency in sorted(totals)
        },
        *_overdue(lines),
        len(lines),
        missed.broken,
        missed.partly_kept,
        missed.shortfall_minor,
        sum([one.state == "open" for one in deferring.promises]),
        known.unsettled,
        any(not pause.invoices for pause in deferring.pauses),
        profile.segment if profile else None,
        profile.tags if profile else (),
        overrides_on(known, on) if known.overrides else (),
        tuple(fees),
        profile.time_zone if profile else None,
        signals_on(known, on) if known.signals else (),
    )


def missed_of(known: Account, promises: Iterable[Weighed]) -> Missed:
    """Those of a debtor's promises, weighed, that he missed and still owes something for."""
    broken = partly_kept = 0
    shortfall: dict[str, int] = {}
    for one in promises:
        if one.overdue_minor and (minor := min(one.overdue_minor, owed_minor(known, one.promise))):
            currency = known.books[one.promise.book].currency
            shortfall[currency] = shortfall.get(currency, 0) + minor
            broken += one.state == "broken"
            partly_kept += one.state == "partly_kept"
    return Missed(broken, partly_kept, shortfall)


def _overdue(lines: list[Line]) -> tuple[int | None, int]:
    """Days overdue of the oldest dunnable item, if any, and how many are past due."""
    days = [one.days_overdue for one in lines if one.dunnable_minor and one.due_on is not None]
    return max(days, default=None), sum([each > 0 for each in days])


def _sums(total: Totals, limit: int | None) -> Sums:
    balance, unapplied = total.balance, total.unapplied
    return Sums(
        balance,
        total.overdue,
        total.past_due,
        unapplied,
        total.coming,
        total.disputed,
        total.ordered + total.shipped + balance + total.bills - unapplied,
        {
            "ordered": total.ordered,
            "shipped_unbilled": total.shipped,
            "invoiced": balance,
            "bill_of_exchange": total.bills,
        },
        limit,
        total.fees,
    )
