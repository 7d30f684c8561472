"""What the promises service says: promises made and withdrawn, and what became of them."""

from datetime import date
from typing import ClassVar

import msgspec

from huikuan.events.fields import Amount, Currency, Event, Id, Word


class Stage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One part of a promise, with its own date."""

    due_on: date
    amount: Amount


class PromiseMade(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The debtor promised money by a date, or in ``stages`` that add up to ``amount``."""

    TYPE: ClassVar[str] = "huikuan.promise.made.v1"
    RANK: ClassVar[int] = 38
    DATE: ClassVar[str] = "made_on"
    NAME: ClassVar[str] = "promise"
    CREATES: ClassVar[bool] = True

    promise: Id
    amount: Amount
    currency: Currency
    made_on: date
    due_on: date | None = None
    stages: tuple[Stage, ...] = ()
    invoices: tuple[Id, ...] = ()
    by: Word | None = None
    channel: Word | None = None
    replaces: Id | None = None


class PromiseWithdrawn(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A promise was taken back; it no longer defers anything."""

    TYPE: ClassVar[str] = "huikuan.promise.withdrawn.v1"
    RANK: ClassVar[int] = 39
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "promise"

    promise: Id
    on: date


class PromiseOutcome(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What became of a promise (or one stage of it) by the close of a date."""

    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "promise"

    promise: Id
    on: date
    due_on: date
    amount: Amount
    received: Amount
    currency: Currency
    stage: int | None = None


class PromiseKept(PromiseOutcome, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Kept (已兑现): enough money within the window."""

    TYPE: ClassVar[str] = "huikuan.promise.kept.v1"


class PromisePartlyKept(PromiseOutcome, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Partly kept (部分兑现): some money, not enough."""

    TYPE: ClassVar[str] = "huikuan.promise.partly_kept.v1"


class PromiseBroken(PromiseOutcome, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Broken (未兑现): no money within the window."""

    TYPE: ClassVar[str] = "huikuan.promise.broken.v1"
