"""What the steps of a policy say together about the lives of their escalations."""

from services.notifier.domain.life import Repeat
from services.notifier.domain.policy import Policy


def shortest_days(policy: Policy) -> dict[str, int]:
    """By step in how many days it must be acknowledged; of its variants the shortest."""
    shortest: dict[str, int] = {}
    for step in policy.steps:
        days = step.acknowledge_within_days
        if days is not None:
            shortest[step.name] = min(days, shortest.get(step.name, days))
    return shortest


def repeats(policy: Policy) -> dict[str, tuple[Repeat, ...]]:
    """By step how it is said again, as each of its variants is."""
    found: dict[str, tuple[Repeat, ...]] = {}
    for step in policy.steps:
        if step.repeat is not None:
            found[step.name] = (*found.get(step.name, ()), step.repeat)
    return found


def graces(policy: Policy) -> tuple[int, ...]:
    """For how many days steps spare items that reversals opened again, ascending."""
    return tuple(sorted({step.reversal_grace_days for step in policy.steps} - {0}))
