"""Why a step is in force on a day, or why not: what its rule saw, and from which records.

The rules themselves are asked, so what is told here cannot differ from what was decided.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from huikuan.eventlog.record import Record
from services.notifier.domain.case import Escalation
from services.notifier.domain.change import Decision
from services.notifier.domain.counting import Question
from services.notifier.domain.decide import decide
from services.notifier.domain.demand import is_demanded, keeping, subjects
from services.notifier.domain.inputs import inputs_of
from services.notifier.domain.ladder import Ladder, Rule, for_time_zone
from services.notifier.domain.measured import Measured, measured
from services.notifier.domain.scoping import governing, narrowed
from services.notifier.domain.view import Sight, Subject
from services.notifier.preventing import prevented_by, waits_for, waits_for_delivery
from services.notifier.shared import Shared
from services.notifier.shown import calendar_of, is_in_force, shown_override
from services.notifier.sources import Sources, behind, lines_of
from services.notifier.turns import Turns
from services.notifier.watched import Watched, look
from services.notifier.why_sentences import sentences, together

Answer = dict[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """About whom, which step and which day somebody asks; all as known then."""

    watched: Watched
    shared: Shared
    day: date
    ladder: Ladder
    step: str
    records: Sequence[Record]

    @property
    def is_today(self) -> bool:
        """Whether it is about the open day: then what is to come can be told."""
        return self.day == self.shared.setting.open_on


def explained(asked: Asked, turns: Turns | None) -> Answer:
    """The rule, and for each subject that the step may be raised against why, or why not.

    ``turns`` tells what comes next; None about a day that is not the open one.
    """
    seen = look(asked.watched, asked.shared, asked.day)
    asked = msgspec.structs.replace(
        asked, ladder=for_time_zone(asked.ladder, seen.standing.time_zone)
    )
    sight = seen.under(asked.ladder.reading)
    sources = Sources(asked.watched.account, asked.records, asked.day)
    case, guards = asked.watched.case, asked.shared.guards
    opening = decide(sight, case, asked.ladder, opening=True, guards=guards)
    ladder, version = narrowed(asked.ladder, sight), asked.ladder.policy.version
    judged = [
        _judged(asked, rule, sight, subject, sources, opening, turns)
        for rule, subject in _subjects(asked, ladder, sight)
    ]
    return {
        "policy_version": version,
        "rule": _document(ladder.by_name.get(asked.step) or asked.ladder.by_name[asked.step]),
        "unsettled": list(sight.standing.unsettled),
        "paused": sight.standing.paused,
        "overrides": [
            shown_override(each, asked.day)
            for each in sight.standing.overrides
            if each.step == asked.step
        ],
        "judged": judged,
        "sentences": together(asked.step, judged, version),
    }


def _document(rule: Rule) -> Answer:
    return rule.step.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def _subjects(asked: Asked, ladder: Ladder, sight: Sight) -> Iterator[tuple[Rule, Subject]]:
    """All that may be dunned, and all else against which it is open; each with its rule."""
    told = set[tuple[str, str]]()
    for rule in ladder.rules:
        if rule.step.name == asked.step:
            for subject in subjects(rule.step, sight):
                if rule.covers(subject.subject):
                    told.add((subject.company, subject.subject))
                    yield rule, subject
    for each in asked.watched.case.open:
        place = (each.company, each.subject)
        rule_there = governing(ladder, each.step, each.subject)
        if each.step != asked.step or place in told or rule_there is None:
            continue
        if subject_there := sight.subject(*place):
            told.add(place)
            yield rule_there, subject_there


def _judged(
    asked: Asked,
    rule: Rule,
    sight: Sight,
    subject: Subject,
    sources: Sources,
    opening: Decision,
    turns: Turns | None,
) -> Answer:
    there = _there(asked, subject)
    raised = there is not None and is_in_force(there, asked.day)
    is_needed = is_demanded(rule, sight, subject)
    prevented = list(prevented_by(rule, sight, subject, asked.watched, sources))
    if is_needed and not raised and asked.is_today and not prevented:
        if there is None:
            case = asked.watched.case
            prevented = list(waits_for_delivery(rule, asked.ladder, sight, subject, case))
        prevented = prevented or list(
            waits_for(rule, asked.ladder, sight, (subject, there), opening)
        )
    answer: Answer = {
        "subject": subject.subject,
        "company": subject.company,
        "demanded": is_needed,
        "status": ("raised" if raised else "proposed") if there is not None else None,
        "escalation": there.escalation if there is not None else None,
        "effective_on": there.effective_on if there is not None else None,
        "inputs": inputs_of(rule.step.when, rule.view(sight, subject, "raise")),
        "inputs_to_stay": inputs_of(rule.step.when, rule.view(sight, subject, "keep_harder")),
        "thresholds": list(_thresholds(asked, rule, sight, subject, sources, in_force=raised)),
        "prevented_by": [] if raised else prevented,
        "working_days_of": calendar_of(sight) if _counts_working_days(rule, asked.ladder) else None,
        "would_change": turns.of(subject, there if raised else None) if turns else {},
    }
    return {**answer, "sentences": sentences(rule.step.name, rule.step.kind, answer)}


def _counts_working_days(rule: Rule, ladder: Ladder) -> bool:
    """Whether one of several calendars has a say in when the step comes."""
    policy = ladder.policy
    if not policy.working_days.by_time_zone:
        return False
    waits = rule.step.hold > 0 or (rule.step.hurts and policy.raise_on == "working_day")
    return waits or policy.due_roll == "next_working_day"


def _there(asked: Asked, subject: Subject) -> Escalation | None:
    """What is proposed or in force against the subject on the day asked about."""
    place = (asked.step, subject.company, subject.subject)
    case = asked.watched.case
    for each in reversed([*case.ended, *case.open]):
        if each.place == place and is_in_force(each, asked.day):
            return each
    waiting = (each for each in case.open if each.place == place and asked.is_today)
    return next(waiting, None)


def _thresholds(
    asked: Asked, rule: Rule, sight: Sight, subject: Subject, sources: Sources, *, in_force: bool
) -> Iterator[Answer]:
    """What is measured for a new step, or for one in force, each with the events behind it."""
    step, stays = rule.step, keeping(rule.step.kind)
    asks: list[tuple[str, Any, Question]] = []
    if not in_force or step.lift_when is None:
        asks.append(("when", step.when, stays if in_force else "raise"))
    asks += [("unless", step.unless, stays), ("lift_when", step.lift_when, stays)]
    lines = [line for line in lines_of(sight.standing, subject) if line.item not in rule.without]
    for name, condition, question in asks:
        if condition is not None:
            view = rule.view(sight, subject, question)
            for each in measured(condition, view, asked.ladder.policy, name):
                ids = behind(
                    each.threshold, sources, sight.standing, lines, (question, sight.reading)
                )
                yield _shown(each, ids)


def _shown(each: Measured, ids: list[str]) -> Answer:
    return {
        "at": each.at,
        "threshold": each.threshold,
        "needed": each.needed,
        "seen": each.seen,
        "reached": each.reached,
        "events": ids,
    }
