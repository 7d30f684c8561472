"""When a debtor must be looked at again even if nothing arrives (law 6).

Every date on which any rule may change its answer is a candidate; the first is the next review.
A date too many costs a look, a date missing would skip a step.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from huikuan.debtor.standing import Standing
from services.notifier.domain.case import Case
from services.notifier.domain.decide import decide, hold_ends_on
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.view import Sight


def next_review_on(
    sight: Sight,
    case: Case,
    ladder: Ladder | None,
    changes: Iterable[date],
    *,
    waits_for_opening: bool | None = None,
) -> date | None:
    """The first day after the standing's own on which something may have to be said, or None.

    ``changes``: later dates on which the standing changes other than by ageing.
    ``waits_for_opening``: what ``decide`` said last, where nothing changed since.
    """
    standing = sight.standing
    candidates = [*changes]
    if ladder is not None:
        candidates += _birthdays(standing, ladder)
        candidates += _holds(standing, case, ladder)
        if waits_for_opening is None:
            waits_for_opening = decide(sight, case, ladder, opening=False).waits_for_opening
        if waits_for_opening:
            candidates.append(standing.day + timedelta(days=1))
    return min(candidates, default=None)


def _birthdays(standing: Standing, ladder: Ladder) -> Iterator[date]:
    for line in standing.lines:
        if line.due_on is None:
            continue
        at = bisect_right(ladder.days, line.days_overdue)
        if at < len(ladder.days):
            yield line.due_on + timedelta(days=ladder.days[at])


def _holds(standing: Standing, case: Case, ladder: Ladder) -> Iterator[date]:
    for each in case.open:
        rule = ladder.by_name.get(each.step)
        if each.status == "proposed" and rule is not None:
            ends_on = hold_ends_on(ladder, rule.step, each)
            if ends_on > standing.day:
                yield ends_on
