"""What people and programs ask about escalations; each answer as of a day, and as known then."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.record import Record
from huikuan.eventlog.rules import weighing
from huikuan.web.asking import instant_of
from services.notifier.domain.overriding import overrides_known
from services.notifier.domain.policies import in_force_on, ladder
from services.notifier.following import Following
from services.notifier.shared import Shared
from services.notifier.shown import (
    is_in_force,
    shown,
    shown_case,
    shown_override,
    shown_standing,
)
from services.notifier.shown_held import shown_unsettled
from services.notifier.then import then
from services.notifier.turns import Turns
from services.notifier.watched import Watched, look
from services.notifier.why import Asked, explained
from services.notifier.why_sentences import together

Answer = dict[str, Any]


class Questions:
    """Answers from what this service has folded."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._rules = weighing(service.rules)

    def escalations(self, debtor: str, as_of: date | None, known_at: KnownAt) -> Answer:
        """State, steps in force, and history of one debtor."""
        known = then(self._service, debtor, known_at)
        watched, shared = known.watched, known.shared
        day = as_of or shared.setting.open_on
        if shared.setting.open_on is None:
            day = None
        now = ladder(in_force_on(shared.policies, day)) if day else None
        overrides = _overrides(watched, shared, day) if day else []
        shown_now = shown_case(watched.case, day, now)
        guards = shown_unsettled(watched.account.unsettled)
        answer = {"debtor": debtor, "as_of": day, **shown_now, "overrides": overrides}
        return answer | ({"held_back": guards} if guards else {})

    def standing(self, debtor: str, as_of: date | None, known_at: KnownAt) -> Answer:
        """The digest that rules see; empty before the first business day."""
        known = then(self._service, debtor, known_at)
        watched, shared = known.watched, known.shared
        if shared.setting.open_on is None:
            return {"debtor": debtor, "as_of": None}
        day = as_of or shared.setting.open_on
        return {"debtor": debtor, **shown_standing(look(watched, shared, day))}

    def why(self, debtor: str, step: str, as_of: date | None, known_at: KnownAt) -> Answer | None:
        """Why a step is in force or not: rule and inputs; None where no policy has such a step."""
        known = then(self._service, debtor, known_at)
        watched, shared = known.watched, known.shared
        day = as_of or shared.setting.open_on
        now = ladder(in_force_on(shared.policies, day)) if day else None
        rule = now.by_name.get(step) if now else None
        there = [each for each in (*watched.case.ended, *watched.case.open) if each.step == step]
        if day is None or now is None or (rule is None and not there):
            return None
        records = known.records()
        answer: Answer = {"debtor": debtor, "as_of": day, "step": step}
        answer["known_at"] = _known_through(records)
        answer["in_force"] = any(is_in_force(each, day) for each in there)
        answer["held_back"] = shown_unsettled(watched.account.unsettled)
        answer["escalations"] = [shown(each, day) for each in there if each.said_on <= day]
        if rule is None:
            return {**answer, "sentences": together(step, [], None)}
        asked = Asked(watched, shared, day, now, step, records)
        parts = (self._rules, watched, shared, step)
        turns = Turns(*parts, known.records) if asked.is_today else None
        return {**answer, **explained(asked, turns)}


def _overrides(watched: Watched, shared: Shared, day: date) -> list[Answer]:
    """Those begun by a day; those to come are among them only today."""
    known = overrides_known(watched.account, shared.setting)
    is_today = day == shared.setting.open_on
    return [shown_override(each, day) for each in known if is_today or each.on <= day.toordinal()]


def _known_through(records: Sequence[Record]) -> str | None:
    """When the latest of these records was recorded; None where there are none."""
    latest = max((record.meta.recorded_at for record in records if record.meta), default=None)
    return None if latest is None else instant_of(latest)
