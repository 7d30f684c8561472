"""When a debtor must be looked at again even if nothing arrives (law 6).

Every date on which any rule may change its answer is a candidate; the first is the next review.
A date too many costs a look, a date missing would skip a step.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from huikuan.debtor.things import NEVER, Day
from services.notifier.domain.beginning import hold_ends_on
from services.notifier.domain.case import Case
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.proving import waits_for_evidence
from services.notifier.domain.repeating import next_repetition_on


def next_review_on(
    day: date, by_itself: Day, case: Case, ladder: Ladder | None, *, waits_for_opening: bool
) -> date | None:
    """The first day after the open one on which something may have to be said, or None.

    ``by_itself``: when an item next comes of an age that a rule names, or the standing changes
    otherwise though nothing arrives; ``NEVER`` for never.
    ``waits_for_opening``: what ``decide`` said of the open day.
    """
    if ladder is not None and waits_for_opening:
        return day + timedelta(days=1)
    first = date.fromordinal(by_itself) if by_itself < NEVER else None
    if ladder is None or not (case.open or case.ended):
        return first
    candidates = [*_holds(day, case, ladder)]
    if ladder.repeats:
        candidates += _repetitions(day, case, ladder)
    if ladder.steps_named:
        candidates += _after_steps(day, case, ladder)
    if first is not None:
        candidates.append(first)
    return min(candidates, default=None)


def _holds(day: date, case: Case, ladder: Ladder) -> Iterator[date]:
    for each in case.open:
        if each.status != "proposed":
            continue
        if each.held is not None:
            yield day + timedelta(days=1)  # whatever its guard waits for may have come
            continue
        for rule in ladder.rules:
            if rule.step.name == each.step:
                if waits_for_evidence(rule.step, each):
                    yield day + timedelta(days=1)  # that of what is past due, which changes by day
                ends_on = hold_ends_on(ladder, rule.step, each)
                if ends_on > day:
                    yield ends_on


def _repetitions(day: date, case: Case, ladder: Ladder) -> Iterator[date]:
    for each in case.open:
        on = next_repetition_on(each, ladder, day)
        if on is not None:
            yield on


def _after_steps(day: date, case: Case, ladder: Ladder) -> Iterator[date]:
    """When a step that others name has been in force, or lifted, for the days they name."""
    for threshold, step, days in ladder.steps_named:
        for each in (*case.open, *case.ended):
            since = each.effective_on if threshold == "days_since_step" else each.ended_on
            if each.step == step and since is not None:
                on = since + timedelta(days=days)
                if on > day:
                    yield on
