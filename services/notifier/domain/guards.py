"""What keeps a step that hurts from being raised though the policy demands it: the guards.

Each is a function of the log. A step that a guard objects to is proposed and held; it is raised
when a day opens on which no guard objects any more, or once a person has approved it since.
"""

from datetime import date

import msgspec

from services.notifier.domain.case import Escalation
from services.notifier.domain.objections import MASS
from services.notifier.domain.policy import Breaker, Step


class Guards(msgspec.Struct, frozen=True):
    """What the guards know beside the debtor."""

    tripped: frozenset[date] = frozenset()
    """The days on which the breaker tripped, less those that a person released."""


NO_GUARDS = Guards()


class Raising(msgspec.Struct, frozen=True):
    """A step that hurts and would be raised today."""

    step: Step
    day: date
    effective_on: date
    proposed: Escalation | None
    """Where it was proposed before."""


def objection(guards: Guards, raising: Raising) -> str | None:
    """Why it must be held rather than raised; None where nothing is against it."""
    proposed = raising.proposed
    if proposed is not None and is_approved_since(proposed):
        return None
    if proposed is not None and proposed.held == MASS:
        return MASS if proposed.held_on in guards.tripped else None
    is_one_of_many = raising.day in guards.tripped and is_weighed(raising.step, proposed)
    return MASS if is_one_of_many else None


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
