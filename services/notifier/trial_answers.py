"""What people answered, as it counts in a trial: for the same step of the same subject."""

from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec import structs

from huikuan.eventlog.record import Record
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved, NoticeDelivered
from services.notifier.domain.case import ANSWER_TYPES, Case
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.policy import hurts
from services.notifier.told import Told

_Answer = EscalationAcknowledged | EscalationApproved | NoticeDelivered


def addressed(record: Record, told: Told, case: Case) -> Record | None:
    """An answer, to the escalation of this case that it is about; None where there is none.

    Whatever is no answer stays as it is.
    """
    meta = record.meta
    if meta is None or meta.type not in ANSWER_TYPES:
        return record
    try:
        event = decode(meta.type, record.value)
    except msgspec.MsgspecError:
        return record
    assert isinstance(event, _Answer), "by its type"
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
    """What people do at once: approve whatever is proposed, as many as it takes; deliver notices.

    Deliveries only where the policy waits for them.
    """
    waits_for_delivery = ladder.policy.advance == "after_delivered"
    for each in list(case.open):
        is_notice = each.status == "raised" and not hurts(each.kind)
        if waits_for_delivery and is_notice and each.delivered is None:
            delivered = NoticeDelivered(escalation=each.escalation, by="assumed", on=on)
            yield _assumed(delivered, f"{each.escalation}/delivered", cause, told)
        rule = ladder.by_name.get(each.step)
        if each.status != "proposed" or each.approvals or rule is None:
            continue
        for person in range(rule.step.approvals_needed):
            event = EscalationApproved(escalation=each.escalation, by=f"assumed {person}", on=on)
            yield _assumed(event, f"{each.escalation}/{person}", cause, told)


def _assumed(event: Event, name: str, cause: Record, told: Told) -> Record:
    assert cause.meta is not None, "a foreign record causes nothing"
    meta = structs.replace(cause.meta, type=event.TYPE, id=f"assumed/{name}")
    return structs.replace(cause, key=told.debtor, value=encode(event), meta=meta)
