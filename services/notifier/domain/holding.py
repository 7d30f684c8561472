"""What escalations held: the amounts behind them, day by day, as an account goes through a period.

An amount stands from one look at the account to the next, so looking whenever a fact arrives or a
review falls due is enough.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from huikuan.debtor.account import Account
from huikuan.debtor.exposure import exposed_minor
from huikuan.debtor.things import NEVER, Day
from services.notifier.domain.backtest import Amounts
from services.notifier.domain.case import Escalation
from services.notifier.domain.view import DEBTOR

_ITEM = "item:"
Subject = tuple[str, str]
"""Company and subject of an escalation."""


class Holding:
    """The amounts behind the subjects of one debtor's escalations."""

    def __init__(self, then: Iterable[tuple[Day, Day, Subject]]) -> None:
        """``then``: of what was in force under the other policy, which is looked at too.

        Each the first day, the day after the last, and the subject.
        """
        self._coming = sorted(then, reverse=True)
        self._ends: dict[Subject, Day] = {}
        self._series: dict[Subject, tuple[list[Day], list[Amounts]]] = {}
        self._held: dict[tuple[Subject, Day, Day], Amounts] = {}
        self._noted = set[Subject]()
        """What was noted since the account changed."""

    @property
    def is_idle(self) -> bool:
        """Whether the other policy has nothing to be looked at."""
        return not (self._coming or self._ends)

    @property
    def idle_until(self) -> Day:
        """The first day on which the account must be looked at for the other policy's sake."""
        if self._ends:
            return 0
        return self._coming[-1][0] if self._coming else NEVER

    def change(self) -> None:
        """The account has changed: all is noted anew."""
        self._noted.clear()

    def begin(self, account: Account, on: Day) -> None:
        """Before a record is folded on a day: what begun since the last look finds it thus."""
        while self._coming and self._coming[-1][0] <= on:
            first, end, subject = self._coming.pop()
            self._ends[subject] = max(end, self._ends.get(subject, 0))
            self._note(subject, first, account)

    def look(self, account: Account, on: Day, still_open: Iterable[Escalation]) -> None:
        """After it was decided; what is proposed may come to be in force from a day before."""
        for each in still_open:
            self._note((each.company, each.subject), on, account)
        for subject, end in [*self._ends.items()] if self._ends else ():
            if end < on:
                del self._ends[subject]
            else:
                self._note(subject, on, account)

    def _note(self, subject: Subject, on: Day, account: Account) -> None:
        if subject in self._noted:
            return
        self._noted.add(subject)
        series = self._series.get(subject)
        if series is None:
            series = self._series[subject] = ([], [])
        days, amounts = series
        if days and days[-1] == on:
            amounts[-1] = _amounts(account, subject, on)
        else:
            days.append(on)
            amounts.append(_amounts(account, subject, on))

    def held(self, each: Escalation, first: date, end: date) -> Amounts:
        """Amount times days from a day to another, which does not count."""
        subject, on, stop = (each.company, each.subject), first.toordinal(), end.toordinal()
        known = self._held.get((subject, on, stop))
        if known is None:
            known = self._held[subject, on, stop] = self._sum(subject, on, stop)
        return known

    def _sum(self, subject: Subject, on: Day, stop: Day) -> Amounts:
        days, amounts = self._series.get(subject, ([], []))
        total = Amounts()
        at = max(bisect_right(days, on) - 1, 0)
        while on < stop and at < len(days):
            until = min(days[at + 1], stop) if at + 1 < len(days) else stop
            for currency, minor in amounts[at].items():
                total[currency] = total.get(currency, 0) + minor * (until - on)
            on, at = max(on, until), at + 1
        return {currency: minor for currency, minor in total.items() if minor}


def _amounts(account: Account, subject: Subject, on: Day) -> Amounts:
    company, name = subject
    if name == DEBTOR:
        return exposed_minor(account, on)
    found = Amounts()
    for book in account.books:
        if book.company != company:
            continue
        for at in book.open:
            item = account.items[at]
            item_name = f"{item.invoice}/{item.instalment}" if item.instalment else item.invoice
            if _ITEM + item_name == name:
                found[book.currency] = found.get(book.currency, 0) + item.open_minor
    return found
