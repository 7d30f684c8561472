"""By when a system that must obey has to say that it does (practice 003-8)."""

from datetime import date

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.policies import Adopted, ladder, of_version
from services.notifier.domain.workdays import after_working_days


def acknowledge_by(each: Escalation, policies: list[Adopted]) -> date | None:
    """The last day on which it is in time, by the policy that raised it; None where none is set."""
    rules = ladder(of_version(policies, each.policy_version))
    days = rules.acknowledge_within_days.get(each.step) if rules else None
    if rules is None or days is None or each.status != "raised" or each.raised_on is None:
        return None
    return after_working_days(each.raised_on, days, rules.policy.working_days)


def is_overdue(each: Escalation, policies: list[Adopted], day: date) -> bool:
    """Whether it should have been acknowledged before a day, and was not."""
    by = None if each.acknowledgements else acknowledge_by(each, policies)
    return by is not None and day > by


def is_awaited(case: Case, policies: list[Adopted]) -> bool:
    """Whether somebody has yet to acknowledge something by some day."""
    for each in case.in_force():
        rules = ladder(of_version(policies, each.policy_version))
        if rules and each.step in rules.acknowledge_within_days and not each.acknowledgements:
            return True
    return False
