"""When a debtor must be looked at again even if nothing arrives (law 6).

Every date on which any rule may change its answer is a candidate; the first is the next review.
A date too many costs a look, a date missing would skip a step.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from huikuan.debtor.things import Day
from services.notifier.domain.beginning import hold_ends_on
from services.notifier.domain.case import Case
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.proving import waits_for_evidence
from services.notifier.domain.repeating import next_repetition_on


def next_review_on(
    day: date,
    birthday: Day | None,
    case: Case,
    ladder: Ladder | None,
    changes: Iterable[date],
    *,
    waits_for_opening: bool,
) -> date | None:
    """The first day after the open one on which something may have to be said, or None.

    ``birthday``: when an item comes of an age that a rule names, as a day number.
    ``changes``: later dates on which the standing changes other than by ageing.
    ``waits_for_opening``: what ``decide`` said of the open day.
    """
    candidates = [*changes]
    if ladder is not None:
        if birthday is not None:
            candidates.append(date.fromordinal(birthday))
        candidates += _holds(day, case, ladder)
        candidates += _repetitions(day, case, ladder)
        candidates += _after_steps(day, case, ladder)
        if waits_for_opening:
            candidates.append(day + timedelta(days=1))
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
    for each in case.open if ladder.repeats else ():
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
