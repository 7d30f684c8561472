"""By when a system that must obey has to say that it does (practice 003-8)."""

from collections.abc import Callable
from datetime import date

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.ladder import for_time_zone
from services.notifier.domain.policies import Adopted, ladder, of_version
from services.notifier.domain.workdays import after_working_days

ZoneOn = Callable[[date], str | None]
"""The debtor's time zone on a day."""


def acknowledge_by(each: Escalation, policies: list[Adopted], zone_on: ZoneOn) -> date | None:
    """The last day on which it is in time, by the policy that raised it; None where none is set.

    Working days are those of the debtor's time zone on the day when it was raised.
    """
    rules = ladder(of_version(policies, each.policy_version))
    days = rules.acknowledge_within_days.get(each.step) if rules else None
    if rules is None or days is None or each.status != "raised" or each.raised_on is None:
        return None
    his = for_time_zone(rules, zone_on(each.raised_on))
    return after_working_days(each.raised_on, days, his.reading.calendar)


def is_overdue(each: Escalation, policies: list[Adopted], zone_on: ZoneOn, day: date) -> bool:
    """Whether it should have been acknowledged before a day, and was not."""
    by = None if each.acknowledgements else acknowledge_by(each, policies, zone_on)
    return by is not None and day > by


def is_awaited(case: Case, policies: list[Adopted]) -> bool:
    """Whether somebody has yet to acknowledge something by some day."""
    for each in case.in_force():
        rules = ladder(of_version(policies, each.policy_version))
        if rules and each.step in rules.acknowledge_within_days and not each.acknowledgements:
            return True
    return False
