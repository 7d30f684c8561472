"""What a rule sees of a debtor whom nobody pauses or overrides: read from his account as it is.

Most debtors are like that on most days, and mostly all that is open counts: then every question
sees the same, and nothing need be added up that no rule asks.
"""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from huikuan.debtor.account import Account
from huikuan.debtor.changes import change_days
from huikuan.debtor.disputes import shields
from huikuan.debtor.lines import Deferring, Line, Totals, add_lines
from huikuan.debtor.setting import Setting, Terms
from huikuan.debtor.standing import NONE_MISSED, missed_of
from huikuan.debtor.things import NEVER, Day
from huikuan.debtor.weighing import Weighed, conclude, counts_until, last_on, served
from services.notifier.domain.age import after_grace
from services.notifier.domain.counting import NO_SIGNALS, View, broken_weight, of_lines
from services.notifier.domain.reading import Reading


class Views(NamedTuple):
    """What of the whole debtor counts for a step against him."""

    softly: View
    """To raise it, and to keep a notice."""
    harder: View
    """To keep what is harder than a notice; the same view where all that is open counts."""


def nothing_aside(account: Account) -> bool:
    """Whether nobody paused or overrode anything, no fact waits, no fee is there, no money free."""
    if account.pauses or account.overrides or account.waiting or account.fees:
        return False
    for book in account.books:  # noqa: SIM110 - a generator takes longer than all the rest
        if book.free:
            return False
    return True


class Plain:
    """An account made ready to be seen on its last day or any later one, until a record comes."""

    __slots__ = (
        "_account",
        "_balance_minor",
        "_changes",
        "_contested",
        "_lasting",
        "_served",
        "_setting",
        "_views_change",
        "fits",
        "oldest",
        "origins",
        "reading",
        "terms",
    )

    def __init__(self, account: Account, setting: Setting, reading: Reading) -> None:
        self.reading, self.terms = reading, setting.terms
        self._account, self._setting = account, setting
        self.fits = nothing_aside(account) and not account.signals
        self.origins: list[tuple[Day, str, int]] = []
        """Of each open item: the date from which it ages, its currency, what counts of it."""
        self.oldest: Day = NEVER
        """The first of these dates."""
        self._balance_minor: dict[str, int] = {}
        if self.fits:
            self._add_items()
        self._contested: tuple[str, bool] | None = None
        self._served: list[Weighed] | None = None
        self._lasting = 0
        """The last day on which money counts for a promise."""
        for promise in account.promises:
            self._lasting = max(self._lasting, counts_until(promise, setting))
        self._changes: list[Day] | None = None
        self._views_change: list[Day] | None = None

    def _add_items(self) -> None:
        account, reading = self._account, self.reading
        from_invoice = reading.aging.from_invoice
        gross = reading.switches.amount_base == "gross"
        items, balance_minor = account.items, self._balance_minor
        for book in account.books:
            currency = book.currency
            for at in book.open:
                item = items[at]
                minor = item.amount_minor if gross else item.open_minor
                balance_minor[currency] = balance_minor.get(currency, 0) + minor
                began_on = item.on if from_invoice and item.due_on != NEVER else item.due_on
                self.origins.append((began_on, currency, minor))
                self.oldest = min(self.oldest, began_on)

    def view(self, on: Day, terms: Terms) -> View | None:
        """What every question sees of the debtor on a day; None where they do not see the same.

        ``terms``: in force on the day.
        """
        if not self._is_told(on, terms):
            return None
        promises = self._weighed(on) if self._account.promises else []
        return None if self._is_cut(on, terms, promises) else self._view_of_all(on, promises)

    def views(self, on: Day, terms: Terms) -> Views | None:
        """What each question sees of the debtor on a day; None where it asks for more of him."""
        if not self._is_told(on, terms):
            return None
        promises = self._weighed(on) if self._account.promises else []
        if self._is_cut(on, terms, promises):
            return self._views_of_lines(on, terms, promises)
        view = self._view_of_all(on, promises)
        return Views(view, view)

    def _is_told(self, on: Day, terms: Terms) -> bool:
        return self.fits and self._account.last_key[0] <= on and not terms.ignore_below_minor

    def _is_cut(self, on: Day, terms: Terms, promises: list[Weighed]) -> bool:
        """Whether a promise or a dispute keeps part of what is open from dunning."""
        return self._is_contested(on, terms) or any(map(_cover_minor, promises))

    def _weighed(self, on: Day) -> list[Weighed]:
        """The promises as of a day, where that matters."""
        if on > self._lasting and not self.reading.asks_promises:
            return []
        if self._served is None:
            self._served = served(self._account, self._setting)
        for one in self._served:
            conclude(one, on)
        return self._served

    def _is_contested(self, on: Day, terms: Terms) -> bool:
        """Whether a dispute keeps anything from dunning; none begins or ends without a record."""
        account = self._account
        if not account.disputes:
            return False
        if self._contested is None or self._contested[0] != terms.shield:
            found = any(shields(account, at, on, terms) for at in range(len(account.books)))
            self._contested = (terms.shield, found)
        return self._contested[1]

    def _view_of_all(self, on: Day, promises: list[Weighed]) -> View:
        aging = self.reading.aging
        oldest: int | None = None
        overdue_items, overdue_minor = 0, dict[str, int]()
        for began_on, currency, minor in self.origins:
            if began_on == NEVER:
                continue
            age = on - began_on
            if age > 0 and aging.grace_days:
                age = after_grace(age, aging)
            if oldest is None or age > oldest:
                oldest = age
            if age > 0:
                overdue_items += 1
                overdue_minor[currency] = overdue_minor.get(currency, 0) + minor
        counted = (oldest, overdue_minor, self._balance_minor, overdue_items, len(self.origins))
        return self._view(*counted, promises)

    def _views_of_lines(self, on: Day, terms: Terms, promises: list[Weighed]) -> Views:
        account, deferring = self._account, Deferring(promises, [], {})
        lines = list[Line]()
        for at in range(len(account.books)):
            add_lines(account, at, on, terms, deferring, lines, Totals())
        whole = self._view(None, {}, {}, 0, 0, promises)
        return Views(
            of_lines(whole, lines, "raise", self.reading),
            of_lines(whole, lines, "keep_harder", self.reading),
        )

    def _view(
        self,
        days_overdue: int | None,
        overdue_minor: dict[str, int],
        balance_minor: dict[str, int],
        overdue_items: int,
        open_items: int,
        promises: list[Weighed],
    ) -> View:
        account, reading = self._account, self.reading
        missed = missed_of(account, promises) if promises else NONE_MISSED
        profile = account.profiles[-1] if account.profiles else None
        return View(
            days_overdue,
            overdue_minor,
            balance_minor,
            {},
            {},
            {},
            missed.shortfall_minor,
            overdue_items,
            open_items,
            broken_weight(missed.broken, missed.partly_kept, reading),
            profile.segment if profile else None,
            profile.tags if profile else (),
            NO_SIGNALS,
        )

    def all_counts_from(self, on: Day) -> bool:
        """Whether nothing keeps any part of what is open from dunning, or will without a record."""
        account = self._account
        return on > self._lasting and not (account.disputes or account.reversals)

    def next_change(self, on: Day) -> Day:
        """The first day after this one on which more than an age changes; ``NEVER`` for none."""
        if self._changes is None:
            self._changes = sorted(change_days(self._account, self._setting))
        return _after(self._changes, on)

    def next_other_view(self, on: Day) -> Day:
        """The first of them on which a view changes: there are fewer, of which none is too many.

        Of a promise the day after its last, and for its shortfall that after its date.
        """
        if self._views_change is None:
            account, days = self._account, list[Day]()
            for promise in account.promises:
                for stage in promise.stages:
                    days.append(last_on(stage.due_on, self._setting) + 1)
                    if self.reading.asks_shortfall:
                        days.append(stage.due_on + 1)
            for rule in account.due_rules:
                days += (rule.latest_on, rule.latest_on + 1)
            days += [terms.effective_on.toordinal() for terms in self.terms]
            self._views_change = sorted(days)
        return _after(self._views_change, on)


def _after(days: Sequence[Day], on: Day) -> Day:
    later = bisect_right(days, on)
    return days[later] if later < len(days) else NEVER


_cover_minor = attrgetter("cover_minor")
