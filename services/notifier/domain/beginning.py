"""What begins against a debtor on a day: steps that are demanded and neither proposed nor in force.

A step may ask since when another has been in force, and where days were missed both begin in one
decision: so what begins is asked again until nothing more does.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from services.notifier.domain.case import Escalation
from services.notifier.domain.change import Change, Place, Word
from services.notifier.domain.charging import charges_of
from services.notifier.domain.demand import is_demanded, subjects
from services.notifier.domain.guards import AskGuards, Raising, objection, raised_on
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.overriding import is_imposed
from services.notifier.domain.policy import Step
from services.notifier.domain.proving import lacks_evidence
from services.notifier.domain.seen import inputs_seen
from services.notifier.domain.stepping import milder_open, undelivered, waits_for_milder
from services.notifier.domain.steps_taken import NO_STEPS, StepsTaken, with_begun
from services.notifier.domain.view import Sight, Subject
from services.notifier.domain.workdays import after_working_days

RunStart = Callable[[Rule, Subject, StepsTaken], date]
"""Since when the step is demanded without a break, among the days being judged, where these steps
begin beside what the case has."""


class Judged(msgspec.Struct, frozen=True):
    """One debtor on one day, with what a beginning depends on."""

    sight: Sight
    ladder: Ladder
    may_hurt: bool
    again: frozenset[Place]
    run_start: RunStart
    still_open: Mapping[Place, Escalation]
    guards: AskGuards
    begun: StepsTaken = NO_STEPS
    """What was found to begin today, and since when it is in force."""
    decided: frozenset[Place] = frozenset()
    """Where something was found to begin."""


def beginnings(judged: Judged) -> tuple[list[Change], bool]:
    """What begins, mild to severe, and whether something waits only for a day to open."""
    began: list[Change] = []
    while True:
        found = list(_beginnings(judged))
        new = [change for change in found if change is not None]
        began += new
        if not (new and judged.ladder.steps_named):
            return began, len(new) < len(found)
        judged = _knowing(judged, new)


def _knowing(judged: Judged, new: list[Change]) -> Judged:
    """The same where these have begun."""
    raised = [change for change in new if change.word == "raise"]
    begun = StepsTaken(tuple((*change.place, change.effective_on) for change in raised))
    return msgspec.structs.replace(
        judged,
        sight=judged.sight.having(with_begun(judged.sight.taken, begun)),
        begun=with_begun(judged.begun, begun),
        decided=judged.decided | {change.place for change in new},
    )


def _beginnings(judged: Judged) -> Iterator[Change | None]:
    """What begins now; None for what waits only for a day to open."""
    sight = judged.sight
    begun = {(company, subject) for _, company, subject in judged.decided}
    for rule in judged.ladder.rules:
        step = rule.step
        for subject in subjects(step, sight):
            place = (step.name, subject.company, subject.subject)
            there = judged.still_open.get(place)
            if place in judged.decided or (there is not None and there.status == "raised"):
                continue
            if not is_demanded(rule, sight, subject):
                continue
            if there is not None:
                if _is_ready(judged, step, subject, there):
                    yield _raised_at_last(judged, rule, subject, there)
            else:
                turn = _turn(judged, rule, subject, place, begun)
                if turn == "now":
                    yield _begun(judged, rule, subject, place)
                elif turn == "another_day":
                    yield None
            begun.add(place[1:])


def _turn(
    judged: Judged, rule: Rule, subject: Subject, place: Place, begun: set[tuple[str, str]]
) -> Literal["now", "another_day", "once_delivered"]:
    """When it may begin; ``begun``: of whom a milder step begins or is demanded today.

    No day brings what waits for a delivery: the report of it is a record.
    """
    if judged.ladder.policy.advance == "jump" or place in judged.again:
        return "now"
    if is_imposed(judged.sight.outline, rule.step.name, subject):
        return "now"
    milder = milder_open(judged.ladder, rule, subject, judged.still_open.values())
    if undelivered(judged.ladder, milder):
        return "once_delivered"
    if place[1:] in begun or waits_for_milder(milder, judged.sight.outline.day):
        return "another_day"
    return "now"


def _begun(judged: Judged, rule: Rule, subject: Subject, place: Place) -> Change | None:
    word = _first_word(judged, rule.step, subject, place)
    if word is None:
        return None
    begun = _change(judged, rule, subject, word, _since(judged, rule, subject), None)
    raising = _raising(judged, rule, subject, begun.effective_on, None)
    if word == "raise" and raising and (held := objection(judged.guards(), raising)):
        return msgspec.structs.replace(begun, word="propose", reason=held)
    return begun


def _since(judged: Judged, rule: Rule, subject: Subject) -> date:
    """From when it is effective: one step a day cannot have come on a day before its milder one."""
    if judged.ladder.policy.advance != "jump" and milder_open(
        judged.ladder, rule, subject, judged.still_open.values()
    ):
        return judged.sight.outline.day
    return judged.run_start(rule, subject, judged.begun)


def _raising(
    judged: Judged, rule: Rule, subject: Subject, judged_on: date, proposed: Escalation | None
) -> Raising | None:
    """What guards look at: a step that hurts, unless a person imposes it."""
    if not rule.step.hurts or is_imposed(judged.sight.outline, rule.step.name, subject):
        return None
    return Raising(rule.step, judged.ladder.policy, judged.sight, judged_on, proposed)


def _first_word(judged: Judged, step: Step, subject: Subject, place: Place) -> Word | None:
    if place in judged.again and not step.approvals_needed:
        return "raise"
    # A hold lets late money come to light; who imposes a step has decided whatever comes.
    if step.approvals_needed or (
        step.hold and not is_imposed(judged.sight.outline, step.name, subject)
    ):
        return "propose"
    return "raise" if judged.may_hurt or not step.hurts else None


def _is_ready(judged: Judged, step: Step, subject: Subject, proposed: Escalation) -> bool:
    if len(proposed.approvers()) < step.approvals_needed:
        return False
    if lacks_evidence(judged.sight, step, subject):
        return False
    standing = judged.sight.outline
    ripe_on = hold_ends_on(judged.ladder, step, proposed)
    return is_imposed(standing, step.name, subject) or standing.day >= ripe_on


def hold_ends_on(ladder: Ladder, step: Step, proposed: Escalation) -> date:
    """The day on which a proposed step may be raised; the ladder is the debtor's own."""
    return after_working_days(proposed.said_on, step.hold, ladder.reading.calendar)


def _raised_at_last(
    judged: Judged, rule: Rule, subject: Subject, proposed: Escalation
) -> Change | None:
    if rule.step.hurts and not judged.may_hurt:
        return None
    day = judged.sight.outline.day
    raised = _change(judged, rule, subject, "raise", day, proposed.escalation)
    ripe_on = hold_ends_on(judged.ladder, rule.step, proposed)
    judged_on = ripe_on if rule.step.hold else proposed.effective_on
    raising = _raising(judged, rule, subject, judged_on, proposed)
    if raising is None:
        return raised
    held = objection(judged.guards(), raising)
    if held is None:
        return msgspec.structs.replace(raised, effective_on=raised_on(judged.guards(), raising))
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
        channels=rule.step.channels or (),
        charges=charges_of(rule.step, judged.sight, subject) if judged.ladder.books_fees else (),
    )
