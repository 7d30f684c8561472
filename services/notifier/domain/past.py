"""What late facts show about days that were judged already.

A step is retracted when, on its effective date as known now, it was not to be had; the days since
are then judged again, and so are days that nobody judged yet.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from services.notifier.domain.beginning import RunStart
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import Change
from services.notifier.domain.demand import is_cleared, is_demanded, keeping
from services.notifier.domain.further import word_about
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.overriding import was_imposed
from services.notifier.domain.policy import Step
from services.notifier.domain.scoping import governing, seen_by
from services.notifier.domain.steps_taken import StepsTaken, with_begun
from services.notifier.domain.view import Sight, Subject

NOT_DUE_THEN = "not_due_then"


class Past(msgspec.Struct, frozen=True):
    """How any day looks as known now."""

    sight_on: Callable[[date], Sight]
    ladder_on: Callable[[date], Ladder | None]
    """The policy in force that day."""
    ladder_of: Callable[[str], Ladder | None]
    """The policy of that version."""


def retractions(case: Case, past: Past, changed_from: date) -> Iterator[Change]:
    """Escalations in force that a fact effective on ``changed_from`` shows not to have been due."""
    for each in case.in_force():
        if each.effective_on >= changed_from and not was_due(each, past):
            on, version = each.effective_on, each.policy_version
            yield word_about(each, "retract", on, version, reason=NOT_DUE_THEN)


def was_due(each: Escalation, past: Past) -> bool:
    """Whether an escalation was demanded at the close of its effective date, as known now.

    By its own policy version or by the policy of that day: days that are judged later are judged
    by the policies of their own, so that it may be effective from before its version came.
    """
    on = each.effective_on
    ladders = [past.ladder_of(each.policy_version)]
    if (then := past.ladder_on(on)) is not ladders[0]:
        ladders.append(then)
    return any(_was_due(each, past.sight_on(on), ladder) for ladder in ladders if ladder)


def _was_due(each: Escalation, sight: Sight, ladder: Ladder) -> bool:
    ladder, sight = seen_by(ladder, sight)
    rule = governing(ladder, each.step, each.subject)
    if rule is None or rule.step.kind != each.kind:
        return False
    subject = sight.subject(each.company, each.subject)
    if subject is None:
        return False
    if sight.outline.overrides and was_imposed(sight.outline, each.step, subject):
        return True
    if is_cleared(sight) or rule.spares(sight, subject):
        return False
    question = keeping(each.kind)
    raising = rule.view_to_raise(sight, subject, question)
    return rule.was_due(raising, rule.view(sight, subject, question))


def run_start_since(past: Past, day: date, since: date) -> RunStart:
    """The first day of the present run of demand, looking back from ``day`` to ``since``."""

    def run_start(rule: Rule, subject: Subject, begun: StepsTaken) -> date:
        start = day
        while start > since:
            before = start - timedelta(days=1)
            if not _was_demanded(past, before, rule.step, subject, begun):
                return start
            start = before
        return start

    return run_start


def _was_demanded(past: Past, day: date, step: Step, now: Subject, begun: StepsTaken) -> bool:
    ladder = past.ladder_on(day)
    if ladder is None:
        return False
    ladder, sight = seen_by(ladder, past.sight_on(day))
    if begun.in_force:
        sight = sight.having(with_begun(sight.taken, begun, day))
    rule = governing(ladder, step.name, now.subject)
    if rule is None or (rule.step.kind, rule.step.per) != (step.kind, step.per):
        return False
    subject = sight.subject(now.company, now.subject)
    return subject is not None and is_demanded(rule, sight, subject)
