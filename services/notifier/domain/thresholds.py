"""Thresholds as tests of a View, compared as the policy's switches say."""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce

from huikuan.events.codec import minor
from services.notifier.domain.condition import AMOUNT_FIELDS, COUNT_FIELDS, Condition
from services.notifier.domain.counting import View
from services.notifier.domain.switches import Switches

Test = Callable[[View], bool]
Reaches = Callable[[int | Decimal, int | Decimal], bool]
"""(what is there, threshold): "at least", or "exceeds"."""


def reached(condition: Condition, switches: Switches) -> Test:
    """The condition as it stands in ``when`` and ``unless``: each threshold reached."""
    tests = _thresholds(condition, switches)
    tests += [reached(part, switches) for part in condition.all or ()]
    if condition.any:
        choices = [reached(part, switches) for part in condition.any]
        tests.append(reduce(_either, choices))
    return reduce(_both, tests)


def below(condition: Condition, switches: Switches) -> Test:
    """The condition as it stands in ``lift_when``: each threshold not reached."""
    tests = [_not(test) for test in _thresholds(condition, switches)]
    tests += [below(part, switches) for part in condition.all or ()]
    if condition.any:
        choices = [below(part, switches) for part in condition.any]
        tests.append(reduce(_either, choices))
    return reduce(_both, tests)


def _either(one: Test, other: Test) -> Test:
    return lambda view: one(view) or other(view)


def _both(one: Test, other: Test) -> Test:
    return lambda view: one(view) and other(view)


def _not(test: Test) -> Test:
    return lambda view: not test(view)


def _thresholds(condition: Condition, switches: Switches) -> list[Test]:
    reaches: Reaches = operator.gt if switches.compare == "exceeds" else operator.ge
    tests: list[Test] = []
    if condition.days_overdue is not None:
        tests.append(_aged(condition.days_overdue, reaches))
    for name, amount_of in AMOUNTS.items():
        amounts = getattr(condition, name)
        if amounts is not None:
            tests.append(_amount(amount_of, amounts, reaches))
    for name, count_of in COUNTS.items():
        count = getattr(condition, name)
        if count is not None:
            tests.append(_count(count_of, count, reaches))
    if condition.limit_used is not None:
        tests.append(_limit(Decimal(condition.limit_used), switches, reaches))
    return tests + _beside(condition, reaches)


def _beside(condition: Condition, reaches: Reaches) -> list[Test]:
    """What is no amount, number or age: steps taken, signs of trouble, who the debtor is."""
    tests: list[Test] = []
    if condition.days_since_step is not None:
        tests.append(_since(condition.days_since_step, reaches))
    if condition.lifted_within is not None:
        tests.append(_lifted(condition.lifted_within))
    if condition.signals is not None:
        tests.append(_signalled(condition.signals, reaches))
    if condition.segment is not None:
        tests.append(_segment(frozenset(condition.segment)))
    if condition.tag is not None:
        tests.append(_tag(frozenset(condition.tag)))
    return tests


AMOUNTS: dict[str, Callable[[View], Mapping[str, int]]] = dict(
    zip(
        AMOUNT_FIELDS,
        (
            lambda view: view.overdue_minor,
            lambda view: view.balance_minor,
            lambda view: view.exposure_minor,
            lambda view: view.shortfall_minor,
        ),
        strict=True,
    )
)
COUNTS: dict[str, Callable[[View], int | Decimal]] = dict(
    zip(
        COUNT_FIELDS,
        (
            lambda view: view.overdue_items,
            lambda view: view.open_items,
            lambda view: view.broken_promises,
        ),
        strict=True,
    )
)


def _aged(days: int, reaches: Reaches) -> Test:
    return lambda view: view.days_overdue is not None and reaches(view.days_overdue, days)


def _amount(
    amount_of: Callable[[View], Mapping[str, int]], amounts: Mapping[str, str], reaches: Reaches
) -> Test:
    least = [(currency, minor(amount)) for currency, amount in amounts.items()]

    def test(view: View) -> bool:
        there = amount_of(view)
        return any(reaches(there.get(currency, 0), amount) for currency, amount in least)

    return test


def _count(count_of: Callable[[View], int | Decimal], least: int, reaches: Reaches) -> Test:
    return lambda view: reaches(count_of(view), least)


def _limit(share: Decimal, switches: Switches, reaches: Reaches) -> Test:
    """No limit is never used up; of a limit of zero any exposure is more than every share."""
    buckets = {} if switches.limit_test == "total" else switches.limit_buckets or {}
    shares = [(bucket, share * Decimal(part)) for bucket, part in sorted(buckets.items())]
    counts_total = switches.limit_test != "any_bucket"

    def is_used(there_minor: int, limit_minor: int, most: Decimal) -> bool:
        return there_minor > 0 and reaches(there_minor, limit_minor * most)

    def test(view: View) -> bool:
        for currency, limit in view.limit_minor.items():
            if limit is None:
                continue
            if counts_total and is_used(view.exposure_minor.get(currency, 0), limit, share):
                return True
            by = view.exposure_by.get(currency, {})
            if any(is_used(by.get(bucket, 0), limit, most) for bucket, most in shares):
                return True
        return False

    return test


def _signalled(needed: int | Mapping[str, int], reaches: Reaches) -> Test:
    if isinstance(needed, int):
        return lambda view: reaches(sum(view.severities.values()), needed)
    least = tuple(needed.items())
    return lambda view: any(reaches(view.severities.get(sign, 0), each) for sign, each in least)


def _segment(segments: frozenset[str]) -> Test:
    return lambda view: view.segment in segments


def _tag(tags: frozenset[str]) -> Test:
    return lambda view: not tags.isdisjoint(view.tags)


def _since(steps: Mapping[str, int], reaches: Reaches) -> Test:
    """For a new step; what is in force stays while anything counts, whatever became of those."""

    def test(view: View) -> bool:
        if view.open_items == 0:
            return False
        there = view.days_in_force
        if there is None:
            return True
        return all(step in there and reaches(there[step], days) for step, days in steps.items())

    return test


def _lifted(steps: Mapping[str, int]) -> Test:
    def test(view: View) -> bool:
        there = view.days_since_lift
        return any(step in there and there[step] < days for step, days in steps.items())

    return test
