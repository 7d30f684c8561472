"""Reports that a notice reached the debtor, taken in as commands.

Who sends notices knows whether they arrived; a policy may wait for that (`advance:
after_delivered`). The first report counts, and another changes nothing.
"""

from datetime import date
from typing import Any

import msgspec

from huikuan.events.notifier import NoticeDelivered
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.answering import NOT_OPEN, NOT_RAISED
from services.notifier.commanding import find_escalation, say_command
from services.notifier.domain.case import Escalation
from services.notifier.domain.policy import hurts
from services.notifier.following import Following

NO_NOTICE = Words(
    "Only a notice is delivered; this is a {kind}.", "只有催款函才有送达；此为 {kind}。"
)


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it comes in; without a date it was on the open business day."""

    by: str
    on: date | None = None
    channel: str | None = None
    proof: str | None = None


class Delivering:
    """Takes reports of deliveries in."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def deliver(self, escalation: str, reported: Reported, key: str, trace: str) -> dict[str, Any]:
        """The notice reached the debtor. Raises the ``Problem`` 404, 409 or 422.

        Answers what counts, with the token of the position from which it does.
        """
        about = find_escalation(self._service, escalation)
        found = about.escalation
        if found.delivered is not None:
            before = found.delivered
            position = self._service.position().encode()
            return _answer(escalation, before.by, before.on, position)
        event = _event(found, reported, about.open_on)
        debtor, event_id = about.watched.debtor, f"delivery/{escalation}/{key}"
        position = say_command(self._service, debtor, event, event_id, trace)
        return _answer(escalation, event.by, event.on, position)


def _event(found: Escalation, reported: Reported, open_on: date) -> NoticeDelivered:
    if hurts(found.kind):
        no_notice = Words(*(each.format(kind=found.kind) for each in NO_NOTICE))
        raise Problem(409, "not_a_notice", no_notice)
    if found.status == "proposed" or found.raised_on is None:
        raise Problem(409, "escalation_not_raised", NOT_RAISED)
    if found.status != "raised":
        raise Problem(409, "escalation_ended", NOT_OPEN)
    on = reported.on or open_on
    if on > open_on:
        raise _wrong_date(
            f"Must not be after {open_on}, the open day.", f"不得晚于当前营业日 {open_on}。"
        )
    if on < found.raised_on:
        since = found.raised_on
        raise _wrong_date(
            f"Must not be before {since}, when it was raised.", f"不得早于生效日 {since}。"
        )
    return NoticeDelivered(
        company=found.company,
        escalation=found.escalation,
        on=on,
        by=reported.by,
        channel=reported.channel,
        proof=reported.proof,
    )


def _wrong_date(en: str, zh: str) -> Problem:
    return Problem(422, errors=[FieldError(Words(en, zh), "/on")])


def _answer(escalation: str, by: str, on: date, position: str) -> dict[str, Any]:
    return {"escalation": escalation, "by": by, "on": on, "position": position}
