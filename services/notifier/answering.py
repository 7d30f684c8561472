"""What people and obeying systems answer: approvals and acknowledgements, said as commands.

A command acts when it is read back from the log, by us as by anybody.
"""

from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.commanding import Found, find_escalation, said_before, say_command
from services.notifier.domain.overriding import imposer
from services.notifier.domain.proving import grade_of, lacks_evidence
from services.notifier.domain.scoping import governing, seen_by
from services.notifier.following import Following
from services.notifier.watched import look
from services.notifier.words import PUBLISHER

NOT_OPEN = Words("The escalation is not in force any more.", "该管控升级已不再生效。")
NOT_RAISED = Words("The escalation was not raised yet.", "该管控升级尚未生效。")
NOT_PROPOSED = Words("The escalation does not wait for approval.", "该管控升级不在等待批准。")
PROPOSER = Words("Who proposed it cannot approve it.", "拟定者不能批准。")
PROOFS = Words(
    "Proofs are shipments accepted, invoices delivered with a proof, and promises or payments "
    "that name the invoice.",
    "证据包括：发货已签收、发票送达有凭证、客户作出付款承诺或付款指明该发票。",
)
NO_REASON = Words(
    "A guard holds it: say why it is right all the same.", "由保护机制暂缓：请说明放行理由。"
)
OLDER = Words("The hold_seq is not this escalation's.", "hold_seq 与该管控升级不符。")


class Answering:
    """Takes answers in; each answers with the token of the position from which it counts."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def acknowledge(
        self, escalation: str, by: str, hold_seq: int | None, key: str, trace: str
    ) -> str:
        """An obeying system has it. Raises the ``Problem`` 404 or 409."""
        about = find_escalation(self._service, escalation)
        found, debtor = about.escalation, about.watched.debtor
        event = EscalationAcknowledged(
            company=found.company,
            escalation=escalation,
            by=by,
            on=about.open_on,
            hold_seq=hold_seq,
        )
        event_id = f"acknowledgement/{escalation}/{key}"
        if (before := said_before(self._service, debtor, event, event_id)) is not None:
            return before
        if found.status not in {"raised", "proposed"}:
            raise Problem(409, "escalation_ended", NOT_OPEN)
        if found.status != "raised":
            raise Problem(409, "escalation_not_raised", NOT_RAISED)
        if hold_seq is not None and hold_seq != found.hold_seq:
            raise Problem(409, "hold_seq_differs", errors=[FieldError(OLDER, "/hold_seq")])
        return say_command(self._service, debtor, event, event_id, trace)

    def approve(self, escalation: str, by: str, reason: str | None, key: str, trace: str) -> str:
        """A person approves what is proposed. Raises the ``Problem`` 404, 409 or 422."""
        about = find_escalation(self._service, escalation)
        found, debtor = about.escalation, about.watched.debtor
        event = EscalationApproved(
            company=found.company,
            escalation=escalation,
            by=by,
            on=about.open_on,
            reason=reason,
        )
        event_id = f"approval/{escalation}/{key}"
        if (before := said_before(self._service, debtor, event, event_id)) is not None:
            return before
        if found.status != "proposed":
            raise Problem(409, "escalation_not_proposed", NOT_PROPOSED)
        if by.strip().casefold() in {PUBLISHER, imposer(found.inputs)}:
            raise Problem(409, "proposer_cannot_approve", errors=[FieldError(PROPOSER, "/by")])
        if found.held is not None and reason is None:
            raise Problem(422, errors=[FieldError(NO_REASON, "/reason")])
        _must_be_proved(about)
        return say_command(self._service, debtor, event, event_id, trace)


def _must_be_proved(about: Found) -> None:
    found, watched, shared = about
    now = shared.ladder_now()
    if now is None:
        return
    his, sight = seen_by(now, look(watched, shared, about.open_on))
    rule = governing(his, found.step, found.subject)
    subject = sight.subject(found.company, found.subject)
    if rule is None or subject is None or not lacks_evidence(sight, rule.step, subject):
        return
    has, needs = grade_of(sight, subject), rule.step.evidence_needed
    words = Words(
        f"The evidence is of grade {has}; the step needs {needs}. {PROOFS.en}",
        f"证据等级为 {has}，该步骤要求 {needs}。{PROOFS.zh}",
    )
    raise Problem(409, "evidence_too_weak", words)
