"""How a debtor moves along the ladder: one step a day where the policy says so, and slowly down.

A step may wait, too, until the notices before it have reached the debtor.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import NOT_DEMANDED, Change
from services.notifier.domain.demand import keeping
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.policy import hurts
from services.notifier.domain.steps_taken import StepsTaken
from services.notifier.domain.view import Sight, Subject


def milder_open(
    ladder: Ladder, rule: Rule, subject: Subject, still_open: Iterable[Escalation]
) -> list[Escalation]:
    """What is proposed or in force against the same subject by a milder step."""
    severity = ladder.policy.severity
    rank = severity[rule.step.name]
    own = (subject.company, subject.subject)
    return [
        each
        for each in still_open
        if (each.company, each.subject) == own and severity.get(each.step, -1) < rank
    ]


def waits_for_milder(milder: Iterable[Escalation], day: date) -> bool:
    """Whether a milder step came only today, or is not in force yet."""
    return any(each.raised_on is None or each.raised_on >= day for each in milder)


def undelivered(ladder: Ladder, milder: Iterable[Escalation]) -> list[Escalation]:
    """The notices in force among these that nobody reported as delivered, where it is asked for."""
    if ladder.policy.advance != "after_delivered":
        return []
    return [
        each
        for each in milder
        if each.status == "raised" and not hurts(each.kind) and each.delivered is None
    ]


def is_cooling(sight: Sight, each: Escalation, rule: Rule, ladder: Ladder) -> bool:
    """Whether a step that is not to be had any more stays, because it lately was (hysteresis)."""
    policy = ladder.policy
    if policy.step_down != "hysteresis" or each.status != "raised" or not hurts(each.kind):
        return False
    day = sight.outline.day
    return any(
        _was_kept(sight, each, rule, day - timedelta(days=ago))
        for ago in range(1, policy.step_down_days + 1)
    )


def _was_kept(sight: Sight, each: Escalation, rule: Rule, day: date) -> bool:
    then = sight.on(day)
    subject = then.subject(each.company, each.subject)
    return subject is not None and rule.kept(rule.view(then, subject, keeping(each.kind)))


def with_steps(sight: Sight, case: Case, ladder: Ladder, ending: Iterable[Change]) -> Sight:
    """The sight with the steps taken, where a threshold names any; ``ending``: just being said."""
    if not ladder.steps_named:
        return sight
    reasons = {str(change.escalation): change.reason for change in ending}
    return sight.having(steps_taken(case, sight.outline.day, reasons))


def steps_taken(case: Case, day: date, ending: Mapping[str, str | None]) -> StepsTaken:
    """As the case has them; ``ending``: the reasons of what is just being ended, by id."""
    in_force: list[tuple[str, str, str, date]] = []
    lifted_on: dict[str, date] = {}
    for each in (*case.ended, *case.open):
        if each.raised_at is None or each.status == "retracted" or each.effective_on > day:
            continue
        ended_on, reason = each.ended_on, each.reason
        if each.escalation in ending:
            ended_on, reason = day, ending[each.escalation]
        if ended_on is None or ended_on > day:
            in_force.append((each.step, each.company, each.subject, each.effective_on))
        elif reason == NOT_DEMANDED:
            lifted_on[each.step] = max(ended_on, lifted_on.get(each.step, ended_on))
    return StepsTaken(tuple(in_force), lifted_on)
