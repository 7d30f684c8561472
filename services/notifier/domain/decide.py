"""What must be said about a debtor now: what the policy demands less what is in force (law 5).

Whatever is raised also stays (see ``view``), so asking twice says nothing the second time.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import msgspec

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import Change, Place, Word
from services.notifier.domain.demand import is_demanded, subjects
from services.notifier.domain.ending import any_cools, why_ended
from services.notifier.domain.guards import (
    NO_GUARDS,
    Guards,
    Raising,
    objection,
    raised_on,
)
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.overriding import OVERRIDDEN, is_imposed
from services.notifier.domain.policy import Step
from services.notifier.domain.proving import lacks_evidence
from services.notifier.domain.scoping import narrowed
from services.notifier.domain.seen import inputs_seen, lifted_by
from services.notifier.domain.stepping import milder_open, waits_for_milder, with_steps
from services.notifier.domain.view import Sight, Subject
from services.notifier.domain.workdays import after_working_days, is_day_to_hurt


class Decision(msgspec.Struct, frozen=True):
    """What must be said now, and whether the next day to open may change it by itself."""

    changes: list[Change]
    waits_for_opening: bool


RunStart = Callable[[Rule, Subject], date]
"""Since when the step is demanded without a break, among the days being judged."""


def decide(
    sight: Sight,
    case: Case,
    ladder: Ladder,
    *,
    opening: bool,
    again: frozenset[Place] = frozenset(),
    run_start: RunStart | None = None,
    guards: Guards = NO_GUARDS,
) -> Decision:
    """Endings first, then beginnings, mild to severe.

    ``opening``: a day opens, so steps that hurt may be raised. ``again``: places of escalations
    just retracted; one that is still demanded is raised again at once. ``run_start`` dates a
    beginning where days were missed; without it the day judged is the sight's own.
    """
    sight = sight.under(ladder.reading)
    ladder = narrowed(ladder, sight)
    sight = with_steps(sight, case, ladder, ())
    ended = list(_endings(sight, case, ladder))
    standing = sight.standing
    gone = {change.escalation for change in ended}
    cools = ladder.policy.step_down == "hysteresis" and any_cools(sight, case, ladder, gone)
    if standing.unsettled or (standing.paused and not standing.overrides):
        return Decision(ended, waits_for_opening=cools)
    still_open = {each.place: each for each in case.open if each.escalation not in gone}
    on_that_day: RunStart = run_start or (lambda *_: standing.day)
    sight = with_steps(sight, case, ladder, ended)
    may_hurt = opening and is_day_to_hurt(ladder.policy, standing.day)
    judged = Judged(sight, ladder, may_hurt, again, on_that_day, still_open, guards)
    began = list(_beginnings(judged))
    now = [change for change in began if change is not None]
    return Decision([*ended, *now], waits_for_opening=cools or len(now) < len(began))


class Judged(msgspec.Struct, frozen=True):
    """One debtor on one day, with what a beginning depends on."""

    sight: Sight
    ladder: Ladder
    may_hurt: bool
    again: frozenset[Place]
    run_start: RunStart
    still_open: Mapping[Place, Escalation]
    guards: Guards


def _endings(sight: Sight, case: Case, ladder: Ladder) -> Iterator[Change]:
    for each in case.open:
        reason = why_ended(sight, each, ladder)
        if reason is not None:
            yield Change(
                word="lift" if each.status == "raised" else "void",
                escalation=each.escalation,
                step=each.step,
                kind=each.kind,
                company=each.company,
                subject=each.subject,
                effective_on=sight.standing.day,
                policy_version=ladder.policy.version,
                reason=reason,
                inputs=lifted_by(sight, each) if reason == OVERRIDDEN else None,
            )


def _beginnings(judged: Judged) -> Iterator[Change | None]:
    """What begins now; None for what waits only for a day to open."""
    sight = judged.sight
    begun = set[tuple[str, str]]()
    for rule in judged.ladder.rules:
        step = rule.step
        for subject in subjects(step, sight):
            place = (step.name, subject.company, subject.subject)
            there = judged.still_open.get(place)
            if there is not None and there.status == "raised":
                continue
            if not is_demanded(rule, sight, subject):
                continue
            if there is not None:
                if _is_ready(judged, step, subject, there):
                    yield _raised_at_last(judged, rule, subject, there)
            elif _is_next(judged, rule, subject, place, begun):
                yield _begun(judged, rule, subject, place)
            else:
                yield None
            begun.add(place[1:])


def _is_next(
    judged: Judged, rule: Rule, subject: Subject, place: Place, begun: set[tuple[str, str]]
) -> bool:
    """Whether it may begin today; ``begun``: of whom a milder step begins or is demanded today."""
    if judged.ladder.policy.advance == "jump" or place in judged.again:
        return True
    if is_imposed(judged.sight.standing, rule.step.name, subject):
        return True
    milder = milder_open(judged.ladder, rule, subject, judged.still_open.values())
    return place[1:] not in begun and not waits_for_milder(milder, judged.sight.standing.day)


def _begun(judged: Judged, rule: Rule, subject: Subject, place: Place) -> Change | None:
    word = _first_word(judged, rule.step, subject, place)
    if word is None:
        return None
    begun = _change(judged, rule, subject, word, _since(judged, rule, subject), None)
    raising = _raising(judged, rule, subject, begun.effective_on, None)
    if word == "raise" and raising and (held := objection(judged.guards, raising)):
        return msgspec.structs.replace(begun, word="propose", reason=held)
    return begun


def _since(judged: Judged, rule: Rule, subject: Subject) -> date:
    """From when it is effective: one step a day cannot have come on a day before its milder one."""
    if judged.ladder.policy.advance == "one_step" and milder_open(
        judged.ladder, rule, subject, judged.still_open.values()
    ):
        return judged.sight.standing.day
    return judged.run_start(rule, subject)


def _raising(
    judged: Judged, rule: Rule, subject: Subject, judged_on: date, proposed: Escalation | None
) -> Raising | None:
    """What guards look at: a step that hurts, unless a person imposes it."""
    if not rule.step.hurts or is_imposed(judged.sight.standing, rule.step.name, subject):
        return None
    standing = judged.sight.standing
    return Raising(rule.step, judged.ladder.policy, standing, judged_on, proposed)


def _first_word(judged: Judged, step: Step, subject: Subject, place: Place) -> Word | None:
    if place in judged.again and not step.approvals_needed:
        return "raise"
    # A hold lets late money come to light; who imposes a step has decided whatever comes.
    if step.approvals_needed or (
        step.hold and not is_imposed(judged.sight.standing, step.name, subject)
    ):
        return "propose"
    return "raise" if judged.may_hurt or not step.hurts else None


def _is_ready(judged: Judged, step: Step, subject: Subject, proposed: Escalation) -> bool:
    if len(proposed.approvers()) < step.approvals_needed:
        return False
    if lacks_evidence(judged.sight, step, subject):
        return False
    standing = judged.sight.standing
    ripe_on = hold_ends_on(judged.ladder, step, proposed)
    return is_imposed(standing, step.name, subject) or standing.day >= ripe_on


def hold_ends_on(ladder: Ladder, step: Step, proposed: Escalation) -> date:
    """The day on which a proposed step may be raised."""
    return after_working_days(proposed.said_on, step.hold, ladder.policy.working_days)


def _raised_at_last(
    judged: Judged, rule: Rule, subject: Subject, proposed: Escalation
) -> Change | None:
    if rule.step.hurts and not judged.may_hurt:
        return None
    day = judged.sight.standing.day
    raised = _change(judged, rule, subject, "raise", day, proposed.escalation)
    ripe_on = hold_ends_on(judged.ladder, rule.step, proposed)
    judged_on = ripe_on if rule.step.hold else proposed.effective_on
    raising = _raising(judged, rule, subject, judged_on, proposed)
    if raising is None:
        return raised
    held = objection(judged.guards, raising)
    if held is None:
        return msgspec.structs.replace(raised, effective_on=raised_on(judged.guards, raising))
    held_anew = held != proposed.held
    return msgspec.structs.replace(raised, word="hold", reason=held) if held_anew else None


def _change(
    judged: Judged,
    rule: Rule,
    subject: Subject,
    word: Word,
    effective_on: date,
    escalation: str | None,
) -> Change:
    return Change(
        word=word,
        escalation=escalation,
        step=rule.step.name,
        kind=rule.step.kind,
        company=subject.company,
        subject=subject.subject,
        effective_on=effective_on,
        policy_version=judged.ladder.policy.version,
        inputs=inputs_seen(judged.sight, rule, subject),
    )
