"""Which steps were taken against a debtor by a day: what is in force since when, what was lifted.

Two thresholds ask for it: ``days_since_step``, so that a step may follow another, and
``lifted_within``, so that one may stand for a while after another was lifted (practice 002-8).
"""

from collections.abc import Mapping
from datetime import date

import msgspec

NEVER_LIFTED: Mapping[str, int] = {}


class StepsTaken(msgspec.Struct, frozen=True):
    """The steps taken by the close of a day."""

    in_force: tuple[tuple[str, str, str, date], ...] = ()
    """Step, company, subject, and since when."""
    lifted_on: Mapping[str, date] = {}
    """When a step was last lifted because nothing demanded it any more."""


NO_STEPS = StepsTaken()


def with_begun(taken: StepsTaken, begun: StepsTaken, day: date = date.max) -> StepsTaken:
    """The steps taken by a day with those that are only just being said."""
    since_then = [each for each in begun.in_force if each[3] <= day]
    return StepsTaken((*taken.in_force, *since_then), taken.lifted_on)


def days_in_force(taken: StepsTaken, day: date, own: tuple[str, str] | None) -> dict[str, int]:
    """How long each step has been in force against a subject, or the whole debtor, in days.

    ``own``: company and subject; None for the debtor, for whom steps against any item count too.
    """
    days: dict[str, int] = {}
    for step, company, subject, since in taken.in_force:
        if own is None or (company, subject) == own or not subject.startswith("item:"):
            days[step] = max(days.get(step, 0), (day - since).days)
    return days


def days_since_lift(taken: StepsTaken, day: date) -> dict[str, int]:
    """How long ago each step was last lifted, in days."""
    return {step: (day - lifted_on).days for step, lifted_on in taken.lifted_on.items()}
