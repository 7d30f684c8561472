"""How much of a debtor the steps of a policy need to see: no more is made ready."""

from services.notifier.domain.condition import asks_exposure, steps_named
from services.notifier.domain.policy import Policy
from services.notifier.domain.reading import Reading


def is_plain(policy: Policy, reading: Reading) -> bool:
    """Whether it reads only of the whole debtor, and of him only what ``plain_view`` tells."""
    if any(step.scope is not None or step.per == "item" for step in policy.steps):
        return False
    if reading.aging.roll is not None or reading.ignored_minor or policy.working_days.by_time_zone:
        return False
    conditions = [each for step in policy.steps for each in step.conditions]
    return not any(asks_exposure(each) or [*steps_named(each)] for each in conditions)
