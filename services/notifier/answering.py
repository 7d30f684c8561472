"""What people and obeying systems answer: approvals and acknowledgements, said as commands.

A command acts when it is read back from the log, by us as by anybody.
"""

from datetime import date

from huikuan.eventlog.outbox import SaidOtherwiseError
from huikuan.eventlog.record import Saying
from huikuan.events.codec import encode
from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.domain.case import Escalation
from services.notifier.domain.overriding import imposer
from services.notifier.following import Following
from services.notifier.publish import SOURCE
from services.notifier.words import PUBLISHER

UNKNOWN = Words("No such escalation was said here.", "此处没有该升级。")
NOT_OPEN = Words("The escalation is not in force any more.", "该升级已不再生效。")
NOT_RAISED = Words("The escalation was not raised yet.", "该升级尚未生效。")
NOT_PROPOSED = Words("The escalation does not wait for approval.", "该升级不在等待批准。")
PROPOSER = Words("Who proposed it cannot approve it.", "拟定者不能批准。")
KEY_REUSED = Words(
    "This Idempotency-Key came with another answer before.",
    "该 Idempotency-Key 已用于另一答复。",
)
OLDER = Words("The hold_seq is not this escalation's.", "hold_seq 与该升级不符。")


class Answering:
    """Takes answers in; each answers with the token of the position from which it counts."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def acknowledge(
        self, escalation: str, by: str, hold_seq: int | None, key: str, trace: str
    ) -> str:
        """An obeying system has it. Raises the ``Problem`` 404 or 409."""
        debtor, found = self._find(escalation)
        if found.status not in {"raised", "proposed"}:
            raise Problem(409, "escalation_ended", NOT_OPEN)
        if found.status != "raised":
            raise Problem(409, "escalation_not_raised", NOT_RAISED)
        if hold_seq is not None and hold_seq != found.hold_seq:
            raise Problem(409, "hold_seq_differs", errors=[FieldError(OLDER, "/hold_seq")])
        event = EscalationAcknowledged(
            company=found.company,
            escalation=escalation,
            by=by,
            on=self._open_on(debtor),
            hold_seq=hold_seq,
        )
        return self._say(debtor, event, f"acknowledgement/{escalation}/{key}", trace)

    def approve(self, escalation: str, by: str, reason: str | None, key: str, trace: str) -> str:
        """A person approves what is proposed. Raises the ``Problem`` 404 or 409."""
        debtor, found = self._find(escalation)
        if found.status != "proposed":
            raise Problem(409, "escalation_not_proposed", NOT_PROPOSED)
        if by.strip().casefold() in {PUBLISHER, imposer(found.inputs)}:
            raise Problem(409, "proposer_cannot_approve", errors=[FieldError(PROPOSER, "/by")])
        event = EscalationApproved(
            company=found.company,
            escalation=escalation,
            by=by,
            on=self._open_on(debtor),
            reason=reason,
        )
        return self._say(debtor, event, f"approval/{escalation}/{key}", trace)

    def _find(self, escalation: str) -> tuple[str, Escalation]:
        service = self._service
        with service.database.reading() as connection:
            debtor = service.feed.find(connection, escalation, service.partitions)
        found = service.read(debtor)[0].case.find(escalation) if debtor is not None else None
        if debtor is None or found is None:
            raise Problem(404, "unknown_escalation", UNKNOWN)
        return debtor, found

    def _open_on(self, debtor: str) -> date:
        open_on = self._service.read(debtor)[1].setting.open_on
        assert open_on is not None, "an escalation was said on an open day"
        return open_on

    def _say(
        self,
        debtor: str,
        event: EscalationAcknowledged | EscalationApproved,
        event_id: str,
        trace: str,
    ) -> str:
        word = Saying(
            key=debtor,
            type=event.TYPE,
            id=event_id,
            value=encode(event),
            source=SOURCE,
            trace=trace,
        )
        try:
            with self._service.transaction() as connection:
                return self._service.say(connection, [word]).encode()
        except SaidOtherwiseError:
            raise Problem(409, "idempotency_key_reused", KEY_REUSED) from None
