"""What is known about the debtor: master data, limit, disputes, pauses, overrides, signals."""

from datetime import date
from typing import ClassVar, Literal

import msgspec

from huikuan.events.fields import Amount, Currency, Event, Id, Word


class DebtorRegistered(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A debtor became known. Names and contacts are no part of it."""

    TYPE: ClassVar[str] = "huikuan.debtor.registered.v1"
    RANK: ClassVar[int] = 10
    DATE: ClassVar[str] = "on"

    on: date
    segment: Word | None = None
    tags: tuple[Word, ...] = ()
    time_zone: Word | None = None
    group: Id | None = None
    payer: Id | None = None
    collector: Word | None = None
    terms_days: int | None = None
    external_ids: tuple[Id, ...] = ()


class DebtorUpdated(DebtorRegistered, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A debtor's data changed: the whole of it, as it is now."""

    TYPE: ClassVar[str] = "huikuan.debtor.updated.v1"
    RANK: ClassVar[int] = 11


class CreditLimitSet(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The exposure we accept: ``amount`` null is unlimited, ``"0"`` is zero."""

    TYPE: ClassVar[str] = "huikuan.credit_limit.set.v1"
    RANK: ClassVar[int] = 12
    DATE: ClassVar[str] = "effective_on"
    NAME: ClassVar[str] = "currency"

    amount: Amount | None
    currency: Currency
    effective_on: date
    valid_until: date | None = None


class DisputeOpened(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Part of an item is contested: shielded from dunning, still in exposure."""

    TYPE: ClassVar[str] = "huikuan.dispute.opened.v1"
    RANK: ClassVar[int] = 34
    DATE: ClassVar[str] = "opened_on"
    NAME: ClassVar[str] = "dispute"
    CREATES: ClassVar[bool] = True

    dispute: Id
    invoice: Id
    amount: Amount
    reason: Word
    opened_on: date
    instalment: Id | None = None


class DisputeResolved(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A dispute ended; ``accepted_amount`` says how much of it was right (``partly``)."""

    TYPE: ClassVar[str] = "huikuan.dispute.resolved.v1"
    RANK: ClassVar[int] = 35
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "dispute"

    dispute: Id
    outcome: Literal["upheld", "rejected", "partly"]
    on: date
    accepted_amount: Amount | None = None


class DunningPaused(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """No new step from ``from`` through ``until``; on some invoices only where they are named."""

    TYPE: ClassVar[str] = "huikuan.dunning.paused.v1"
    RANK: ClassVar[int] = 36
    DATE: ClassVar[str] = "from_on"
    NAME: ClassVar[str] = "pause"
    CREATES: ClassVar[bool] = True

    pause: Id
    from_on: date = msgspec.field(name="from")
    until: date
    reason: Word
    invoices: tuple[Id, ...] = ()


class DunningResumed(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A pause ended early."""

    TYPE: ClassVar[str] = "huikuan.dunning.resumed.v1"
    RANK: ClassVar[int] = 37
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "pause"

    pause: Id
    on: date


class OverrideSet(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person lifts or imposes a step, whatever the policy says, until it ends."""

    TYPE: ClassVar[str] = "huikuan.override.set.v1"
    RANK: ClassVar[int] = 42
    DATE: ClassVar[str] = "from_on"
    NAME: ClassVar[str] = "override"
    CREATES: ClassVar[bool] = True

    override: Id
    step: Word
    effect: Literal["lift", "impose"]
    from_on: date = msgspec.field(name="from")
    by: Word
    reason: Word
    until: date | None = None
    invoices: tuple[Id, ...] = ()


class OverrideEnded(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person's override ended: from that date on the policy decides again."""

    TYPE: ClassVar[str] = "huikuan.override.ended.v1"
    RANK: ClassVar[int] = 43
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "override"

    override: Id
    on: date
    by: Word | None = None
    reason: Word | None = None


class SignalRaised(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A sign of trouble (预警信号) was seen: stock dumped, a demolition notice, other ventures.

    It holds from ``on`` through ``until``, or until it is cleared.
    """

    TYPE: ClassVar[str] = "huikuan.signal.raised.v1"
    RANK: ClassVar[int] = 44
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "signal"
    CREATES: ClassVar[bool] = True

    signal: Id
    name: Word
    on: date
    until: date | None = None
    source: Word | None = None
    severity: int = 1


class SignalCleared(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A sign of trouble is over, or was none: from that date on it counts no more."""

    TYPE: ClassVar[str] = "huikuan.signal.cleared.v1"
    RANK: ClassVar[int] = 45
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "signal"

    signal: Id
    on: date
