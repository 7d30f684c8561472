"""What is stopped: all that is in force and harder than a notice, by debtor, for reconciliation.

Of today it is found by its label. Of a day that is over, or as known at an earlier place, those
are looked at of whom anything was ever stopped, so a page may be shorter than was asked for, and
empty, though more come after it.
"""

from collections.abc import Iterator
from datetime import date
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.rules import Row
from huikuan.web.asking import Asked as Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.domain.acknowledging import acknowledge_by, is_overdue
from services.notifier.domain.case import Escalation
from services.notifier.domain.policy import hurts
from services.notifier.following import Following
from services.notifier.rules import AWAITED, HELD, case_in
from services.notifier.shared import Shared
from services.notifier.shown import shown_answer
from services.notifier.then import Past
from services.notifier.watched import Watched, zone_on

LOOKED_AT_PER_ENTRY = 10
"""So many debtors a page of the past looks at for each that it may list."""
LATER = Words(
    "Is after the open business day; what comes is told by GET /notifier/v1/forecast.",
    "晚于当前营业日；未来情况请查询 GET /notifier/v1/forecast。",
)

Answer = dict[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """Which page of what was stopped at the close of which day, as known where."""

    page: Page
    as_of: date | None = None
    known_at: KnownAt = None
    overdue: bool = False
    """Only what should have been acknowledged by then, and was not."""


def holds(service: Following, asked: Asked) -> Answer:
    """A page of holds. Raises the ``Problem`` 422 for a day that has not come."""
    known_at, as_of = asked.known_at, asked.as_of
    past = Past(service, known_at, as_of) if known_at is not None else None
    open_on = (past or service).shared().setting.open_on
    if as_of is not None and open_on is not None and as_of > open_on:
        raise Problem(422, errors=[FieldError(LATER, parameter="as_of")])
    if past is None and (as_of is None or open_on is None or as_of == open_on):
        return _now(service, asked)
    return _then(service, past or Past(service, None, as_of), asked)


def _now(service: Following, asked: Asked) -> Answer:
    shared, labels = service.shared(), (AWAITED,) if asked.overdue else (AWAITED, HELD)
    after, limit = asked.page.after, asked.page.limit
    pages = [service.rows(label=label, after=after, limit=limit + 1) for label in labels]
    rows = list(islice(merge(*pages, key=itemgetter(0)), limit + 1))
    more, rows = len(rows) > limit, rows[:limit]
    load = service.rules.load
    items = [
        hold for debtor, row in rows for hold in _of(load(debtor, row.body), shared, asked.overdue)
    ]
    return {"items": items, **({"next": rows[-1][0]} if more else {})}


def _then(service: Following, past: Past, asked: Asked) -> Answer:
    limit, items = asked.page.limit, list[Answer]()
    listed, last = 0, ""
    for looked_at, (debtor, row) in enumerate(service.walk(asked.page.after)):
        if listed == limit or looked_at == LOOKED_AT_PER_ENTRY * limit:
            return {"items": items, "next": last}
        last = debtor
        if _was_ever_stopped(row):
            partition = partition_of(debtor, service.partitions)
            for watched in past.each(partition, [debtor]):
                found = list(_of(watched, past.shared(partition), asked.overdue))
                items += found
                listed += bool(found)
    return {"items": items}


def _was_ever_stopped(row: Row) -> bool:
    """What was said is never forgotten, so who was stopped at any place still shows it."""
    case = case_in(row.body)
    return any(hurts(each.kind) for each in (*case.open, *case.ended))


def _of(watched: Watched, shared: Shared, overdue: bool) -> Iterator[Answer]:  # noqa: FBT001
    for each in watched.case.in_force():
        if hurts(each.kind):
            hold = _hold(watched, each, shared)
            if hold["overdue"] or not overdue:
                yield hold


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
