"""What people and programs ask about escalations; each answer as of a day, and as known then."""

from datetime import date
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import EVERYBODY, Record, gists
from huikuan.eventlog.rules import weighing
from huikuan.web.asking import instant_of
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.domain.acknowledging import acknowledge_by, is_overdue
from services.notifier.domain.case import Escalation
from services.notifier.domain.overriding import overrides_known
from services.notifier.domain.policies import in_force_on, ladder
from services.notifier.domain.policy import hurts
from services.notifier.following import Following
from services.notifier.rules import AWAITED, HELD
from services.notifier.shared import Shared
from services.notifier.shown import (
    is_in_force,
    shown,
    shown_answer,
    shown_case,
    shown_override,
    shown_standing,
)
from services.notifier.shown_held import shown_unsettled
from services.notifier.turns import Turns
from services.notifier.watched import Watched, look, zone_on
from services.notifier.why import Asked, explained
from services.notifier.why_sentences import together

KnownAt = int | Position | None
"""Milliseconds since 1970 UTC, a position, or None for all that is recorded."""
Answer = dict[str, Any]
_ELSEWHERE = Words(
    "This position says nothing about this debtor; give a time, or a position that "
    "GET /notifier/v1/position answered.",
    "该位置与此客户无关；请给出时间，或使用 GET /notifier/v1/position 返回的位置。",
)


class Questions:
    """Answers from what this service has folded."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._rules = weighing(service.rules)

    def escalations(self, debtor: str, as_of: date | None, known_at: KnownAt) -> Answer:
        """State, steps in force, and history of one debtor."""
        watched, shared = self.known(debtor, known_at)
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
        watched, shared = self.known(debtor, known_at)
        if shared.setting.open_on is None:
            return {"debtor": debtor, "as_of": None}
        day = as_of or shared.setting.open_on
        return {"debtor": debtor, **shown_standing(look(watched, shared, day))}

    def why(self, debtor: str, step: str, as_of: date | None, known_at: KnownAt) -> Answer | None:
        """Why a step is in force or not: rule and inputs; None where no policy has such a step."""
        watched, shared = self.known(debtor, known_at)
        day = as_of or shared.setting.open_on
        now = ladder(in_force_on(shared.policies, day)) if day else None
        rule = now.by_name.get(step) if now else None
        there = [each for each in (*watched.case.ended, *watched.case.open) if each.step == step]
        if day is None or now is None or (rule is None and not there):
            return None
        records = self._service.history(debtor, known_at=self.whole(debtor, known_at))
        answer: Answer = {"debtor": debtor, "as_of": day, "step": step}
        answer["known_at"] = _known_through(records)
        answer["in_force"] = any(is_in_force(each, day) for each in there)
        answer["held_back"] = shown_unsettled(watched.account.unsettled)
        answer["escalations"] = [shown(each, day) for each in there if each.said_on <= day]
        if rule is None:
            return {**answer, "sentences": together(step, [], None)}
        asked = Asked(watched, shared, day, now, step, records)
        parts = (self._rules, watched, shared, step)
        turns = Turns(*parts, lambda: records) if asked.is_today else None
        return {**answer, **explained(asked, turns)}

    def holds(self, after: str, limit: int, *, overdue: bool = False) -> Answer:
        """What is stopped now: everything in force that is harder than a notice, by debtor.

        ``overdue``: only what should have been acknowledged by now, and was not.
        """
        shared, labels = self._service.shared(), (AWAITED,) if overdue else (AWAITED, HELD)
        pages = [self._service.rows(label=label, after=after, limit=limit + 1) for label in labels]
        rows = list(islice(merge(*pages, key=itemgetter(0)), limit + 1))
        more, rows = len(rows) > limit, rows[:limit]
        load = self._service.rules.load
        holds = [
            _hold(watched, each, shared)
            for watched in (load(debtor, row.body) for debtor, row in rows)
            for each in watched.case.in_force()
            if hurts(each.kind)
        ]
        items = [hold for hold in holds if hold["overdue"] or not overdue]
        return {"items": items, **({"next": rows[-1][0]} if more else {})}

    def known(self, debtor: str, known_at: KnownAt) -> tuple[Watched, Shared]:
        """The debtor as known then: from his state, or from the records that were known."""
        watched, shared = self._service.read(debtor)
        if known_at is None:
            return watched, shared
        known_at = self.whole(debtor, known_at)
        rules, then = self._service.rules, self._shared_then(debtor, known_at)
        records = self._service.history(debtor, known_at=known_at)
        watched = rules.blank(debtor)
        if not rules.fold_all(watched, gists(records), then):
            rules.refold(watched, records, then)
        return watched, then

    def whole(self, debtor: str, known_at: KnownAt) -> KnownAt:
        """A position, and what those whom it does not name had said of the debtor by its time.

        The answer to a write names its own service alone. Raises the ``Problem`` 422 for one that
        says nothing about this debtor's part of the log.
        """
        if not isinstance(known_at, Position):
            return known_at
        partition = partition_of(debtor, self._service.partitions)
        own = self._service.history(debtor)
        every = self._service.history(EVERYBODY, beside=debtor)
        metas = [record.meta for record in (*own, *every) if record.meta]
        if metas and partition not in known_at.partitions():
            raise Problem(422, errors=[FieldError(_ELSEWHERE, parameter="known_at")])
        covered = [each for each in metas if known_at.covers(each.publisher, partition, each.seq)]
        known_ms = max((each.recorded_at for each in covered), default=-1)
        beside: dict[str, dict[int, int]] = {}
        for each in metas:
            is_named = partition in known_at.seqs.get(each.publisher, {})
            if not is_named and each.recorded_at <= known_ms:
                seqs = beside.setdefault(each.publisher, {})
                seqs[partition] = max(each.seq, seqs.get(partition, 0))
        return known_at.merge(Position(beside))

    def _shared_then(self, debtor: str, known_at: KnownAt) -> Shared:
        """The open day and the policies as known then, in the debtor's part of the log."""
        rules, shared = self._service.rules, Shared()
        for record in self._service.history(EVERYBODY, known_at=known_at, beside=debtor):
            rules.everybody(shared, record)
        return shared


def _overrides(watched: Watched, shared: Shared, day: date) -> list[Answer]:
    """Those begun by a day; those to come are among them only today."""
    known = overrides_known(watched.account, shared.setting)
    is_today = day == shared.setting.open_on
    return [shown_override(each, day) for each in known if is_today or each.on <= day.toordinal()]


def _known_through(records: list[Record]) -> str | None:
    """When the latest of these records was recorded; None where there are none."""
    latest = max((record.meta.recorded_at for record in records if record.meta), default=None)
    return None if latest is None else instant_of(latest)


def _hold(watched: Watched, each: Escalation, shared: Shared) -> Answer:
    day, policies, zone = shared.setting.open_on, shared.policies, zone_on(watched)
    return {
        "debtor": watched.debtor,
        "company": each.company,
        "escalation": each.escalation,
        "step": each.step,
        "kind": each.kind,
        "subject": each.subject,
        "effective_on": each.effective_on,
        "hold_seq": each.hold_seq,
        "acknowledgements": [shown_answer(answer) for answer in each.acknowledgements],
        "acknowledge_by": acknowledge_by(each, policies, zone),
        "overdue": day is not None and is_overdue(each, policies, zone, day),
    }
