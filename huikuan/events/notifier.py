"""What the notifier says: policies adopted, the life of every escalation, and their fees."""

from datetime import date
from typing import Any, ClassVar

from huikuan.events.fields import Amount, Currency, Event, Id, Word


class PolicyAdopted(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A policy document (催收策略) is in force from a date. Said to every partition."""

    TYPE: ClassVar[str] = "huikuan.policy.adopted.v1"
    EVERYBODY: ClassVar[bool] = True

    version: Id
    effective_on: date
    document: dict[str, Any]


class EscalationAcknowledged(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The system that must obey an escalation says that it does (a command)."""

    TYPE: ClassVar[str] = "huikuan.escalation.acknowledged.v1"

    escalation: Id
    by: Word
    on: date
    hold_seq: int | None = None


class EscalationApproved(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person approved a proposed escalation, or let go what a guard held (a command)."""

    TYPE: ClassVar[str] = "huikuan.escalation.approved.v1"

    escalation: Id
    by: Word
    on: date
    reason: Word | None = None


class NoticeDelivered(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A notice in force reached the debtor (送达), as whoever sends it reports (a command)."""

    TYPE: ClassVar[str] = "huikuan.notice.delivered.v1"

    escalation: Id
    on: date
    by: Word
    channel: Word | None = None
    proof: Word | None = None


class EscalationSaid(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What every word about an escalation carries.

    ``subject`` is ``debtor`` or ``item:<invoice>``; ``effective_on`` the day judged; ``on`` the
    open day when it was said; ``inputs`` the values that the rule saw; ``channels`` how it is
    to reach the debtor.
    """

    escalation: Id
    step: Word
    kind: Word
    subject: Word
    effective_on: date
    on: date
    policy_version: Id
    hold_seq: int | None = None
    reason: Word | None = None
    inputs: dict[str, Any] | None = None
    channels: tuple[Word, ...] = ()


class EscalationProposed(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Demanded, and waiting for its hold to pass or for approval."""

    TYPE: ClassVar[str] = "huikuan.escalation.proposed.v1"


class EscalationHeld(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Proposed, and held by a guard (``reason``): a person approves, or its cause goes away."""

    TYPE: ClassVar[str] = "huikuan.escalation.held.v1"


class EscalationRaised(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """In force (生效)."""

    TYPE: ClassVar[str] = "huikuan.escalation.raised.v1"


class EscalationRepeated(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A notice was said again."""

    TYPE: ClassVar[str] = "huikuan.escalation.repeated.v1"


class EscalationExhausted(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The last repetition of a notice has been said."""

    TYPE: ClassVar[str] = "huikuan.escalation.exhausted.v1"


class EscalationLifted(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """No longer in force (解除)."""

    TYPE: ClassVar[str] = "huikuan.escalation.lifted.v1"


class EscalationVoided(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Proposed, and dropped before it was raised (作废)."""

    TYPE: ClassVar[str] = "huikuan.escalation.voided.v1"


class EscalationRetracted(EscalationSaid, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Raised, and shown by late facts not to have been due (追溯撤销)."""

    TYPE: ClassVar[str] = "huikuan.escalation.retracted.v1"


class FeeCharged(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A step that was raised costs the debtor a fee (催收费用); it has no due date."""

    TYPE: ClassVar[str] = "huikuan.fee.charged.v1"
    RANK: ClassVar[int] = 95
    DATE: ClassVar[str] = "effective_on"
    NAME: ClassVar[str] = "fee"

    fee: Id
    escalation: Id
    step: Word
    amount: Amount
    currency: Currency
    on: date
    effective_on: date
    policy_version: Id


class FeeCancelled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The step of a fee was retracted, and the fee with it."""

    TYPE: ClassVar[str] = "huikuan.fee.cancelled.v1"
    RANK: ClassVar[int] = 96
    DATE: ClassVar[str] = "effective_on"
    NAME: ClassVar[str] = "fee"

    fee: Id
    cancellation: Id
    escalation: Id
    on: date
    effective_on: date
    reason: Word | None = None


class BreakerTripped(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Opening a date would have hurt too many debtors of a partition: all were held (熔断)."""

    TYPE: ClassVar[str] = "huikuan.breaker.tripped.v1"
    EVERYBODY: ClassVar[bool] = True

    tripped_on: date
    steps: int
    debtors: int
    policy_version: Id


class BreakerReleased(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person looked and lets go what was held on a date (a command)."""

    TYPE: ClassVar[str] = "huikuan.breaker.released.v1"
    EVERYBODY: ClassVar[bool] = True

    tripped_on: date
    by: Word
    reason: Word
    on: date
