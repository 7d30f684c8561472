"""How a policy reads a standing: its switches and its small amounts, ready for a View."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from huikuan.events.codec import minor
from services.notifier.domain.age import AS_DUE, Aging, aging_of
from services.notifier.domain.policy import Policy
from services.notifier.domain.switches import AS_DESIGNED, Switches
from services.notifier.domain.workdays import rolling

NONE: Mapping[str, int] = {}


class Reading(msgspec.Struct, frozen=True):
    """How a policy reads a standing."""

    switches: Switches = AS_DESIGNED
    aging: Aging = AS_DUE
    partly_weight: Decimal = Decimal(AS_DESIGNED.partly_weight)
    ignored_minor: Mapping[str, int] = NONE
    """Per currency: an item of which less is owed does not count."""


PLAIN = Reading()


def reading_of(policy: Policy) -> Reading:
    """How this policy reads."""
    ignored = policy.ignore_below or {}
    return Reading(
        policy,
        aging_of(policy, rolling(policy.working_days)),
        Decimal(policy.partly_weight),
        {currency: minor(amount) for currency, amount in ignored.items()},
    )
