"""How a policy reads a standing: its switches and its small amounts, ready for a View."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from huikuan.events.codec import minor
from services.notifier.domain.age import AS_DUE, Aging, aging_of
from services.notifier.domain.calendars import Calendar
from services.notifier.domain.condition import Condition, parts
from services.notifier.domain.policy import Policy
from services.notifier.domain.switches import AS_DESIGNED, Switches
from services.notifier.domain.workdays import rolling

NONE: Mapping[str, int] = {}
_ORDINARY = Calendar()


class Reading(msgspec.Struct, frozen=True):
    """How a policy reads a standing."""

    switches: Switches = AS_DESIGNED
    aging: Aging = AS_DUE
    partly_weight: Decimal = Decimal(AS_DESIGNED.partly_weight)
    ignored_minor: Mapping[str, int] = NONE
    """Per currency: an item of which less is owed does not count."""
    calendar: Calendar = _ORDINARY
    """By which working days are counted."""
    calendar_of: str | None = None
    """The time zone that the calendar is for; None of the general one."""
    asks_promises: bool = True
    """Whether any condition asks what was promised and not kept."""
    asks_shortfall: bool = True
    """Whether any asks how much of it."""


PLAIN = Reading()


def reading_of(policy: Policy, time_zone: str | None = None) -> Reading:
    """How this policy reads; a debtor of this time zone, which it must name, or any other."""
    ignored, calendars = policy.ignore_below or {}, policy.working_days
    his: Calendar = calendars if time_zone is None else calendars.by_time_zone[time_zone]
    conditions = [each for step in policy.steps for each in step.conditions]
    return Reading(
        policy,
        aging_of(policy, rolling(his)),
        Decimal(policy.partly_weight),
        {currency: minor(amount) for currency, amount in ignored.items()},
        his,
        time_zone,
        any(map(_asks_promises, conditions)),
        any(map(_asks_shortfall, conditions)),
    )


def _asks_promises(condition: Condition) -> bool:
    """Whether it asks what was promised and not kept."""
    asks = condition.broken_promises is not None or _asks_shortfall(condition)
    return asks or any(map(_asks_promises, parts(condition)))


def _asks_shortfall(condition: Condition) -> bool:
    asks = condition.promise_shortfall is not None
    return asks or any(map(_asks_shortfall, parts(condition)))
