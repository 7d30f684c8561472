"""When a step in force is said again: every so many days from its effective date, so many times.

A date on which it may not be dunned (paused, promised, disputed, not settled) is left out, and the
rhythm stays: a pause delays nothing and brings no flood when it ends.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import Change
from services.notifier.domain.demand import is_demanded
from services.notifier.domain.further import word_about
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.life import Repeat
from services.notifier.domain.past import Past
from services.notifier.domain.scoping import governing, narrowed, seen_by
from services.notifier.domain.view import Sight, Subject


def repetitions(
    case: Case, past: Past, ladder: Ladder, days: tuple[date, date], *, opening: bool
) -> list[Change]:
    """What is to be said again. ``days``: the first that is judged now, and the open one."""
    if ladder.is_scoped:
        ladder = narrowed(ladder, past.sight_on(days[1]))
    return [
        change
        for each in case.in_force()
        if (rule := governing(ladder, each.step, each.subject)) is not None
        and rule.step.repeat is not None
        and (opening or not rule.step.hurts)
        for change in _of(each, rule.step.repeat, past, days)
    ]


def next_repetition_on(each: Escalation, ladder: Ladder, day: date) -> date | None:
    """The first day after this one on which an escalation may be said again."""
    if each.status != "raised":
        return None
    return min(
        (
            _on_or_after(each, repeat, day + timedelta(days=1))
            for repeat in ladder.repeats.get(each.step, ())
            if len(each.repeated_on) < repeat.times
        ),
        default=None,
    )


def _of(each: Escalation, repeat: Repeat, past: Past, days: tuple[date, date]) -> Iterator[Change]:
    judged_from, day = days
    # The days until it was raised were judged then.
    if each.raised_on is not None and each.raised_on < day:
        judged_from = max(judged_from, each.raised_on + timedelta(days=1))
    said, last_on = len(each.repeated_on), max(each.repeated_on, default=each.effective_on)
    on = _on_or_after(each, repeat, max(judged_from, last_on + timedelta(days=1)))
    while on <= day and said < repeat.times:
        seen = _seen(past, on, each)
        if seen is not None:
            said, last_on = said + 1, on
            rule, sight, subject = seen
            inputs = rule.inputs(rule.view(sight, subject, "raise"))
            inputs["repetition"] = {"number": said, "of": repeat.times}
            yield word_about(each, "repeat", on, each.policy_version, inputs=inputs)
        on += timedelta(days=repeat.every_days)
    if said >= repeat.times and each.exhausted_after < said:
        yield word_about(each, "exhaust", last_on, each.policy_version)


def _on_or_after(each: Escalation, repeat: Repeat, day: date) -> date:
    """The first date of the rhythm from a day on; never the effective date itself."""
    every = repeat.every_days
    passed = max((day - each.effective_on).days, 1)
    return each.effective_on + timedelta(days=-(-passed // every) * every)


def _seen(past: Past, on: date, each: Escalation) -> tuple[Rule, Sight, Subject] | None:
    """What demands the step on a date; None where it may not be dunned then."""
    ladder = past.ladder_on(on)
    if ladder is None:
        return None
    ladder, sight = seen_by(ladder, past.sight_on(on))
    rule = governing(ladder, each.step, each.subject)
    if rule is None:
        return None
    subject = sight.subject(each.company, each.subject)
    if subject is None or sight.outline.unsettled or not is_demanded(rule, sight, subject):
        return None
    return rule, sight, subject
