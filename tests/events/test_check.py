"""Bad input is refused at its field, with what to send instead; good input is normalised."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huikuan.events.check import check, decode_checked, read
from huikuan.events.codec import UnknownTypeError, decode, encode, minor
from huikuan.events.currencies import DECIMALS
from huikuan.events.fields import Event
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.wire import CloudEvent
from tests.events.strategies import amounts, any_event
from tests.events.test_samples import SAMPLES

INVOICE = {"invoice": "I1", "amount": "100", "currency": "CNY", "issued_on": "2026-01-01"}
DUE = INVOICE | {"due_on": "2026-02-01"}
PAYMENT = {"payment": "B1", "amount": "100", "currency": "CNY", "value_on": "2026-02-01"}
PROMISE = {"promise": "P1", "amount": "100", "currency": "CNY", "made_on": "2026-02-01"}
RESOLVED = {"dispute": "X1", "on": "2026-02-01"}
PAUSE = {"pause": "Z1", "reason": "x", "from": "2026-02-01", "until": "2026-02-28"}
SIGNAL = {"signal": "N1", "name": "stock_dumped", "on": "2026-02-01"}
LIMIT = {"amount": "5", "currency": "CNY", "effective_on": "2026-02-01"}
ALLOCATED = {"allocation": "A1", "invoice": "I1", "amount": "5", "on": "2026-02-01"}
RATE = {"base": "USD", "quote": "CNY", "rate": "7.1", "effective_on": "2026-02-01"}
REFUND = {"refund": "F1", "amount": "5", "currency": "CNY", "on": "2026-02-01"}
MILESTONE = {"milestone": "M1", "on": "2026-02-01"}
AMENDED = {"invoice": "I1", "on": "2026-02-01"}
CREDIT = {"credit_note": "C1", "amount": "5", "currency": "CNY", "issued_on": "2026-02-01"}


def part(**fields: Any) -> dict[str, Any]:
    return {"instalment": "1", "amount": "100", "due_on": "2026-02-01"} | fields


def stage(on: str, amount: str) -> dict[str, str]:
    return {"due_on": on, "amount": amount}


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # amounts
    ("refund.paid", REFUND | {"amount": 5}, "/amount", "in quotes"),
    ("refund.paid", REFUND | {"amount": 5.5}, "/amount", "in quotes"),
    ("refund.paid", REFUND | {"amount": None}, "/amount", "Expected `str`"),
    ("refund.paid", REFUND | {"amount": "-5"}, "/amount", "negative"),
    ("refund.paid", REFUND | {"amount": "+5"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "1e3"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "1,000.00"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": " 5"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "5\n"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": ".5"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "5."}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "٥"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "NaN"}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": ""}, "/amount", "digits"),
    ("refund.paid", REFUND | {"amount": "5.001"}, "/amount", "decimals than CNY has (2)"),
    ("refund.paid", REFUND | {"amount": "5.5", "currency": "JPY"}, "/amount", "than JPY has (0)"),
    ("refund.paid", REFUND | {"amount": "9" * 14}, "/amount", "15 digits"),
    ("refund.paid", REFUND | {"amount": "9" * 5_000}, "/amount", "15 digits"),
    ("dispute.resolved", RESOLVED | {"outcome": "partly", "accepted_amount": "5.00001"},
     "/accepted_amount", "any currency"),
    ("invoice.issued", DUE | {"tax_amount": "100.01"}, "/tax_amount", "includes the tax"),
    # currencies
    ("refund.paid", REFUND | {"currency": "cny"}, "/currency", '"CNY"'),
    ("refund.paid", REFUND | {"currency": "RMB"}, "/currency", "ISO 4217"),
    ("refund.paid", REFUND | {"currency": "XAU"}, "/currency", "ISO 4217"),
    ("refund.paid", REFUND | {"currency": ""}, "/currency", "ISO 4217"),
    # ids and words
    ("refund.paid", REFUND | {"refund": ""}, "/refund", "empty"),
    ("refund.paid", REFUND | {"refund": "x" * 201}, "/refund", "200"),
    ("refund.paid", REFUND | {"refund": "a\u0000"}, "/refund", "cannot be seen"),
    ("refund.paid", REFUND | {"refund": "a\u202eb"}, "/refund", "cannot be seen"),
    ("refund.paid", REFUND | {"refund": "e\u0301"}, "/refund", "NFC"),
    ("refund.paid", REFUND | {"refund": "F1 "}, "/refund", "space"),
    ("refund.paid", REFUND | {"refund": 17}, "/refund", "in quotes"),
    ("refund.paid", REFUND | {"company": "\t"}, "/company", "space"),
    ("invoice.cancelled", AMENDED | {"reason": "x" * 501}, "/reason", "500"),
    ("invoice.cancelled", AMENDED | {"reason": "a\r\nb"}, "/reason", "control"),
    ("invoice.cancelled", AMENDED | {"reason": "a\u2066b"}, "/reason", "control"),
    ("invoice.cancelled", AMENDED | {"reason": "e\u0301"}, "/reason", "NFC"),
    ("invoice.issued", DUE | {"source_key": {"system": "s", "id": ""}}, "/source_key/id", "empty"),
    ("debtor.registered", {"on": "2026-02-01", "tags": ["a", "b\u0007"]}, "/tags/1", "control"),
    ("debtor.registered", {"on": "2026-02-01", "tags": ["a"] * 10_001}, "/tags", "10000"),
    # dates and numbers
    ("refund.paid", REFUND | {"on": "2026-02-30"}, "/on", "calendar"),
    ("refund.paid", REFUND | {"on": "20260201"}, "/on", "calendar"),
    ("refund.paid", REFUND | {"on": "1899-12-31"}, "/on", "1900-01-01"),
    ("refund.paid", REFUND | {"on": "2200-01-01"}, "/on", "2199-12-31"),
    ("refund.paid", REFUND | {"on": 20260201}, "/on", "calendar"),
    ("invoice.issued", INVOICE | {"due_after": {"event": "delivery", "days": 10**9}},
     "/due_after/days", "3660"),
    ("invoice.issued", INVOICE | {"due_after": {"event": "delivery", "days": -1}},
     "/due_after/days", "from 0"),
    ("invoice.issued", INVOICE | {"due_after": {"event": "delivery", "days": 0, "months": 10**30}},
     "/due_after/months", "120"),
    # the whole
    ("refund.paid", {"refund": "F1", "amount": "5", "on": "2026-02-01"}, "/currency", "missing"),
    # words of which only some are allowed
    ("invoice.issued", DUE | {"kind": "gift"}, "/kind",
     "one of debit_note, fee, invoice, opening"),
    ("invoice.issued", DUE | {"kind": 5}, "/kind", "one of debit_note, fee, invoice, opening"),
    ("payment.received", PAYMENT | {"kind": "gold"}, "/kind",
     "one of bill, cash, cheque, goods, netting"),
    ("invoice.issued", INVOICE | {"due_after": {"event": "gift", "days": 1}}, "/due_after/event",
     "one of acceptance, delivery, invoice_receipt, milestone"),
    ("dispute.resolved", RESOLVED | {"outcome": "lost"}, "/outcome",
     "one of partly, rejected, upheld"),
    # an invoice says once when it is due
    ("invoice.issued", INVOICE, "/due_on", "exactly one of"),
    ("invoice.issued", DUE | {"instalments": [part()]}, "/instalments", "exactly one of"),
    ("invoice.issued", DUE | {"due_after": {"event": "delivery", "days": 1}}, "/due_after",
     "exactly one of"),
    ("invoice.issued", INVOICE | {"instalments": [part(amount="99.99")]}, "/instalments", "add up"),
    ("invoice.issued", INVOICE | {"instalments": [part(amount="50"), part(amount="50")]},
     "/instalments/1/instalment", "twice"),
    ("invoice.issued", INVOICE | {"instalments": [{"instalment": "1", "amount": "100"}]},
     "/instalments/0/due_on", "missing"),
    ("invoice.issued", INVOICE | {"instalments": [part(amount=100)]}, "/instalments/0/amount",
     "in quotes"),
    ("invoice.issued", DUE | {"discount": [{"until_on": "2026-01-09", "amount": "101"}]},
     "/discount/0/amount", "above"),
    ("invoice.amended", AMENDED, "/due_on", "exactly one of"),
    ("invoice.amended", AMENDED | {"instalments": [part(), part()]},
     "/instalments/1/instalment", "twice"),
    # money
    ("payment.received", PAYMENT | {"remittance": [{"amount": "60"}, {"amount": "40.01"}]},
     "/remittance", "more than the payment"),
    ("payment.received", PAYMENT | {"remittance": [{"amount": "60", "instalment": "1"}]},
     "/remittance/0/invoice", "missing"),
    ("payment.received",
     PAYMENT | {"bill": {"number": "1", "kind": "b", "maturity_on": "2026-08-01"}},
     "/bill", "kind"),
    ("credit_note.issued", CREDIT | {"instalment": "1"}, "/invoice", "missing"),
    ("cash.allocated", ALLOCATED, "/payment", "exactly one of"),
    ("cash.allocated", ALLOCATED | {"payment": "B", "credit_note": "C"}, "/credit_note",
     "exactly one of"),
    # promises
    ("promise.made", PROMISE, "/due_on", "exactly one of"),
    ("promise.made", PROMISE | {"due_on": "2026-01-31"}, "/due_on", "before made_on"),
    ("promise.made", PROMISE | {"stages": [stage("2026-02-09", "99.99")]}, "/stages", "add up"),
    ("promise.made", PROMISE | {"stages": [stage("2026-01-09", "100")]}, "/stages/0/due_on",
     "before made_on"),
    ("promise.made", PROMISE | {"stages": [stage("2026-02-09", "100"), stage("2026-03-01", "0.0")]},
     "/stages/1/amount", "more than nothing"),
    ("promise.made", PROMISE | {"amount": "0", "due_on": "2026-03-01"}, "/amount", "nothing"),
    ("promise.made", PROMISE | {"due_on": "2026-03-01", "invoices": ["I1", "I2", "I1"]},
     "/invoices/2", "twice"),
    ("promise.made", PROMISE | {"due_on": "2026-03-01", "replaces": "P1"}, "/replaces", "itself"),
    # relations
    ("dispute.resolved", RESOLVED | {"outcome": "partly"}, "/accepted_amount", "missing"),
    ("dispute.resolved", RESOLVED | {"outcome": "upheld", "accepted_amount": "5"},
     "/accepted_amount", "partly"),
    ("dunning.paused", PAUSE | {"until": "2026-01-31"}, "/until", "before from"),
    ("dunning.paused", PAUSE | {"invoices": ["I1", "I1"]}, "/invoices/1", "twice"),
    ("dunning.paused", PAUSE | {"from": "1066-10-14"}, "/from", "1900"),
    ("signal.raised", SIGNAL | {"name": "Stock dumped"}, "/name", "small letters"),
    ("signal.raised", SIGNAL | {"name": ""}, "/name", "small letters"),
    ("signal.raised", SIGNAL | {"until": "2026-01-31"}, "/until", "before on"),
    ("signal.raised", SIGNAL | {"severity": 0}, "/severity", "more than nothing"),
    ("signal.raised", SIGNAL | {"severity": 101}, "/severity", "100"),
    ("signal.raised", SIGNAL | {"severity": "2"}, "/severity", "Expected `int`"),
    ("signal.raised", SIGNAL | {"source": "a\nb"}, "/source", "control character"),
    ("signal.cleared", {"signal": "N1"}, "/on", "missing"),
    ("credit_limit.set", LIMIT | {"valid_until": "2026-01-31"}, "/valid_until", "before"),
    ("milestone.reached", MILESTONE, "/invoice", "exactly one of"),
    ("milestone.reached", MILESTONE | {"invoice": "I", "order": "O"}, "/order", "exactly one of"),
    ("record.settled", {"outcome": "released", "on": "2026-02-01"}, "/conflict", "exactly one of"),
    ("exchange_rate.set", RATE | {"base": "RMB"}, "/base", "ISO 4217"),
    ("exchange_rate.set", RATE | {"quote": "usd"}, "/quote", "ISO 4217"),
    ("exchange_rate.set", RATE | {"rate": "0.000"}, "/rate", "above nothing"),
    ("exchange_rate.set", RATE | {"rate": "1/7"}, "/rate", "decimal"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "pointer", "reason"), BAD, ids=[f"{bad[0]}{bad[2]} {bad[3]}" for bad in BAD]
)
def test_bad_input_is_refused_at_its_field_with_the_reason(
    name: str, data: dict[str, Any], pointer: str, reason: str
) -> None:
    with pytest.raises(InvalidFieldError) as refusal:
        decode_checked(f"huikuan.{name}.v1", json.dumps(data).encode())
    assert refusal.value.pointer == pointer
    assert reason in refusal.value.reason
    assert re.search("[一-龥]", refusal.value.reason_zh)


@pytest.mark.parametrize(
    ("amount", "currency", "normal"),
    [
        ("5", "CNY", "5.00"),
        ("0005.1", "CNY", "5.10"),
        ("5.100", "CNY", "5.10"),
        ("0", "CNY", "0.00"),
        ("7", "JPY", "7"),
        ("7.000", "JPY", "7"),
        ("7.5", "KWD", "7.500"),
        ("7.12345000", "CLF", None),
        ("7.1234000", "CLF", "7.1234"),
        ("9999999999999.99", "CNY", "9999999999999.99"),
    ],
)
def test_amounts_get_exactly_the_decimals_of_their_currency(
    amount: str, currency: str, normal: str | None
) -> None:
    data = json.dumps(REFUND | {"amount": amount, "currency": currency}).encode()
    if normal is None:
        with pytest.raises(InvalidFieldError):
            decode_checked("huikuan.refund.paid.v1", data)
    else:
        assert (
            json.loads(encode(decode_checked("huikuan.refund.paid.v1", data)))["amount"] == normal
        )


def test_amounts_within_follow_the_currency_of_the_whole() -> None:
    data = PAYMENT | {"remittance": [{"amount": "9", "deduction": {"amount": "1", "reason": "x"}}]}
    event = decode_checked("huikuan.payment.received.v1", json.dumps(data).encode())
    (line,) = json.loads(encode(event))["remittance"]
    assert line == {"amount": "9.00", "deduction": {"amount": "1.00", "reason": "x"}}


def test_an_amount_without_a_currency_keeps_its_decimals() -> None:
    for given_amount, kept in (("5", "5"), ("05.10", "5.10"), ("1.2345", "1.2345")):
        data = json.dumps(ALLOCATED | {"payment": "B1", "amount": given_amount}).encode()
        event = decode_checked("huikuan.cash.allocated.v1", data)
        assert json.loads(encode(event))["amount"] == kept


@given(amounts, st.sampled_from(sorted(DECIMALS)))
def test_normalising_never_changes_the_value(amount: str, currency: str) -> None:
    data = json.dumps(REFUND | {"amount": amount, "currency": currency}).encode()
    try:
        event = decode_checked("huikuan.refund.paid.v1", data)
    except InvalidFieldError as error:
        assert error.pointer == "/amount"  # noqa: PT017 - either answer is right, but where it says
        return
    normal = json.loads(encode(event))["amount"]
    assert Decimal(normal) == Decimal(amount)
    assert minor(normal) == Decimal(amount).scaleb(DECIMALS[currency])


@given(any_event)
def test_what_has_passed_passes_again_unchanged(event: Event) -> None:
    try:
        checked = check(event)
    except InvalidFieldError as error:
        assert error.pointer.startswith("/")  # noqa: PT017 - either answer is right
        return
    assert check(checked) == checked
    assert decode(event.TYPE, encode(checked)) == checked


def _cloud(type_name: str, data: bytes, subject: str = "D1") -> CloudEvent:
    return CloudEvent(id="e1", source="/erp", type=type_name, subject=subject, data=data)


def test_pointers_are_into_the_envelope() -> None:
    with pytest.raises(InvalidFieldError) as refusal:
        read(_cloud("huikuan.refund.paid.v1", json.dumps(REFUND | {"amount": 5}).encode()))
    assert refusal.value.pointer == "/data/amount"


def test_a_fact_needs_a_debtor_and_what_is_about_everybody_does_not() -> None:
    with pytest.raises(InvalidFieldError) as refusal:
        read(_cloud("huikuan.refund.paid.v1", json.dumps(REFUND).encode(), subject=""))
    assert refusal.value.pointer == "/subject"
    everybody = "huikuan.feed.completed.v1"
    event = read(_cloud(everybody, SAMPLES[everybody].read_bytes(), subject=""))
    assert everybody == event.TYPE


def test_an_unknown_type_is_refused_at_the_type() -> None:
    with pytest.raises(InvalidFieldError) as refusal:
        read(_cloud("com.example.invoice", b"{}"))
    assert refusal.value.pointer == "/type"
    with pytest.raises(UnknownTypeError):
        decode_checked("com.example.invoice", b"{}")


@pytest.mark.parametrize("data", [b"[]", b"5", b"null", b'"x"'])
def test_data_that_are_no_object_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidFieldError) as refusal:
        read(_cloud("huikuan.refund.paid.v1", data))
    assert refusal.value.pointer == "/data"
