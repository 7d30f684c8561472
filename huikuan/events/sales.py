"""What sales and delivery say: orders, shipments, invoices (facts from outside)."""

from datetime import date
from typing import ClassVar, Literal

import msgspec

from huikuan.events.fields import Amount, Currency, Document, Event, Id, Word


class OrderConfirmed(Document, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An order was confirmed: exposure in the bucket ``ordered``."""

    TYPE: ClassVar[str] = "huikuan.order.confirmed.v1"
    RANK: ClassVar[int] = 20
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "order"
    CREATES: ClassVar[bool] = True

    order: Id
    amount: Amount
    currency: Currency
    on: date
    ship_by: date | None = None


class OrderCancelled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The undelivered rest of an order was cancelled."""

    TYPE: ClassVar[str] = "huikuan.order.cancelled.v1"
    RANK: ClassVar[int] = 21
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "order"

    order: Id
    on: date


class ShipmentDispatched(Document, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Goods left: exposure moves from ``ordered`` to ``shipped_unbilled``."""

    TYPE: ClassVar[str] = "huikuan.shipment.dispatched.v1"
    RANK: ClassVar[int] = 22
    DATE: ClassVar[str] = "dispatched_on"
    NAME: ClassVar[str] = "shipment"
    CREATES: ClassVar[bool] = True

    shipment: Id
    amount: Amount
    currency: Currency
    dispatched_on: date
    order: Id | None = None


class ShipmentAccepted(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The debtor accepted a shipment."""

    TYPE: ClassVar[str] = "huikuan.shipment.accepted.v1"
    RANK: ClassVar[int] = 23
    DATE: ClassVar[str] = "accepted_on"
    NAME: ClassVar[str] = "shipment"

    shipment: Id
    accepted_on: date


class GoodsReturned(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Goods came back: reduces what is shipped and unbilled, never an invoice."""

    TYPE: ClassVar[str] = "huikuan.goods.returned.v1"
    RANK: ClassVar[int] = 24
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "shipment"

    shipment: Id
    amount: Amount
    currency: Currency
    on: date
    order: Id | None = None


class Instalment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A part of an invoice with its own due date."""

    instalment: Id
    amount: Amount
    due_on: date
    retention: bool = False


class DueAfter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A due date that an event will set; until then the item is not due."""

    event: Literal["delivery", "acceptance", "milestone", "invoice_receipt"]
    days: int
    months: int = 0
    end_of_month: bool = False
    latest_on: date | None = None


class Covers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The part of an order or shipment that an invoice bills."""

    amount: Amount
    order: Id | None = None
    shipment: Id | None = None


class Discount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A cash discount (现金折扣) offered until a date."""

    until_on: date
    amount: Amount


class InvoiceIssued(Document, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An invoice: exactly one of ``due_on``, ``instalments`` and ``due_after`` says when it is due.

    Instalments add up to ``amount``.
    """

    TYPE: ClassVar[str] = "huikuan.invoice.issued.v1"
    RANK: ClassVar[int] = 30
    DATE: ClassVar[str] = "issued_on"
    NAME: ClassVar[str] = "invoice"
    CREATES: ClassVar[bool] = True

    invoice: Id
    amount: Amount
    currency: Currency
    issued_on: date
    due_on: date | None = None
    instalments: tuple[Instalment, ...] = ()
    due_after: DueAfter | None = None
    kind: Literal["invoice", "debit_note", "fee", "opening"] = "invoice"
    covers: tuple[Covers, ...] = ()
    sold_to: Id | None = None
    discount: tuple[Discount, ...] = ()


class InvoiceCancelled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An invoice was cancelled; its number is free again."""

    TYPE: ClassVar[str] = "huikuan.invoice.cancelled.v1"
    RANK: ClassVar[int] = 29
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "invoice"

    invoice: Id
    on: date
    reason: Word | None = None


class InvoiceAmended(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An invoice got other due dates (not another amount)."""

    TYPE: ClassVar[str] = "huikuan.invoice.amended.v1"
    RANK: ClassVar[int] = 31
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "invoice"

    invoice: Id
    on: date
    due_on: date | None = None
    instalments: tuple[Instalment, ...] = ()


class InvoiceDelivered(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An invoice reached the debtor (``by`` letter, mail, portal …)."""

    TYPE: ClassVar[str] = "huikuan.invoice.delivered.v1"
    RANK: ClassVar[int] = 32
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "invoice"

    invoice: Id
    on: date
    by: Word | None = None
    proof: Word | None = None


class MilestoneReached(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A milestone that makes an invoice due was reached; names an invoice or an order."""

    TYPE: ClassVar[str] = "huikuan.milestone.reached.v1"
    RANK: ClassVar[int] = 33
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "milestone"

    milestone: Id
    on: date
    invoice: Id | None = None
    order: Id | None = None
