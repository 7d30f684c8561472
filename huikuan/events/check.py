"""Whether an event makes sense: asked once, where it comes in. What is on the log has passed."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from huikuan.events.allowed import words_at
from huikuan.events.cash import CashAllocated, CreditNoteIssued, PaymentReceived
from huikuan.events.codec import FACT_TYPES, TYPES, UnknownTypeError, decode, minor
from huikuan.events.currencies import DECIMALS
from huikuan.events.fields import Document, Event
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.ledger import FEEDS, ExchangeRateSet, FeedCompleted, RecordSettled
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import (
    CreditLimitSet,
    DisputeResolved,
    DunningPaused,
    OverrideSet,
    SignalRaised,
)
from huikuan.events.sales import InvoiceAmended, InvoiceIssued, MilestoneReached
from huikuan.events.texts import SIGN, fault_of_id
from huikuan.events.values import check_values
from huikuan.events.wire import CloudEvent

_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_AT = re.compile(r" - at `(key in )?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[([^\]]*)\]")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")
_AS_TEXT = 'must be text in quotes, as in "249.95": a JSON number may lose digits'


def read(event: CloudEvent) -> Event:
    """The event in an envelope, checked and normalised; pointers are into the envelope.

    Raises ``InvalidFieldError``, also for a type that nobody knows.
    """
    try:
        read_ = decode_checked(event.type, event.data)
    except UnknownTypeError:
        raise InvalidFieldError("/type", "is no type of event that is known here") from None
    except InvalidFieldError as error:
        raise error.under("/data") from None
    if not event.subject and type(read_).TYPE in FACT_TYPES:
        raise InvalidFieldError("/subject", "is missing; it names the debtor")
    return read_


def decode_checked(type_name: str, data: bytes) -> Event:
    """The event of some JSON that came from outside, checked and normalised.

    Raises ``UnknownTypeError``, and ``InvalidFieldError`` with a pointer into ``data``.
    """
    try:
        event = decode(type_name, data)
    except msgspec.DecodeError as error:
        raise invalid_from(error, TYPES.get(type_name, Event)) from None
    return check(event)


def invalid_from(error: msgspec.DecodeError, kind: type) -> InvalidFieldError:
    """What msgspec says of some JSON that is no ``kind``: where, and what to send instead."""
    text = str(error)
    path = ""
    if found := _AT.search(text):
        text = text[: found.start()]
        path = "".join(f"/{name or index}" for name, index in _STEP.findall(found["path"]))
    if words := words_at(kind, path.split("/")[1:]):
        allowed = ", ".join(words)
        return InvalidFieldError(path, f"is none of the words allowed here: one of {allowed}")
    if missing := _MISSING.match(text):
        return InvalidFieldError(f"{path}/{missing[1]}", "is missing")
    if unknown := _UNKNOWN.match(text):
        return InvalidFieldError(f"{path}/{unknown[1]}", "is no field that is known here")
    if re.match(r"Expected `str( \| null)?`, got `(int|float)`", text):
        return InvalidFieldError(path, _AS_TEXT)
    if text == "Invalid RFC3339 encoded date" or text.startswith("Expected `date"):
        return InvalidFieldError(path, "must be a date of the calendar, as in 2026-01-31")
    return InvalidFieldError(path, text)


def check(event: Event) -> Event:
    """The event, normalised, where it makes sense; else ``InvalidFieldError`` with a pointer."""
    event = check_values(event)
    if isinstance(event, Document):
        _check_tax(event)
    if rule := _RULES.get(type(event)):
        rule(event)
    return event


def _check_tax(event: Document) -> None:
    amount = getattr(event, "amount", None)
    if event.tax_amount is not None and amount and minor(event.tax_amount) > minor(amount):
        raise InvalidFieldError("/tax_amount", "is above the amount, which includes the tax")


def _check_invoice(event: InvoiceIssued) -> None:
    _one_of(event, ("due_on", "instalments", "due_after"))
    if event.instalments:
        _unique((each.instalment for each in event.instalments), "/instalments", "/instalment")
        _adds_up([each.amount for each in event.instalments], event.amount, "/instalments")
    for at, discount in enumerate(event.discount):
        if minor(discount.amount) > minor(event.amount):
            raise InvalidFieldError(f"/discount/{at}/amount", "is above the amount of the invoice")


def _check_payment(event: PaymentReceived) -> None:
    named = sum(minor(line.amount) for line in event.remittance)
    if named > minor(event.amount):
        raise InvalidFieldError("/remittance", "adds up to more than the payment")
    for at, line in enumerate(event.remittance):
        _check_instalment_named(line.invoice, line.instalment, f"/remittance/{at}")
    if event.bill is not None and event.kind != "bill":
        raise InvalidFieldError("/bill", 'is given, but kind is not "bill"')


def _check_promise(event: PromiseMade) -> None:
    _one_of(event, ("due_on", "stages"))
    _more_than_nothing(event.amount)
    _not_before(event.due_on, event.made_on, "/due_on", "made_on")
    for at, stage in enumerate(event.stages):
        _not_before(stage.due_on, event.made_on, f"/stages/{at}/due_on", "made_on")
        _more_than_nothing(stage.amount, f"/stages/{at}/amount")
    if event.stages:
        _adds_up([stage.amount for stage in event.stages], event.amount, "/stages")
    _unique(event.invoices, "/invoices")
    if event.replaces == event.promise:
        raise InvalidFieldError("/replaces", "names the promise itself")


def _check_amendment(event: InvoiceAmended) -> None:
    _one_of(event, ("due_on", "instalments"))
    _unique((each.instalment for each in event.instalments), "/instalments", "/instalment")


def _check_credit_note(event: CreditNoteIssued) -> None:
    _check_instalment_named(event.invoice, event.instalment, "")


def _check_pause(event: DunningPaused | OverrideSet) -> None:
    _not_before(event.until, event.from_on, "/until", "from")
    _unique(event.invoices, "/invoices")


def _check_signal(event: SignalRaised) -> None:
    if not re.fullmatch(SIGN, event.name, re.ASCII):
        raise InvalidFieldError("/name", "must be a word in small letters, as in stock_dumped")
    _not_before(event.until, event.on, "/until", "on")
    _more_than_nothing(str(event.severity), "/severity")


def _check_limit(event: CreditLimitSet) -> None:
    _not_before(event.valid_until, event.effective_on, "/valid_until", "effective_on")


def _check_resolution(event: DisputeResolved) -> None:
    if event.outcome == "partly" and event.accepted_amount is None:
        raise InvalidFieldError("/accepted_amount", 'is missing; outcome is "partly"')
    if event.outcome != "partly" and event.accepted_amount is not None:
        raise InvalidFieldError("/accepted_amount", 'is given, but outcome is not "partly"')


def _check_rate(event: ExchangeRateSet) -> None:
    for name, code in (("base", event.base), ("quote", event.quote)):
        if code not in DECIMALS:
            raise InvalidFieldError(f"/{name}", 'is no currency of ISO 4217, as "CNY" is one')
    if event.base == event.quote:
        raise InvalidFieldError("/quote", "is the base itself")
    if not _RATE.fullmatch(event.rate) or not event.rate.strip("0."):
        raise InvalidFieldError("/rate", 'must be a decimal above nothing, as in "7.1234"')


def _check_feed(event: FeedCompleted) -> None:
    if event.feed.partition("/")[0] not in FEEDS:
        raise InvalidFieldError("/feed", f"is no feed; it is one of {', '.join(FEEDS)}")
    if fault := fault_of_id(event.source):
        raise InvalidFieldError("/source", fault)


def _check_instalment_named(invoice: str | None, instalment: str | None, pointer: str) -> None:
    if instalment is not None and invoice is None:
        raise InvalidFieldError(f"{pointer}/invoice", "is missing; an instalment is named")


def _one_of(event: Event, names: Sequence[str]) -> None:
    given = [name for name in names if getattr(event, name)]
    if len(given) != 1:
        wanted = " or ".join(names)
        pointer = f"/{given[1]}" if given else f"/{names[0]}"
        raise InvalidFieldError(pointer, f"give exactly one of {wanted}")


def _adds_up(parts: Sequence[str], whole: str, pointer: str) -> None:
    if sum(map(minor, parts)) != minor(whole):
        raise InvalidFieldError(pointer, "must add up to the amount")


def _not_before(day: date | None, start: date, pointer: str, name: str) -> None:
    if day is not None and day < start:
        raise InvalidFieldError(pointer, f"is before {name}")


def _more_than_nothing(amount: str, pointer: str = "/amount") -> None:
    if not amount.strip("0."):
        raise InvalidFieldError(pointer, "must be more than nothing")


def _unique(names: Iterable[str], pointer: str, field: str = "") -> None:
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name in seen:
            raise InvalidFieldError(f"{pointer}/{at}{field}", "is named twice")
        seen.add(name)


_RULES: dict[type[Event], Callable[[Any], None]] = {
    InvoiceIssued: _check_invoice,
    InvoiceAmended: _check_amendment,
    MilestoneReached: lambda event: _one_of(event, ("invoice", "order")),
    CreditNoteIssued: _check_credit_note,
    PaymentReceived: _check_payment,
    CashAllocated: lambda event: _one_of(event, ("payment", "credit_note")),
    PromiseMade: _check_promise,
    DisputeResolved: _check_resolution,
    DunningPaused: _check_pause,
    OverrideSet: _check_pause,
    SignalRaised: _check_signal,
    CreditLimitSet: _check_limit,
    RecordSettled: lambda event: _one_of(event, ("conflict", "place")),
    ExchangeRateSet: _check_rate,
    FeedCompleted: _check_feed,
}
"""What the fields of one type must be together; of all others each field says all there is."""
