"""What keeps a step that hurts from being raised though the policy demands it: the guards.

Each is a function of the log. A step that a guard objects to is proposed and held; it is raised
when a day opens on which no guard objects any more, or once a person has approved it since.
"""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec

from services.notifier.domain.case import Escalation
from services.notifier.domain.objections import FEED_AWAITED, FEED_LATE, MASS, UNMATCHED, UNRATED
from services.notifier.domain.policy import Breaker, Policy, Step
from services.notifier.domain.rates import Rates
from services.notifier.domain.unmatched import cash_against_overdue
from services.notifier.domain.view import Sight


class Guards(msgspec.Struct, frozen=True):
    """What the guards know beside the debtor."""

    tripped: frozenset[date] = frozenset()
    """The days on which the breaker tripped, less those that a person released."""
    complete_through: date | None = None
    """Every known payments feed is complete up to here; None where none is known."""
    rates: Rates = ()


NO_GUARDS = Guards()
AskGuards = Callable[[], Guards]
"""Asked only where a step that hurts would be raised, which is seldom."""


def no_guards() -> Guards:
    """Nothing is known that would keep a step off."""
    return NO_GUARDS


class Raising(msgspec.Struct, frozen=True):
    """A step that hurts and would be raised today."""

    step: Step
    policy: Policy
    sight: Sight
    judged_on: date
    """The day that was judged: when it came to be demanded, or its hold ended."""
    proposed: Escalation | None
    """Where it was proposed before."""


def objection(guards: Guards, raising: Raising) -> str | None:
    """Why it must be held rather than raised; None where nothing is against it."""
    proposed = raising.proposed
    if proposed is not None and is_approved_since(proposed):
        return None
    if proposed is not None and proposed.held == MASS and proposed.held_on in guards.tripped:
        return MASS
    return _feeds(guards, raising) or _cash(guards, raising) or _mass(guards, raising)


def _feeds(guards: Guards, raising: Raising) -> str | None:
    through = guards.complete_through
    if through is None or through >= raising.judged_on:
        return None
    waited = raising.sight.outline.day - raising.judged_on
    patient = waited < timedelta(days=raising.policy.feed_wait_days)
    return FEED_AWAITED if patient else FEED_LATE


def _cash(guards: Guards, raising: Raising) -> str | None:
    if raising.policy.unmatched_cash == "ignore" or raising.sight.plain is not None:
        return None  # of whom all that is open counts, no cash is unmatched
    cover = cash_against_overdue(raising.sight.standing, guards.rates)
    return {"less": None, "enough": UNMATCHED, "no_rate": UNRATED}[cover]


def _mass(guards: Guards, raising: Raising) -> str | None:
    is_one_of_many = raising.sight.outline.day in guards.tripped
    return MASS if is_one_of_many and is_weighed(raising.step, raising.proposed) else None


def raised_on(guards: Guards, raising: Raising) -> date:
    """From when a proposed step counts: not from a day for which its money was not known."""
    day, through = raising.sight.outline.day, guards.complete_through
    if through is None or through < raising.judged_on:
        return day
    return min(day, through)


def is_approved_since(proposed: Escalation) -> bool:
    """Whether a person approved it after a guard had held it."""
    held_on = proposed.held_on
    return held_on is not None and any(answer.on >= held_on for answer in proposed.approvals)


def is_weighed(step: Step, proposed: Escalation | None) -> bool:
    """Whether the breaker counts it: not what people have approved or released one by one."""
    if step.approvals_needed:
        return False
    return proposed is None or not (proposed.held == MASS or is_approved_since(proposed))


def trips(breaker: Breaker, steps: int, debtors: int) -> bool:
    """Whether so many steps in one day are more than the larger of a number and a share."""
    return steps > breaker.count and 100 * steps > breaker.share * debtors


def debtors_that_matter(breaker: Breaker, steps: int) -> int:
    """With so many debtors these steps trip nothing; 0 where no number of debtors helps."""
    return -(-100 * steps // breaker.share) if breaker.share else 0
