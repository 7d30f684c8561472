"""A policy made ready to ask: its conditions as functions of a View.

``reached`` reads a condition's thresholds as "at least", ``below`` the same thresholds as "less
than": that is how ``lift_when`` reads them.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from huikuan.events.codec import amount_of as text_of
from huikuan.events.codec import minor
from services.notifier.domain.condition import (
    AMOUNT_FIELDS,
    COUNT_FIELDS,
    Condition,
    days_named,
    earliest_age,
    parts,
)
from services.notifier.domain.policy import Policy, Step
from services.notifier.domain.view import View

Test = Callable[[View], bool]


class Rule(msgspec.Struct, frozen=True):
    """A step with its conditions ready to ask."""

    step: Step
    when: Test
    unless: Test | None
    lift_when: Test | None

    def demanded(self, raising: View, keeping: View) -> bool:
        """Whether a new step is demanded; ``keeping`` so that it is not lifted at once."""
        return self.when(raising) and self.kept(keeping)

    def kept(self, keeping: View) -> bool:
        """Whether the step, in force, stays so."""
        if self.unless is not None and self.unless(keeping):
            return False
        if self.lift_when is not None:
            return not self.lift_when(keeping)
        return self.when(keeping)

    def was_due(self, keeping: View) -> bool:
        """Whether it was rightly raised, whatever lifts it since."""
        return self.when(keeping) and not (self.unless is not None and self.unless(keeping))


class Ladder(msgspec.Struct, frozen=True):
    """A policy's rules, mild to severe."""

    policy: Policy
    rules: tuple[Rule, ...]
    by_name: Mapping[str, Rule]
    days: tuple[int, ...]
    """Every age at which some rule may change its answer for an item, ascending."""
    earliest_age: tuple[int, int]
    """Below this age of his oldest item no debtor can reach any step: one without promises, one
    with."""


def ladder_of(policy: Policy) -> Ladder:
    """The policy, ready to ask."""
    rules = tuple(_rule(step) for step in policy.steps)
    days = set[int]()
    for step in policy.steps:
        for condition in (step.when, step.unless, step.lift_when):
            days |= days_named(condition) if condition else set()
    without, with_promises = (
        min(earliest_age(step.when, promised=promised) for step in policy.steps)
        for promised in (False, True)
    )
    return Ladder(
        policy=policy,
        rules=rules,
        by_name={rule.step.name: rule for rule in rules},
        days=tuple(sorted(days)),
        earliest_age=(without, with_promises),
    )


def _rule(step: Step) -> Rule:
    return Rule(
        step=step,
        when=reached(step.when),
        unless=reached(step.unless) if step.unless else None,
        lift_when=below(step.lift_when) if step.lift_when else None,
    )


def reached(condition: Condition) -> Test:
    """The condition as it stands in ``when`` and ``unless``: each threshold "at least"."""
    tests = [*_thresholds(condition), *(reached(part) for part in condition.all or ())]
    if condition.any:
        choices = [reached(part) for part in condition.any]
        tests.append(lambda view: any(test(view) for test in choices))
    return tests[0] if len(tests) == 1 else lambda view: all(test(view) for test in tests)


def below(condition: Condition) -> Test:
    """The condition as it stands in ``lift_when``: each threshold "less than"."""
    tests = [_not(test) for test in _thresholds(condition)]
    tests += [below(part) for part in condition.all or ()]
    if condition.any:
        choices = [below(part) for part in condition.any]
        tests.append(lambda view: any(test(view) for test in choices))
    return tests[0] if len(tests) == 1 else lambda view: all(test(view) for test in tests)


def _not(test: Test) -> Test:
    return lambda view: not test(view)


def _thresholds(condition: Condition) -> list[Test]:
    tests: list[Test] = []
    if condition.days_overdue is not None:
        tests.append(_aged(condition.days_overdue))
    for name, amount_of in _AMOUNTS.items():
        amounts = getattr(condition, name)
        if amounts is not None:
            tests.append(_amount(amount_of, amounts))
    for name, count_of in _COUNTS.items():
        count = getattr(condition, name)
        if count is not None:
            tests.append(_count(count_of, count))
    if condition.limit_used is not None:
        tests.append(_limit(Decimal(condition.limit_used)))
    if condition.segment is not None:
        tests.append(_segment(frozenset(condition.segment)))
    if condition.tag is not None:
        tests.append(_tag(frozenset(condition.tag)))
    return tests


_AMOUNTS: dict[str, Callable[[View], Mapping[str, int]]] = dict(
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
_COUNTS: dict[str, Callable[[View], int]] = dict(
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


def _aged(days: int) -> Test:
    return lambda view: view.days_overdue is not None and view.days_overdue >= days


def _amount(amount_of: Callable[[View], Mapping[str, int]], amounts: Mapping[str, str]) -> Test:
    least = [(currency, minor(amount)) for currency, amount in amounts.items()]

    def test(view: View) -> bool:
        there = amount_of(view)
        return any(there.get(currency, 0) >= amount for currency, amount in least)

    return test


def _count(count_of: Callable[[View], int], least: int) -> Test:
    return lambda view: count_of(view) >= least


def _limit(share: Decimal) -> Test:
    """No limit is never used up; of a limit of zero any exposure is more than every share."""

    def test(view: View) -> bool:
        exposure = view.exposure_minor
        return any(
            limit is not None
            and exposure.get(currency, 0) > 0
            and exposure[currency] >= limit * share
            for currency, limit in view.limit_minor.items()
        )

    return test


def _segment(segments: frozenset[str]) -> Test:
    return lambda view: view.segment in segments


def _tag(tags: frozenset[str]) -> Test:
    return lambda view: not tags.isdisjoint(view.tags)


def inputs_of(condition: Condition, view: View) -> dict[str, Any]:
    """What a condition saw, for people: the value behind each threshold that it names."""
    seen = _seen_here(condition, view)
    for part in parts(condition):
        for name, value in inputs_of(part, view).items():
            seen[name] = seen[name] | value if isinstance(seen.get(name), dict) else value
    return seen


def _seen_here(condition: Condition, view: View) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    if condition.days_overdue is not None:
        seen["days_overdue"] = view.days_overdue
    for name, amount_of in _AMOUNTS.items():
        if amounts := getattr(condition, name):
            there = amount_of(view)
            seen[name] = {cur: text_of(there.get(cur, 0), cur) for cur in amounts}
    for name, count_of in _COUNTS.items():
        if getattr(condition, name) is not None:
            seen[name] = count_of(view)
    if condition.limit_used is not None:
        limits = {cur: limit for cur, limit in view.limit_minor.items() if limit is not None}
        seen["limit"] = {cur: text_of(limit, cur) for cur, limit in limits.items()}
        seen["exposure"] = {cur: text_of(view.exposure_minor.get(cur, 0), cur) for cur in limits}
    if condition.segment is not None:
        seen["segment"] = view.segment
    if condition.tag is not None:
        seen["tag"] = list(view.tags)
    return seen
