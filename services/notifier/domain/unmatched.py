"""Cash that a debtor has paid and that pays nothing yet: in another currency, or to other books."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from huikuan.debtor.standing import Standing
from services.notifier.domain.rates import Rates, worth

Cover = Literal["less", "enough", "no_rate"]


def cash_against_overdue(standing: Standing, rates: Rates) -> Cover:
    """Whether unmatched cash is at least what is overdue, by the rates of the day.

    Cash in an overdue item's own books covers it already; whatever is left over of any currency
    counts here, also money whose value date has not come.
    """
    overdue = {cur: sums.overdue_minor for cur, sums in standing.sums.items()}
    overdue = {cur: minor for cur, minor in overdue.items() if minor > 0}
    left = _left_over(standing)
    if not overdue or not left:
        return "less"
    return _compared(left, overdue, rates, standing.day)


def _compared(left: Mapping[str, int], overdue: Mapping[str, int], rates: Rates, on: date) -> Cover:
    for currency in sorted({*overdue, *left}):
        cash, debt = (worth(each, currency, rates, on) for each in (left, overdue))
        if cash is not None and debt is not None:
            return "enough" if cash >= debt else "less"
    return "no_rate"


def _left_over(standing: Standing) -> dict[str, int]:
    """By currency, the cash that covers no overdue item."""
    left = {cur: sums.unapplied_minor + sums.coming_minor for cur, sums in standing.sums.items()}
    for line in standing.lines:
        if line.days_overdue > 0 and line.unapplied_minor:
            left[line.currency] -= line.unapplied_minor
    return {cur: minor for cur, minor in left.items() if minor > 0}
