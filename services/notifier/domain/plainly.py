"""What must be said about a debtor whom nobody pauses or overrides: told from views of the whole.

Most steps of most policies ask for nothing else. Where one does, ``decide`` asks further; both
come to the same.
"""

from datetime import date

from huikuan.debtor.standing import Outline, Standing
from services.notifier.domain.beginning import RunStart
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import NOT_DEMANDED, Change, Decision
from services.notifier.domain.counting import View
from services.notifier.domain.ending import end
from services.notifier.domain.guards import NO_GUARDS, AskGuards
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.plain import Views
from services.notifier.domain.steps_taken import NO_STEPS
from services.notifier.domain.view import DEBTOR, WHOLE_DEBTOR
from services.notifier.domain.workdays import is_day_to_hurt

_NOTHING = Decision([], waits_for_opening=False)


def decide_plainly(
    seen: Views,
    outline: Outline | Standing,
    case: Case,
    ladder: Ladder,
    *,
    opening: bool,
    run_start: RunStart | None,
    guards: AskGuards,
) -> Decision | None:
    """What must be said now; None where the view does not tell.

    ``seen``: what is seen of the whole debtor, whom nobody pauses or overrides, and who has no
    money free.
    """
    if not ladder.is_plain or ladder.graces:
        return None
    changes, there = list[Change](), set[str]()
    for each in case.open:
        rule = ladder.by_name.get(each.step)
        if rule is None or rule.step.kind != each.kind or each.subject != DEBTOR:
            return None
        if not _stays(rule, each, seen):
            if not rule.ends_at_once:
                return None
            changes.append(end(each, outline.day, ladder, NOT_DEMANDED))
        elif each.status == "raised" or len(each.approvers()) < rule.step.approvals_needed:
            there.add(each.step)
        else:
            return None
    waits = False
    for rule in _demanded(ladder, seen, there) if not outline.unsettled else ():
        if not rule.begins_at_once or (rule.hurts and guards() is not NO_GUARDS):
            return None
        if rule.hurts and not (opening and _may_hurt(ladder, outline)):
            waits = True
        else:
            on = run_start(rule, WHOLE_DEBTOR, NO_STEPS) if run_start else outline.day
            changes.append(_raise(rule, seen.softly, on, ladder))
    return Decision(changes, waits_for_opening=waits) if changes or waits else _NOTHING


def _stays(rule: Rule, each: Escalation, seen: Views) -> bool:
    if each.status != "raised" and not rule.when(seen.softly):
        return False
    return rule.kept(seen.harder if rule.hurts else seen.softly)


def _demanded(ladder: Ladder, seen: Views, there: set[str]) -> list[Rule]:
    softly, harder = seen
    return [
        rule
        for rule in ladder.rules
        if rule.step.name not in there and rule.demanded(softly, harder if rule.hurts else softly)
    ]


def _may_hurt(ladder: Ladder, outline: Outline | Standing) -> bool:
    return is_day_to_hurt(ladder.policy, ladder.reading.calendar, outline.day)


def _raise(rule: Rule, view: View, effective_on: date, ladder: Ladder) -> Change:
    step = rule.step
    return Change(
        word="raise",
        step=step.name,
        kind=step.kind,
        company=WHOLE_DEBTOR.company,
        subject=DEBTOR,
        effective_on=effective_on,
        policy_version=ladder.policy.version,
        inputs=rule.inputs(view),
        channels=step.channels or (),
    )
