"""From bytes to events and back: the registry of types, upcasts, canonical order, amounts."""

from collections.abc import Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

import msgspec

from huikuan.events import cash, ledger, notifier, promises, relations, sales
from huikuan.events.currencies import decimals_of
from huikuan.events.fields import MAIN, Event
from huikuan.events.upcasts import upcast

FACTS: tuple[type[Event], ...] = (
    relations.DebtorRegistered,
    relations.DebtorUpdated,
    relations.CreditLimitSet,
    sales.OrderConfirmed,
    sales.OrderCancelled,
    sales.ShipmentDispatched,
    sales.ShipmentAccepted,
    sales.GoodsReturned,
    sales.InvoiceIssued,
    sales.InvoiceCancelled,
    sales.InvoiceAmended,
    sales.InvoiceDelivered,
    sales.MilestoneReached,
    cash.CreditNoteIssued,
    cash.CreditNoteCancelled,
    cash.PaymentReceived,
    cash.PaymentReversed,
    cash.ReversalCancelled,
    cash.BillCleared,
    cash.RefundPaid,
    cash.CashAllocated,
    cash.CashDeallocated,
    cash.InvoiceWrittenOff,
    cash.WriteOffReversed,
    relations.DisputeOpened,
    relations.DisputeResolved,
    relations.DunningPaused,
    relations.DunningResumed,
    relations.OverrideSet,
    relations.OverrideEnded,
    relations.SignalRaised,
    relations.SignalCleared,
    promises.PromiseMade,
    promises.PromiseWithdrawn,
)
"""What a debtor's account is folded from, and what intake takes."""

SAID: tuple[type[Event], ...] = (
    ledger.BusinessDayOpened,
    ledger.RecordConflicted,
    ledger.RecordSettled,
    ledger.RulesChanged,
    ledger.FeedCompleted,
    ledger.ExchangeRateSet,
    promises.PromiseKept,
    promises.PromisePartlyKept,
    promises.PromiseBroken,
    notifier.PolicyAdopted,
    notifier.EscalationAcknowledged,
    notifier.EscalationApproved,
    notifier.NoticeDelivered,
    notifier.BreakerTripped,
    notifier.BreakerReleased,
    notifier.EscalationProposed,
    notifier.EscalationHeld,
    notifier.EscalationRaised,
    notifier.EscalationRepeated,
    notifier.EscalationExhausted,
    notifier.EscalationLifted,
    notifier.EscalationVoided,
    notifier.EscalationRetracted,
    notifier.FeeCharged,
    notifier.FeeCancelled,
)
"""What our own services say."""

CHARGES: tuple[type[Event], ...] = (notifier.FeeCharged, notifier.FeeCancelled)
"""What is said and folded into accounts as facts are; intake takes none."""

TYPES: dict[str, type[Event]] = {kind.TYPE: kind for kind in FACTS + SAID}
FACT_TYPES = frozenset(kind.TYPE for kind in FACTS)
CHARGE_TYPES = frozenset(kind.TYPE for kind in CHARGES)
FOLDED_TYPES = FACT_TYPES | CHARGE_TYPES
"""All that an account is folded from."""

_DECODE = {name: msgspec.json.Decoder(kind).decode for name, kind in TYPES.items()}
_encoder = msgspec.json.Encoder()

CanonicalKey = tuple[date, int, str, str]
"""(effective date, kind rank, business id, event id): the order in which facts are folded."""


class UnknownTypeError(LookupError):
    """No event has this type: the process is too old for the log, or the record is foreign."""


def decode(type_name: str, value: bytes) -> Event:
    """The event of a log record or of the ``data`` of a CloudEvent.

    Raises ``UnknownTypeError``, or ``msgspec.DecodeError`` (``msgspec.ValidationError`` where it
    names the field), whatever the bytes are.
    """
    try:
        read = _DECODE.get(type_name)
        if read is None:
            type_name, value = upcast(type_name, value)
            read = _DECODE.get(type_name)
            if read is None:
                raise UnknownTypeError(type_name)
        return read(value)
    except RecursionError:
        raise msgspec.DecodeError("JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise msgspec.DecodeError("Text is not UTF-8") from None


def decode_all(told: Sequence[tuple[int, str, str, int, bytes]]) -> list[tuple[str, Event]]:
    """(id, event) of each (position, id, type, time, value), of which a rebuild reads many.

    Raises what ``decode`` raises for the first of them for which it raises anything.
    """
    try:
        # A call of `decode` for each is a twenty-fifth of what a rebuild folds in.
        return [(event_id, _DECODE[kind](value)) for _, event_id, kind, _, value in told]
    except (KeyError, RecursionError, UnicodeDecodeError, msgspec.MsgspecError):
        return [(event_id, decode(kind, value)) for _, event_id, kind, _, value in told]


def encode(event: Event) -> bytes:
    """The JSON of an event's data: fields in order of declaration, defaults left out.

    Equal events give equal bytes, whether their fields were read or written out.
    """
    if event.company == MAIN and event.company is not MAIN:
        # msgspec leaves a default out only where it is the very object.
        event = msgspec.structs.replace(event, company=MAIN)
    return _encoder.encode(event)


def minor(amount: str) -> int:
    """Integer minor units of a normalised amount: ``minor("249.95") == 24995``."""
    return int(amount.replace(".", "", 1))


def minor_of(amount: str, currency: str) -> int:
    """Integer minor units of an amount that has no currency beside it on the wire.

    Intake cannot normalise such an amount (of a clearing, a dispute, a discount …), so the fold
    does, by the currency of the document that it is about: ``minor_of("5", "CNY") == 500``.
    Decimals beyond the currency's are cut off, never rounded up: half a minor unit that nobody
    can owe must not let a clearing exceed its payment. Raises ``UnknownCurrencyError``.
    """
    decimals = decimals_of(currency)
    units, _, fraction = amount.partition(".")
    return int(units + fraction[:decimals].ljust(decimals, "0"))


def amount_of(amount_minor: int, currency: str) -> str:
    """The normalised amount of minor units: ``amount_of(500, "CNY") == "5.00"``."""
    decimals = decimals_of(currency)
    if not decimals:
        return str(amount_minor)
    digits = str(amount_minor).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


_names: dict[type[Event], Callable[[Any], Any]] = {
    kind: attrgetter(kind.NAME) for kind in FACTS + SAID if kind.NAME
}


def effective_on(event: Event) -> date:
    """The date from which a fact counts; money counts from the earlier of its two dates."""
    if isinstance(event, cash.PaymentReceived):
        booked_on = event.booked_on
        return event.value_on if booked_on is None else min(booked_on, event.value_on)
    on: date = getattr(event, event.DATE)
    return on


def canonical_key(event: Event, event_id: str) -> CanonicalKey:
    """Where a fact stands in canonical order (architecture §7), whatever its place in the log."""
    name = _names.get(type(event))
    return (effective_on(event), event.RANK, name(event) if name else "", event_id)
