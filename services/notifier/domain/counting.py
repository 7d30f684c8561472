"""How much of each line counts, and what a rule sees of the lines together: a View.

A new step sees what may be dunned today: not what is promised, disputed or paused. What is in
force sees more, because promises, pauses and open disputes lift nothing harder than a notice:
a notice stays while something is dunnable though paused, anything harder while something is owed.
Each question sees at least what the one before sees, so that what was raised also stays.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from huikuan.debtor.dealings import Signal
from huikuan.debtor.standing import Line, Standing, Sums
from services.notifier.domain.age import age_days
from services.notifier.domain.reading import PLAIN, Reading
from services.notifier.domain.steps_taken import NEVER_LIFTED

Question = Literal["raise", "keep_notice", "keep_harder"]
NO_SIGNALS: Mapping[str, int] = {}


class View(msgspec.Struct, frozen=True):
    """The inputs of every condition. Amounts in minor units by currency."""

    days_overdue: int | None
    overdue_minor: Mapping[str, int]
    balance_minor: Mapping[str, int]
    exposure_minor: Mapping[str, int]
    exposure_by: Mapping[str, Mapping[str, int]]
    """By currency, what stands in each bucket; only where the policy limits buckets."""
    limit_minor: Mapping[str, int | None]
    shortfall_minor: Mapping[str, int]
    overdue_items: int
    open_items: int
    broken_promises: int | Decimal
    """With what partly kept ones weigh."""
    segment: str | None
    tags: tuple[str, ...]
    severities: Mapping[str, int]
    """By what is seen in signals that hold, added up."""
    days_in_force: Mapping[str, int] | None = None
    """By step in force against this subject; None where a step is only to be kept."""
    days_since_lift: Mapping[str, int] = NEVER_LIFTED
    """By step lifted."""


def counted_minor(line: Line, question: Question, reading: Reading = PLAIN) -> int:
    """How much of a line counts for this question, in minor units."""
    switches = reading.switches
    if line.paused and (question == "raise" or switches.while_paused == "cleared"):
        return 0
    ignored_minor = reading.ignored_minor.get(line.currency, 0)
    if question == "keep_harder":
        counted = line.owed_minor if line.owed_minor >= ignored_minor else 0
    elif switches.promise_defers == "none":
        rest = line.open_minor - line.disputed_minor - line.unapplied_minor
        counted = rest if rest >= ignored_minor else 0
    else:
        counted = line.dunnable_minor
    return line.amount_minor if counted and switches.amount_base == "gross" else counted


def of_the_debtor(standing: Standing, reading: Reading) -> View:
    """What a view says of the debtor, whatever lines count."""
    sums = standing.sums
    return View(
        days_overdue=None,
        overdue_minor={},
        balance_minor={},
        exposure_minor={
            currency: each.exposure_minor - each.fees_minor for currency, each in sums.items()
        },
        exposure_by={currency: _by_bucket(each) for currency, each in sums.items()}
        if reading.switches.limit_buckets
        else {},
        limit_minor={currency: _limit(each, reading) for currency, each in sums.items()},
        shortfall_minor=standing.promise_shortfall_minor,
        overdue_items=0,
        open_items=0,
        broken_promises=broken_weight(
            standing.broken_promises, standing.partly_kept_promises, reading
        ),
        segment=standing.segment,
        tags=standing.tags,
        severities=_severities(standing.signals) if standing.signals else NO_SIGNALS,
    )


def of_lines(whole: View, lines: Iterable[Line], question: Question, reading: Reading) -> View:
    """What a rule sees of these lines; ``whole``: of the debtor."""
    oldest: int | None = None
    open_items = overdue_items = 0
    overdue_minor: dict[str, int] = {}
    balance_minor: dict[str, int] = {}
    without_pauses = question == "raise"
    for line in lines:
        counted = counted_minor(line, question, reading)
        if counted <= 0:
            continue
        open_items += 1
        balance_minor[line.currency] = balance_minor.get(line.currency, 0) + counted
        age = age_days(line, reading.aging, without_pauses=without_pauses)
        if age is None:
            continue
        if oldest is None or age > oldest:
            oldest = age
        if age > 0:
            overdue_items += 1
            overdue_minor[line.currency] = overdue_minor.get(line.currency, 0) + counted
    return View(
        oldest,
        overdue_minor,
        balance_minor,
        whole.exposure_minor,
        whole.exposure_by,
        whole.limit_minor,
        whole.shortfall_minor,
        overdue_items,
        open_items,
        whole.broken_promises,
        whole.segment,
        whole.tags,
        whole.severities,
    )


def _by_bucket(sums: Sums) -> Mapping[str, int]:
    """What stands in each bucket, without fees."""
    by = sums.exposure_by
    return {**by, "invoiced": by["invoiced"] - sums.fees_minor} if sums.fees_minor else by


def _limit(sums: Sums, reading: Reading) -> int | None:
    if sums.limit_minor == 0 and reading.switches.zero_limit == "unlimited":
        return None
    return sums.limit_minor


def broken_weight(broken: int, partly_kept: int, reading: Reading) -> int | Decimal:
    """What broken promises count, with what partly kept ones weigh."""
    return broken + (partly_kept * reading.partly_weight if partly_kept else 0)


def _severities(signals: Iterable[Signal]) -> dict[str, int]:
    severities: dict[str, int] = {}
    for each in sorted(signals, key=lambda each: each.sign):
        severities[each.sign] = severities.get(each.sign, 0) + each.severity
    return severities
