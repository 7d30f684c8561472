"""What else is known of a debtor: orders, shipments, promises, and what people said of him."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from huikuan.debtor.things import NEVER, Day


class Order(msgspec.Struct, array_like=True, gc=False):
    """An order; one that is only heard of (by a shipment) is confirmed for nothing."""

    name: str
    book: int
    confirmed_minor: int = 0
    moved_minor: int = 0
    """Shipped, or billed without a shipment."""
    confirmed: bool = False
    cancelled: bool = False


class Shipment(msgspec.Struct, array_like=True, gc=False):
    """A shipment; one that is only heard of (by an invoice) has shipped nothing."""

    name: str
    book: int
    dispatched_minor: int = 0
    gone_minor: int = 0
    """Billed or returned."""
    ahead_minor: int = 0
    """What invoices took from its order before it was dispatched."""
    accepted_on: Day = 0
    dispatched: bool = False


class Cover(msgspec.Struct, array_like=True, gc=False):
    """The part of an order or shipment that an invoice bills."""

    item: int
    order: str
    shipment: str
    amount_minor: int


class DueRule(msgspec.Struct, array_like=True, gc=False):
    """An item's due date, to be set by an event."""

    item: int
    event: str
    days: int
    months: int
    end_of_month: bool
    latest_on: Day


class Milestone(msgspec.Struct, array_like=True, gc=False):
    """A milestone reached, of an invoice or an order."""

    on: Day
    invoice: str
    order: str


class Proof(msgspec.Struct, array_like=True, gc=False):
    """A proof that an invoice was delivered."""

    on: Day
    invoice: str
    proof: str


class Dispute(msgspec.Struct, array_like=True, gc=False):
    """Part of an item that the debtor contests (争议)."""

    name: str
    company: str
    invoice: str
    instalment: str
    amount: str
    """As it was said: the currency is that of the invoice, which may come later."""
    opened_on: Day
    resolved_on: Day = NEVER
    upheld: str = "0"


class Pause(msgspec.Struct, array_like=True, gc=False):
    """No new step from ``on`` through ``until``."""

    name: str
    company: str
    on: Day
    until: Day
    resumed_on: Day
    invoices: tuple[str, ...]


class Override(msgspec.Struct, array_like=True, gc=False):
    """A person's word that a step is lifted or imposed, from ``on`` through ``until``."""

    name: str
    override: str
    company: str
    step: str
    effect: Literal["lift", "impose"]
    on: Day
    until: Day
    by: str
    reason: str
    invoices: tuple[str, ...] = ()
    ended_on: Day = NEVER
    """The first day on which it does not hold any more."""
    ended_by: str = ""
    ended_reason: str = ""

    def holds(self, on: Day) -> bool:
        """Whether it holds at the close of a day."""
        return self.on <= on <= self.until and on < self.ended_on


class Signal(msgspec.Struct, array_like=True, gc=False):
    """A sign of trouble (预警信号), from ``on`` through ``until``."""

    name: str
    signal: str
    company: str
    sign: str
    """What was seen, as policies name it."""
    severity: int
    source: str
    on: Day
    until: Day
    cleared_on: Day = NEVER
    """The first day on which it does not hold any more."""

    def holds(self, on: Day) -> bool:
        """Whether it holds at the close of a day."""
        return self.on <= on <= self.until and on < self.cleared_on


class PromisedStage(msgspec.Struct, array_like=True, gc=False):
    """A promised amount and its date."""

    due_on: Day
    amount_minor: int


class Promise(msgspec.Struct, array_like=True, gc=False):
    """A promise to pay (付款承诺); one without stages has a single one."""

    name: str
    promise: str
    book: int
    amount_minor: int
    on: Day
    stages: tuple[PromisedStage, ...]
    invoices: tuple[str, ...]
    replaces: str = ""
    withdrawn_on: Day = NEVER


class Limit(msgspec.Struct, array_like=True, gc=False):
    """A credit limit (信用额度); an amount of None is unlimited."""

    on: Day
    company: str
    currency: str
    amount_minor: int | None
    valid_until: Day


class Profile(msgspec.Struct, array_like=True, gc=False):
    """What is known about the debtor himself, from a day on."""

    on: Day
    segment: str | None
    tags: tuple[str, ...]
    group: str | None
    payer: str | None
    collector: str | None
    time_zone: str | None
    terms_days: int | None


def time_zone_on(profiles: Sequence[Profile], on: Day) -> str | None:
    """The debtor's time zone on a day, by his profiles in order of their dates."""
    return next((each.time_zone for each in reversed(profiles) if each.on <= on), None)
