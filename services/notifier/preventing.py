"""What keeps a step away that its thresholds would demand, and what it waits for once proposed."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from huikuan.debtor.disputes import pauses_on
from huikuan.events.codec import amount_of
from services.notifier.domain.beginning import hold_ends_on
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.change import Decision
from services.notifier.domain.demand import is_demanded, keeping
from services.notifier.domain.ladder import Ladder, Rule
from services.notifier.domain.overriding import is_imposed, ruling
from services.notifier.domain.proving import lacks_evidence
from services.notifier.domain.stepping import milder_open, undelivered
from services.notifier.domain.view import Sight, Subject, key_of, subject_of
from services.notifier.domain.workdays import after_working_days, is_day_to_hurt
from services.notifier.sources import Sources, lines_of
from services.notifier.watched import Watched

Prevention = dict[str, Any]
"""``reason``, what it is about, and ``events``."""


def prevented_by(
    rule: Rule, sight: Sight, subject: Subject, watched: Watched, sources: Sources
) -> Iterator[Prevention]:
    """Why a step is not demanded, or may not begin, though its thresholds would be reached."""
    standing = sight.standing
    if standing.unsettled:
        ids = [each for name in standing.unsettled for each in sources.of("conflict", "", name)]
        yield {"reason": "unsettled", "places": list(standing.unsettled), "events": ids}
    ruled = ruling(standing, rule.step.name, subject) if standing.overrides else None
    if ruled is not None:
        if ruled.effect == "lift":
            ids = sources.of("override", ruled.company, ruled.override)
            about = {"override": ruled.override, "by": ruled.by, "why": ruled.reason}
            yield {"reason": "override", **about, "events": ids}
        return
    keeping_view = rule.view(sight, subject, keeping(rule.step.kind))
    if rule.unless is not None and rule.unless(keeping_view):
        yield {"reason": "unless", "events": []}
    if is_demanded(rule, sight, subject) or not rule.when(rule.view(sight, subject, "keep_harder")):
        return
    yield from _graces(rule, sight, subject, sources)
    yield from _pauses(sight, subject, watched, sources)
    yield from _shields(sight, subject, watched, sources)


def _graces(rule: Rule, sight: Sight, subject: Subject, sources: Sources) -> Iterator[Prevention]:
    """Items that reversals opened again, as long as they do not count for raising the step."""
    spared = rule.spared(sight)
    for line in lines_of(sight.standing, subject):
        if key_of(line) in spared and line.item not in rule.without:
            opened = sight.reopened()[key_of(line)]
            about = {
                "item": subject_of(line),
                "reopened_on": date.fromordinal(opened.on),
                "until": date.fromordinal(opened.on + rule.grace_days),
            }
            ids = sources.of("payment", line.company, opened.payment)
            yield {"reason": "reversal_grace", **about, "events": ids}


def _pauses(
    sight: Sight, subject: Subject, watched: Watched, sources: Sources
) -> Iterator[Prevention]:
    invoices = {line.item for line in lines_of(sight.standing, subject) if line.paused}
    for pause in pauses_on(watched.account, sight.standing.day.toordinal()):
        if not pause.invoices or invoices & set(pause.invoices):
            name = pause.name.rpartition("\x1f")[2]
            ids = sources.of("pause", pause.company, name)
            until = date.fromordinal(min(pause.until, pause.resumed_on - 1))
            yield {"reason": "pause", "pause": name, "until": until, "events": ids}


def _shields(
    sight: Sight, subject: Subject, watched: Watched, sources: Sources
) -> Iterator[Prevention]:
    """Promises, disputes and money on its way keep parts of items from being dunned."""
    lines = lines_of(sight.standing, subject)
    if promised := _amounts((line.currency, line.promised_minor) for line in lines):
        yield {"reason": "promise", "amounts": promised, "events": sources.of("promise")}
    if disputed := _amounts((line.currency, line.disputed_minor) for line in lines):
        contested = {(line.company, line.item) for line in lines if line.disputed_minor}
        ids = [
            event_id
            for each in watched.account.disputes
            if (each.company, each.invoice) in contested
            for event_id in sources.of("dispute", each.company, each.name.rpartition("\x1f")[2])
        ]
        yield {"reason": "dispute", "amounts": disputed, "events": ids}
    sums = sight.standing.sums
    if coming := _amounts((currency, each.coming_minor) for currency, each in sums.items()):
        yield {"reason": "coming_money", "amounts": coming, "events": sources.of("coming")}


def _amounts(parts: Iterable[tuple[str, int]]) -> dict[str, str]:
    minors: dict[str, int] = {}
    for currency, minor in parts:
        minors[currency] = minors.get(currency, 0) + minor
    return {currency: amount_of(minor, currency) for currency, minor in minors.items() if minor}


def waits_for(
    rule: Rule,
    ladder: Ladder,
    sight: Sight,
    judged: tuple[Subject, Escalation | None],
    opening: Decision,
) -> Iterator[Prevention]:
    """What a demanded step that is not in force still waits for.

    ``judged``: the subject, and what is proposed against it. ``opening``: what would be said if a
    day opened now.
    """
    (subject, there), day = judged, sight.standing.day
    calendar = ladder.reading.calendar
    if there is not None:
        ends_on = hold_ends_on(ladder, rule.step, there)
        if ends_on > day:
            yield {"reason": "hold", "until": ends_on, "events": []}
        if there.held is not None:
            yield {"reason": "guard", "guard": there.held, "since": there.held_on, "events": []}
        needed, given = rule.step.approvals_needed, len(there.approvers())
        if given < needed:
            yield {"reason": "approval", "needed": needed, "given": given, "events": []}
        if lacks_evidence(sight, rule.step, subject):
            yield {"reason": "evidence", "needed": rule.step.evidence_needed, "events": []}
    if any(change.step == rule.step.name for change in opening.changes):
        yield {"reason": "opening", "events": []}
    elif rule.step.hurts and not is_day_to_hurt(ladder.policy, calendar, day):
        yield {"reason": "day_off", "until": after_working_days(day, 1, calendar), "events": []}
    elif ladder.policy.advance != "jump":
        yield {"reason": "milder_first", "events": []}


def waits_for_delivery(
    rule: Rule, ladder: Ladder, sight: Sight, subject: Subject, case: Case
) -> Iterator[Prevention]:
    """The notices in force that must reach the debtor before a demanded step begins."""
    if is_imposed(sight.standing, rule.step.name, subject):
        return
    for each in undelivered(ladder, milder_open(ladder, rule, subject, case.open)):
        about = {"notice": each.step, "escalation": each.escalation}
        yield {"reason": "delivery", **about, "events": []}
