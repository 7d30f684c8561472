"""What the guards want a person to look at: one alarm for each cause, not for each debtor."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.notifier.shared import Released, Shared, Tripped

Day = tuple[dict[int, Tripped], Released | None]
"""The verdict of each partition that tripped, and who let all of them go."""


def tripped_days(shareds: Sequence[Shared]) -> dict[date, Day]:
    """The days on which the breaker tripped anywhere."""
    released = {each.tripped_on: each for shared in shareds for each in shared.released}
    found: dict[date, Day] = {}
    for partition, shared in enumerate(shareds):
        for each in shared.tripped:
            on = each.tripped_on
            found.setdefault(on, ({}, released.get(on)))[0][partition] = each
    return found


def alarms_of(shareds: Sequence[Shared]) -> Iterator[str]:
    """A sentence for whatever a person must look at, one for each cause."""
    for on, (verdicts, released) in sorted(tripped_days(shareds).items()):
        if released is None:
            steps = sum(each.steps for each in verdicts.values())
            yield (
                f"{on}: {steps} steps that hurt would have been raised in one day; "
                "all are held until a person approves or releases them"
            )
