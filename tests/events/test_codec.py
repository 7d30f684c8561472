"""Events survive the log, whatever they are; bytes that are no event are told, never a crash."""

import json
from datetime import date
from decimal import ROUND_DOWN, Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huikuan.events.cash import PaymentReceived
from huikuan.events.codec import (
    TYPES,
    UnknownTypeError,
    amount_of,
    decode,
    decode_all,
    effective_on,
    encode,
    minor,
    minor_of,
)
from huikuan.events.currencies import DECIMALS, UnknownCurrencyError
from huikuan.events.fields import Event
from huikuan.events.upcasts import UPCASTS, Data, Upcast
from tests.events.strategies import amounts, any_event
from tests.events.test_samples import SAMPLES

currencies = st.sampled_from(sorted(DECIMALS))


@given(any_event)
def test_what_is_encoded_is_decoded_as_it_was(event: Event) -> None:
    assert decode(event.TYPE, encode(event)) == event


@pytest.mark.parametrize("name", sorted(TYPES))
def test_equal_events_are_equal_bytes_whether_defaults_were_said_or_not(name: str) -> None:
    required = msgspec.json.schema(TYPES[name])["$defs"][TYPES[name].__name__]
    defaults = {
        field: schema["default"]
        for field, schema in required["properties"].items()
        if "default" in schema
    }
    sample = json.loads(SAMPLES[name].read_bytes())
    silent = {field: value for field, value in sample.items() if field not in defaults}
    spoken = json.dumps(silent | defaults).encode()
    assert encode(decode(name, spoken)) == encode(decode(name, json.dumps(silent).encode()))


@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_decode_error(name: str, value: bytes) -> None:
    try:
        decode(name, value)
    except msgspec.DecodeError:
        return


@pytest.mark.parametrize(
    "value",
    [
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"promise":"\xff","on":"2026-01-01"}',
        b'{"\xff":1}',
        b'{"promise":"P","on":NaN}',
        b'{"promise":' + b"9" * 10_000 + b"}",
        b"null",
        b"",
    ],
)
def test_a_hostile_value_is_a_decode_error(value: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode("huikuan.promise.withdrawn.v1", value)
    with pytest.raises(msgspec.DecodeError):
        decode_all([(0, "e1", "huikuan.promise.withdrawn.v1", 0, value)])


def test_an_unknown_type_is_told_apart() -> None:
    with pytest.raises(UnknownTypeError):
        decode("huikuan.promise.withdrawn.v9", b"{}")
    with pytest.raises(UnknownTypeError):
        decode_all([(0, "e1", "huikuan.promise.withdrawn.v9", 0, b"{}")])


@given(st.lists(any_event))
def test_many_are_decoded_as_each_is(events: list[Event]) -> None:
    told = [(at, f"e{at}", event.TYPE, 0, encode(event)) for at, event in enumerate(events)]
    assert decode_all(told) == [(f"e{at}", event) for at, event in enumerate(events)]


def test_an_old_version_is_read_as_its_successor(monkeypatch: pytest.MonkeyPatch) -> None:
    def given_a_date(data: Data) -> Data:
        return {"promise": data["id"], "on": data["day"] + "-01"}

    def renamed(data: Data) -> Data:
        return {"id": data["number"], "day": data["day"]}

    current = "huikuan.promise.withdrawn.v1"
    monkeypatch.setitem(UPCASTS, "huikuan.promise.withdrawn.v0b", Upcast(current, given_a_date))
    older = Upcast("huikuan.promise.withdrawn.v0b", renamed)
    monkeypatch.setitem(UPCASTS, "huikuan.promise.withdrawn.v0a", older)
    old = b'{"number":"P1","day":"2026-02"}'
    event = decode("huikuan.promise.withdrawn.v0a", old)
    assert decode_all([(0, "e1", "huikuan.promise.withdrawn.v0a", 0, old)]) == [("e1", event)]
    assert event == decode(current, b'{"promise":"P1","on":"2026-02-01"}')
    with pytest.raises(msgspec.DecodeError):
        decode("huikuan.promise.withdrawn.v0a", b"[]")


def test_money_counts_from_the_earlier_of_its_two_dates() -> None:
    late, early = date(2026, 2, 9), date(2026, 2, 7)
    for value_on, booked_on, counts in (
        (late, early, early),
        (early, late, early),
        (late, None, late),
    ):
        money = PaymentReceived(
            payment="B1", amount="1.00", currency="CNY", value_on=value_on, booked_on=booked_on
        )
        assert effective_on(money) == counts


@given(amounts, currencies)
def test_minor_units_are_exact_and_never_above_the_amount(amount: str, currency: str) -> None:
    unit = Decimal(1).scaleb(-DECIMALS[currency])
    assert minor_of(amount, currency) * unit == Decimal(amount).quantize(unit, ROUND_DOWN)


@given(st.integers(0, 10**15 - 1), currencies)
def test_a_normalised_amount_and_its_minor_units_are_one(amount_minor: int, currency: str) -> None:
    amount = amount_of(amount_minor, currency)
    assert minor(amount) == minor_of(amount, currency) == amount_minor
    assert len(amount.partition(".")[2]) == DECIMALS[currency]


def test_a_currency_without_minor_units_is_unknown() -> None:
    with pytest.raises(UnknownCurrencyError):
        minor_of("1", "XAU")


def test_exponents_are_those_of_iso_4217() -> None:
    known = {"CNY": 2, "JPY": 0, "KWD": 3, "CLF": 4, "VND": 0, "MGA": 2, "UYW": 4, "TND": 3}
    assert {code: DECIMALS[code] for code in known} == known
    assert all(len(code) == 3 and code.isupper() for code in DECIMALS)
