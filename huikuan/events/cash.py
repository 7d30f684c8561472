"""What the bank and the books say: payments, credit, clearing, write-offs (facts from outside)."""

from datetime import date
from typing import ClassVar, Literal

import msgspec

from huikuan.events.fields import Amount, Currency, Document, Event, Id, Word


class CreditNoteIssued(Document, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A credit note; without ``invoice`` it is unapplied credit."""

    TYPE: ClassVar[str] = "huikuan.credit_note.issued.v1"
    RANK: ClassVar[int] = 40
    DATE: ClassVar[str] = "issued_on"
    NAME: ClassVar[str] = "credit_note"
    CREATES: ClassVar[bool] = True

    credit_note: Id
    amount: Amount
    currency: Currency
    issued_on: date
    invoice: Id | None = None
    instalment: Id | None = None
    dispute: Id | None = None


class CreditNoteCancelled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A credit note was taken back."""

    TYPE: ClassVar[str] = "huikuan.credit_note.cancelled.v1"
    RANK: ClassVar[int] = 41
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "credit_note"

    credit_note: Id
    on: date


class Deduction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the debtor kept back, and why (扣款)."""

    amount: Amount
    reason: Word


class Remittance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of remittance advice: what the debtor says this money pays."""

    amount: Amount
    invoice: Id | None = None
    instalment: Id | None = None
    order: Id | None = None
    discount: Amount | None = None
    deduction: Deduction | None = None


class Bill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A bill of exchange handed in as payment (商业汇票)."""

    number: Id
    kind: Word
    maturity_on: date
    acceptor: Word | None = None


class PaymentReceived(Document, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Money received; counts from the earlier of ``booked_on`` and ``value_on``."""

    TYPE: ClassVar[str] = "huikuan.payment.received.v1"
    RANK: ClassVar[int] = 50
    DATE: ClassVar[str] = "value_on"
    NAME: ClassVar[str] = "payment"
    CREATES: ClassVar[bool] = True

    payment: Id
    amount: Amount
    currency: Currency
    value_on: date
    booked_on: date | None = None
    kind: Literal["cash", "cheque", "bill", "netting", "goods"] = "cash"
    remittance: tuple[Remittance, ...] = ()
    bank_account: Word | None = None
    bank_reference: Word | None = None
    payer: Id | None = None
    bill: Bill | None = None


class PaymentReversed(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Money went back; without ``amount`` all that is left of the payment."""

    TYPE: ClassVar[str] = "huikuan.payment.reversed.v1"
    RANK: ClassVar[int] = 60
    DATE: ClassVar[str] = "reversed_on"
    NAME: ClassVar[str] = "payment"

    payment: Id
    reversed_on: date
    reason: Literal["refund", "chargeback", "bounced", "error"] = "error"
    reversal: Id | None = None
    amount: Amount | None = None


class ReversalCancelled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A reversal was itself taken back."""

    TYPE: ClassVar[str] = "huikuan.reversal.cancelled.v1"
    RANK: ClassVar[int] = 61
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "reversal"

    reversal: Id
    on: date


class BillCleared(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The bill of exchange behind a payment was paid at maturity."""

    TYPE: ClassVar[str] = "huikuan.bill.cleared.v1"
    RANK: ClassVar[int] = 62
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "payment"

    payment: Id
    on: date


class RefundPaid(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Unapplied money was paid back to the debtor."""

    TYPE: ClassVar[str] = "huikuan.refund.paid.v1"
    RANK: ClassVar[int] = 63
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "refund"
    CREATES: ClassVar[bool] = True

    refund: Id
    amount: Amount
    currency: Currency
    on: date


class CashAllocated(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The ERP's own clearing: names a payment or a credit note, and the item it pays."""

    TYPE: ClassVar[str] = "huikuan.cash.allocated.v1"
    RANK: ClassVar[int] = 55
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "allocation"
    CREATES: ClassVar[bool] = True

    allocation: Id
    invoice: Id
    amount: Amount
    on: date
    payment: Id | None = None
    credit_note: Id | None = None
    instalment: Id | None = None


class CashDeallocated(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A clearing was reset: the item opens again, the money is unapplied again."""

    TYPE: ClassVar[str] = "huikuan.cash.deallocated.v1"
    RANK: ClassVar[int] = 56
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "allocation"

    allocation: Id
    on: date


class InvoiceWrittenOff(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Open debt was given up (坏账核销), at most what is open."""

    TYPE: ClassVar[str] = "huikuan.invoice.written_off.v1"
    RANK: ClassVar[int] = 70
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "invoice"

    invoice: Id
    amount: Amount
    on: date
    instalment: Id | None = None
    currency: Currency | None = None


class WriteOffReversed(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A write-off was taken back."""

    TYPE: ClassVar[str] = "huikuan.write_off.reversed.v1"
    RANK: ClassVar[int] = 71
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "invoice"

    invoice: Id
    amount: Amount
    on: date
    instalment: Id | None = None
    currency: Currency | None = None
