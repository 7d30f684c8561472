"""What must be said about a debtor now: what the policy demands less what is in force (law 5).

Whatever is raised also stays (see ``view``), so asking twice says nothing the second time.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.demand import is_demanded, keeping, subjects
from services.notifier.domain.ladder import Ladder, Rule, inputs_of
from services.notifier.domain.overriding import (
    OVERRIDDEN,
    is_imposed,
    override_input,
    ruling,
)
from services.notifier.domain.policy import Step
from services.notifier.domain.view import (
    DEBTOR,
    Sight,
    Subject,
)
from services.notifier.domain.workdays import after_working_days

Word = Literal["propose", "raise", "lift", "void", "retract"]
Place = tuple[str, str, str]
"""Step, company and subject."""
POLICY_CHANGED = "policy_changed"
NOT_DEMANDED = "no_longer_demanded"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One word to say. ``escalation`` is None where it begins a new one."""

    word: Word
    step: str
    kind: str
    company: str
    subject: str
    effective_on: date
    policy_version: str
    escalation: str | None = None
    reason: str | None = None
    inputs: dict[str, Any] | None = None


class Decision(msgspec.Struct, frozen=True):
    """What must be said now, and whether more waits only for a day to open."""

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
) -> Decision:
    """Endings first, then beginnings, mild to severe.

    ``opening``: a day opens, so steps that hurt may be raised. ``again``: places of escalations
    just retracted; one that is still demanded is raised again at once. ``run_start`` dates a
    beginning where days were missed; without it the day judged is the sight's own.
    """
    sight = sight.under(ladder.reading)
    ended = list(_endings(sight, case, ladder))
    standing = sight.standing
    if standing.unsettled or (standing.paused and not standing.overrides):
        return Decision(ended, waits_for_opening=False)
    gone = {change.escalation for change in ended}
    still_open = {each.place: each for each in case.open if each.escalation not in gone}
    judged = Judged(sight, ladder, opening, again, run_start or (lambda *_: standing.day))
    began = list(_beginnings(judged, still_open))
    now = [change for change in began if change is not None]
    return Decision([*ended, *now], waits_for_opening=len(now) < len(began))


class Judged(msgspec.Struct, frozen=True):
    """One debtor on one day, with what a beginning depends on."""

    sight: Sight
    ladder: Ladder
    opening: bool
    again: frozenset[Place]
    run_start: RunStart


def _endings(sight: Sight, case: Case, ladder: Ladder) -> Iterator[Change]:
    for each in case.open:
        reason = _why_ended(sight, each, ladder)
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
                inputs=_lifted_by(sight, each) if reason == OVERRIDDEN else None,
            )


def _lifted_by(sight: Sight, each: Escalation) -> dict[str, Any]:
    subject = sight.subject(each.company, each.subject)
    return {} if subject is None else override_input(sight.standing, each.step, subject)


def _why_ended(sight: Sight, each: Escalation, ladder: Ladder) -> str | None:
    rule = ladder.by_name.get(each.step)
    per = "debtor" if each.subject == DEBTOR else "item"
    if rule is None or (rule.step.kind, rule.step.per) != (each.kind, per):
        return POLICY_CHANGED
    subject = sight.subject(each.company, each.subject)
    if subject is None:
        return NOT_DEMANDED
    if sight.standing.overrides and (ruled := ruling(sight.standing, each.step, subject)):
        return OVERRIDDEN if ruled.effect == "lift" else None
    if each.status == "raised":
        stays = rule.kept(sight.view(subject, keeping(each.kind)))
    else:
        stays = is_demanded(rule, sight, subject)
    return None if stays else NOT_DEMANDED


def _beginnings(judged: Judged, still_open: Mapping[Place, Escalation]) -> Iterator[Change | None]:
    """What begins now; None for what waits only for a day to open."""
    sight = judged.sight
    for rule in judged.ladder.rules:
        step = rule.step
        for subject in subjects(step, sight):
            place = (step.name, subject.company, subject.subject)
            there = still_open.get(place)
            if there is not None and there.status == "raised":
                continue
            if not is_demanded(rule, sight, subject):
                continue
            if there is None:
                yield _begun(judged, rule, subject, place)
            elif _is_ready(judged, step, subject, there):
                yield _raised_at_last(judged, rule, subject, there)


def _begun(judged: Judged, rule: Rule, subject: Subject, place: Place) -> Change | None:
    word = _first_word(judged, rule.step, subject, place)
    if word is None:
        return None
    return _change(judged, rule, subject, word, judged.run_start(rule, subject), None)


def _first_word(judged: Judged, step: Step, subject: Subject, place: Place) -> Word | None:
    if place in judged.again and not step.approvals_needed:
        return "raise"
    # A hold lets late money come to light; who imposes a step has decided whatever comes.
    if step.approvals_needed or (step.hold and not _is_imposed(judged, step, subject)):
        return "propose"
    return "raise" if judged.opening or not step.hurts else None


def _is_ready(judged: Judged, step: Step, subject: Subject, proposed: Escalation) -> bool:
    if len(proposed.approvers()) < step.approvals_needed:
        return False
    if _is_imposed(judged, step, subject):
        return True
    return judged.sight.standing.day >= hold_ends_on(judged.ladder, step, proposed)


def _is_imposed(judged: Judged, step: Step, subject: Subject) -> bool:
    return is_imposed(judged.sight.standing, step.name, subject)


def hold_ends_on(ladder: Ladder, step: Step, proposed: Escalation) -> date:
    """The day on which a proposed step may be raised."""
    return after_working_days(proposed.said_on, step.hold, ladder.policy.working_days)


def _raised_at_last(
    judged: Judged, rule: Rule, subject: Subject, proposed: Escalation
) -> Change | None:
    if rule.step.hurts and not judged.opening:
        return None
    day = judged.sight.standing.day
    return _change(judged, rule, subject, "raise", day, proposed.escalation)


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
        inputs=inputs_of(rule.step.when, judged.sight.view(subject, "raise"))
        | override_input(judged.sight.standing, rule.step.name, subject),
    )
