"""What people answered, as it counts in a trial: for the same step of the same subject."""

from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec import structs

from huikuan.eventlog.record import Record
from huikuan.events.codec import decode, encode
from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved
from services.notifier.domain.case import Case
from services.notifier.domain.ladder import Ladder
from services.notifier.told import Told

_ANSWERS = frozenset({EscalationApproved.TYPE, EscalationAcknowledged.TYPE})


def addressed(record: Record, told: Told, case: Case) -> Record | None:
    """An answer, to the escalation of this case that it is about; None where there is none.

    Whatever is no answer stays as it is.
    """
    meta = record.meta
    if meta is None or meta.type not in _ANSWERS:
        return record
    try:
        event = decode(meta.type, record.value)
    except msgspec.MsgspecError:
        return record
    assert isinstance(event, EscalationApproved | EscalationAcknowledged), "by its type"
    place = told.places.get(event.escalation)
    same = case.find(event.escalation)
    if same is not None and same.place == place:
        return record
    waits = "proposed" if isinstance(event, EscalationApproved) else "raised"
    for each in case.open:
        if each.place == place and each.status == waits:
            answer = structs.replace(event, escalation=each.escalation)
            return structs.replace(record, value=encode(answer))
    return None


def assumed(case: Case, ladder: Ladder, cause: Record, told: Told, on: date) -> Iterator[Record]:
    """The approvals of as many people as it takes, of whatever a record made proposed."""
    assert cause.meta is not None, "a foreign record causes nothing"
    for each in list(case.open):
        rule = ladder.by_name.get(each.step)
        if each.status != "proposed" or each.approvals or rule is None:
            continue
        for person in range(rule.step.approvals_needed):
            event = EscalationApproved(escalation=each.escalation, by=f"assumed {person}", on=on)
            name = f"assumed/{each.escalation}/{person}"
            meta = structs.replace(cause.meta, type=event.TYPE, id=name)
            yield structs.replace(cause, key=told.debtor, value=encode(event), meta=meta)
