"""A debtor's case: the escalations that are proposed or in force, and those that have ended.

``note`` is the only way a case changes. Following calls it with what was just decided, a rebuild
with the same words read back from the log, so both end with the same bytes. What people answer
(approvals, acknowledgements) is kept in fields that no word of ours touches: between the two,
order does not matter.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import msgspec

from huikuan.events.codec import CHARGE_TYPES
from huikuan.events.fields import Event
from huikuan.events.notifier import (
    EscalationAcknowledged,
    EscalationApproved,
    EscalationExhausted,
    EscalationHeld,
    EscalationLifted,
    EscalationProposed,
    EscalationRaised,
    EscalationRepeated,
    EscalationRetracted,
    EscalationSaid,
    EscalationVoided,
    FeeCancelled,
    FeeCharged,
    NoticeDelivered,
)
from services.notifier.domain.answers import Answer, Delivery
from services.notifier.domain.charging import Fee, note_fee, words_of
from services.notifier.domain.objections import OBJECTIONS
from services.notifier.domain.overriding import imposer

Status = Literal["proposed", "raised", "lifted", "voided", "retracted"]


SAID_TYPES = frozenset(
    kind.TYPE
    for kind in (
        EscalationProposed,
        EscalationHeld,
        EscalationRaised,
        EscalationRepeated,
        EscalationExhausted,
        EscalationLifted,
        EscalationVoided,
        EscalationRetracted,
    )
)
"""What we say of an escalation: all of it is for the public feed too."""
ANSWER_TYPES = frozenset(
    kind.TYPE for kind in (EscalationAcknowledged, EscalationApproved, NoticeDelivered)
)
"""What people and systems tell us of an escalation."""
CASE_TYPES = SAID_TYPES | ANSWER_TYPES | CHARGE_TYPES
"""What ``note`` takes in."""


_ENDED: dict[type[EscalationSaid], Status] = {
    EscalationLifted: "lifted",
    EscalationVoided: "voided",
    EscalationRetracted: "retracted",
}


class Escalation(msgspec.Struct, array_like=True):
    """One escalation, from proposed or raised to its end."""

    escalation: str
    step: str
    kind: str
    subject: str
    company: str
    policy_version: str
    status: Status
    effective_on: date
    """The day judged: of the proposal while it is proposed, of the raising from then on."""
    said_on: date
    """The open day when it was proposed, or raised without a proposal."""
    recorded_at: int
    hold_seq: int
    inputs: dict[str, Any] | None = None
    raised_at: int | None = None
    ended_on: date | None = None
    ended_at: int | None = None
    ended_seq: int | None = None
    reason: str | None = None
    approvals: list[Answer] = msgspec.field(default_factory=list)
    acknowledgements: list[Answer] = msgspec.field(default_factory=list)
    repeated_on: list[date] = msgspec.field(default_factory=list)
    """The effective dates on which it was said again."""
    exhausted_after: int = 0
    """After how many repetitions it was said that no more will come."""
    held: str | None = None
    """Which guard held it last, for a person's approval or until it no longer objects."""
    held_on: date | None = None
    raised_on: date | None = None
    """The open day when it was raised; its effective date may lie before."""
    delivered: Delivery | None = None
    """The first report that it reached the debtor; its repetitions need none of their own."""
    fees: list[Fee] = msgspec.field(default_factory=list)
    channels: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is about: step, company and subject. At most one is open for each."""
        return (self.step, self.company, self.subject)

    def approvers(self) -> set[str]:
        """The different people who approved; who imposed it himself is none of them."""
        people = {answer.by.strip().casefold() for answer in self.approvals}
        return people - {imposer(self.inputs)}


class Case(msgspec.Struct, array_like=True):
    """All escalations of one debtor: open ones and ended ones, each in order of saying."""

    open: list[Escalation] = msgspec.field(default_factory=list)
    ended: list[Escalation] = msgspec.field(default_factory=list)
    hold_seq: int = 0
    """Rises with every word said, so that a receiver can tell an old stop from a newer lift."""

    def in_force(self) -> Iterator[Escalation]:
        """Those raised and not ended."""
        return (each for each in self.open if each.status == "raised")

    def find(self, escalation: str) -> Escalation | None:
        """The escalation of that id, open or ended."""
        for each in (*self.open, *self.ended):
            if each.escalation == escalation:
                return each
        return None

    def charges(self) -> Iterator[tuple[str, Event]]:
        """All that was said of fees, each with its id."""
        for each in (*self.open, *self.ended):
            if each.fees:
                yield from words_of(each.fees, each.escalation, each.step, each.policy_version)


def note(case: Case, event: Event, recorded_at: int) -> None:
    """Take a word about an escalation into the case; a word about an unknown one is dropped."""
    match event:
        case EscalationProposed():
            case.open.append(_new(event, "proposed", recorded_at))
        case EscalationRaised():
            _raise(case, event, recorded_at)
        case EscalationHeld():
            _hold(case, event)
        case EscalationLifted() | EscalationVoided() | EscalationRetracted():
            _end(case, event, _ENDED[type(event)], recorded_at)
        case EscalationRepeated() | EscalationExhausted():
            _repeat(case, event)
        case EscalationApproved() | EscalationAcknowledged() | NoticeDelivered():
            _answer(case, event, recorded_at)
        case FeeCharged() | FeeCancelled():
            if found := case.find(event.escalation):
                note_fee(found.fees, event)
        case _:
            return
    if isinstance(event, EscalationSaid) and event.hold_seq is not None:
        case.hold_seq = max(case.hold_seq, event.hold_seq)


def _new(event: EscalationSaid, status: Status, recorded_at: int) -> Escalation:
    return Escalation(
        escalation=event.escalation,
        step=event.step,
        kind=event.kind,
        subject=event.subject,
        company=event.company,
        policy_version=event.policy_version,
        status=status,
        effective_on=event.effective_on,
        said_on=event.on,
        recorded_at=recorded_at,
        hold_seq=event.hold_seq or 0,
        inputs=event.inputs,
        raised_at=recorded_at if status == "raised" else None,
        raised_on=event.on if status == "raised" else None,
        held=event.reason if event.reason in OBJECTIONS else None,
        held_on=event.on if event.reason in OBJECTIONS else None,
        channels=event.channels,
    )


def _hold(case: Case, event: EscalationHeld) -> None:
    for each in case.open:
        if each.escalation == event.escalation:
            each.held, each.held_on = event.reason, event.on


def _raise(case: Case, event: EscalationRaised, recorded_at: int) -> None:
    for each in case.open:
        if each.escalation == event.escalation:
            each.status = "raised"
            each.effective_on = event.effective_on
            each.policy_version = event.policy_version
            each.inputs, each.channels = event.inputs, event.channels
            each.hold_seq = event.hold_seq or 0
            each.raised_at = recorded_at
            each.raised_on = event.on
            return
    case.open.append(_new(event, "raised", recorded_at))


def _repeat(case: Case, event: EscalationRepeated | EscalationExhausted) -> None:
    for each in case.open:
        if each.escalation == event.escalation:
            if isinstance(event, EscalationRepeated):
                each.repeated_on.append(event.effective_on)
            else:
                each.exhausted_after = len(each.repeated_on)


def _end(case: Case, event: EscalationSaid, status: Status, recorded_at: int) -> None:
    for at, each in enumerate(case.open):
        if each.escalation == event.escalation:
            each.status = status
            # The day it ended, or for a retraction the day on which it should not have begun.
            each.ended_on = event.on if status == "retracted" else event.effective_on
            each.ended_at = recorded_at
            each.ended_seq = event.hold_seq
            each.reason = event.reason
            case.ended.append(case.open.pop(at))
            return


def _answer(
    case: Case,
    event: EscalationApproved | EscalationAcknowledged | NoticeDelivered,
    recorded_at: int,
) -> None:
    found = case.find(event.escalation)
    if found is None:
        return
    if isinstance(event, EscalationApproved):
        answer = Answer(event.by, event.on, recorded_at, reason=event.reason)
        found.approvals.append(answer)
    elif isinstance(event, EscalationAcknowledged):
        found.acknowledgements.append(Answer(event.by, event.on, recorded_at, event.hold_seq))
    elif found.delivered is None:
        found.delivered = Delivery(event.by, event.on, recorded_at, event.channel, event.proof)
