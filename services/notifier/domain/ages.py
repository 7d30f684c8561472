"""The ages of items that a policy names: as items come of them, its answers may change."""

from services.notifier.domain.age import Aging, days_until
from services.notifier.domain.condition import counts_overdue, days_named
from services.notifier.domain.lives import graces
from services.notifier.domain.policy import Policy, Step


def days_of_any(policy: Policy, aging: Aging) -> tuple[int, ...]:
    """How many days after an item's date some rule may change its answer, ascending."""
    return _after_date(_named(policy), aging)


def days_of_each(policy: Policy, aging: Aging) -> tuple[int, ...]:
    """Those of them that matter of each item, and not of the oldest alone, where all items count.

    They do to a step per item, and where a number or an amount overdue is asked for.
    """
    scopes = [step.scope for step in policy.steps if step.scope is not None]
    for_some = any(scope.invoice is not None for scope in scopes)
    if policy.ignore_below or for_some or graces(policy):
        return days_of_any(policy, aging)  # then not all items count
    ages = set[int]()
    for step in policy.steps:
        if step.per == "item":
            ages |= _named_by(step, policy)
        elif any(map(counts_overdue, step.conditions)):
            ages.add(1)
    return _after_date(ages, aging)


def _named(policy: Policy) -> set[int]:
    return set[int]().union(*(_named_by(step, policy) for step in policy.steps))


def _named_by(step: Step, policy: Policy) -> set[int]:
    return set[int]().union(*(days_named(each, policy.compare) for each in step.conditions))


def _after_date(ages: set[int], aging: Aging) -> tuple[int, ...]:
    return tuple(sorted({days_until(age, aging) for age in ages}))
