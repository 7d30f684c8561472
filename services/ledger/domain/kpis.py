"""What finance asks every month: DSO, best possible DSO, ADD, CEI (design, algorithms 4.12).

Begin and end are all open items at the close of the first and the last date, whoever owes them;
current is what of the end was not overdue; sales are the invoices issued in between, without
those cancelled by the end.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import standing
from huikuan.events.codec import amount_of

_HUNDREDTH = Decimal("0.01")


class Sums(msgspec.Struct):
    """Of one currency, in minor units."""

    begin_minor: int = 0
    sales_minor: int = 0
    end_minor: int = 0
    current_minor: int = 0


class Kpis:
    """The figures of a period over any number of debtors."""

    def __init__(self, first_on: date, last_on: date) -> None:
        self._first_on = first_on
        self._last_on = last_on
        self._sums: dict[str, Sums] = {}

    def add(self, account: Account, setting: Setting) -> None:
        """Add one debtor."""
        for line in standing(account, self._first_on, setting).open_lines:
            self._of(line.currency).begin_minor += line.open_minor
        for line in standing(account, self._last_on, setting).open_lines:
            sums = self._of(line.currency)
            sums.end_minor += line.open_minor
            if line.days_overdue <= 0:
                sums.current_minor += line.open_minor
        first, last = self._first_on.toordinal(), self._last_on.toordinal()
        known = account_on(account, self._last_on, setting)
        for item in known.items:
            if first < item.on <= last and not item.cancelled:
                self._of(known.books[item.book].currency).sales_minor += item.amount_minor

    def answer(self) -> dict[str, Any]:
        """``GET /v1/kpis``; null where nothing was sold, for then there is no such figure."""
        days = (self._last_on - self._first_on).days
        return {
            "from": self._first_on,
            "to": self._last_on,
            "currencies": {
                currency: _figures(currency, sums, days)
                for currency, sums in sorted(self._sums.items())
                if sums.begin_minor or sums.sales_minor or sums.end_minor
            },
        }

    def _of(self, currency: str) -> Sums:
        return self._sums.setdefault(currency, Sums())


def _figures(currency: str, sums: Sums, days: int) -> dict[str, Any]:
    collectable_minor = sums.begin_minor + sums.sales_minor
    collected_minor = collectable_minor - sums.end_minor
    overdue_minor = sums.end_minor - sums.current_minor
    return {
        "begin": amount_of(sums.begin_minor, currency),
        "sales": amount_of(sums.sales_minor, currency),
        "end": amount_of(sums.end_minor, currency),
        "current": amount_of(sums.current_minor, currency),
        "days": days,
        "dso": _share(sums.end_minor * days, sums.sales_minor),
        "bpdso": _share(sums.current_minor * days, sums.sales_minor),
        "add": _share(overdue_minor * days, sums.sales_minor),
        "cei": _share(100 * collected_minor, collectable_minor - sums.current_minor),
    }


def _share(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) / whole).quantize(_HUNDREDTH, ROUND_HALF_UP))
