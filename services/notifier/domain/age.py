"""How old an item is under a policy: from which date, with what grace, without which pauses.

A new step does not count paused days; what is in force is judged by the plain age, because a
pause lifts nothing.
"""

from collections.abc import Callable

import msgspec

from huikuan.debtor.lines import Line
from huikuan.debtor.things import Day
from services.notifier.domain.switches import AS_DESIGNED, Switches

Roll = Callable[[Day], Day]
"""A due date, as a day number, moved to where it counts from."""


class Aging(msgspec.Struct, frozen=True):
    """How a policy counts an item's age in days."""

    from_invoice: bool
    grace_days: int
    grace_shifts: bool
    counts_all_pauses: bool
    roll: Roll | None = None
    """None where a due date on a day off stays."""


def aging_of(switches: Switches, roll: Roll | None = None) -> Aging:
    """The switches that are about age; ``roll`` is asked where due dates roll."""
    return Aging(
        switches.age_from == "invoice_date",
        switches.grace_days,
        switches.grace_effect == "shifts_date",
        switches.pause_counts == "all",
        None if switches.due_roll == "off" else roll,
    )


AS_DUE = aging_of(AS_DESIGNED)


def age_days(line: Line, aging: Aging, *, without_pauses: bool) -> int | None:
    """A line's age in days, negative before its date; None where it is not due by any event yet."""
    if line.due_on is None:
        return None
    if aging.from_invoice:
        age = line.days_since_invoice
    elif aging.roll is None:
        age = line.days_overdue
    else:
        due_on = line.due_on.toordinal()
        age = line.days_overdue - (aging.roll(due_on) - due_on)
    if age <= 0:
        return age
    if without_pauses and line.paused_ago:
        age = max(0, age - paused_days(line.paused_ago, age, aging))
    return after_grace(age, aging) if aging.grace_days else age


def after_grace(age: int, aging: Aging) -> int:
    """The age of an item past its date, less the grace or none within it."""
    if aging.grace_shifts:
        return max(0, age - aging.grace_days)
    return 0 if age <= aging.grace_days else age


def paused_days(paused_ago: tuple[tuple[int, int], ...], age: int, aging: Aging) -> int:
    """How many of the paused days count, for an item of this plain age.

    ``paused_ago``: (first, last) of each stretch, as days ago. The day ``age`` days ago is the
    item's date, on which it is not overdue.
    """
    oldest = max(first for first, _ in paused_ago) if aging.counts_all_pauses else age - 1
    return sum(max(0, min(first, oldest) - last + 1) for first, last in paused_ago)


def days_until(age: int, aging: Aging) -> int:
    """How many days after its date, pauses aside, an item comes of an age."""
    if age <= 0 or not aging.grace_days:
        return age
    return age + aging.grace_days if aging.grace_shifts else max(age, aging.grace_days + 1)
