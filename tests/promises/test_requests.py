"""What may be asked: a promise is taken down as it was given, or asked back with the reason."""

from datetime import date, timedelta
from typing import Any

import pytest

from huikuan.events.promises import PromiseMade, PromiseWithdrawn, Stage
from services.promises.domain.requests import (
    NO_DAY,
    Asked,
    Refused,
    promise_from,
    withdrawal_from,
)

TODAY = date(2026, 2, 10)


def asked(**fields: Any) -> Asked:
    terms: dict[str, Any] = {"amount": "100", "currency": "CNY"}
    if "stages" not in fields:
        terms["due_on"] = TODAY + timedelta(days=5)
    return Asked(**(terms | fields))


def test_a_promise_is_made_on_the_open_day_in_exact_amounts() -> None:
    event = promise_from(asked(by="owner"), "P1", TODAY, ())
    assert event == PromiseMade(
        promise="P1",
        amount="100.00",
        currency="CNY",
        made_on=TODAY,
        due_on=TODAY + timedelta(days=5),
        by="owner",
    )


def test_a_promise_for_today_and_one_of_yesterdays_call_are_taken() -> None:
    for request in (asked(due_on=TODAY), asked(made_on=TODAY - timedelta(days=1))):
        assert isinstance(promise_from(request, "P1", TODAY, ()), PromiseMade)


def test_before_the_first_day_a_promise_says_its_own_date() -> None:
    assert promise_from(asked(), "P1", None, ()) is NO_DAY
    assert isinstance(promise_from(asked(made_on=TODAY), "P1", None, ()), PromiseMade)


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"due_on": TODAY - timedelta(days=1)}, "invalid_request", "/due_on"),
        (
            {"due_on": TODAY - timedelta(days=1), "made_on": TODAY - timedelta(days=3)},
            "due_in_past",
            "/due_on",
        ),
        ({"made_on": TODAY + timedelta(days=1)}, "made_in_future", "/made_on"),
        ({"currency": "RMB"}, "invalid_request", "/currency"),
        ({"amount": "0"}, "invalid_request", "/amount"),
        ({"amount": "1.001"}, "invalid_request", "/amount"),
        ({"due_on": None}, "invalid_request", "/due_on"),
        ({"stages": (Stage(due_on=TODAY, amount="99"),)}, "invalid_request", "/stages"),
        (
            {
                "stages": (Stage(due_on=TODAY - timedelta(days=1), amount="100"),),
                "made_on": TODAY - timedelta(days=9),
            },
            "due_in_past",
            "/stages/0/due_on",
        ),
        ({"replaces": "P7"}, "unknown_promise", "/replaces"),
    ],
)
def test_what_nobody_would_promise_is_asked_back(
    fields: dict[str, Any], code: str, pointer: str
) -> None:
    answer = promise_from(asked(**fields), "P1", TODAY, {"P0"})
    assert isinstance(answer, Refused)
    assert (answer.code, answer.pointer) == (code, pointer)
    assert answer.en
    assert answer.zh


def test_a_promise_may_replace_one_that_is_known() -> None:
    event = promise_from(asked(replaces="P0"), "P1", TODAY, {"P0"})
    assert isinstance(event, PromiseMade)
    assert event.replaces == "P0"


def test_a_withdrawal_counts_from_its_date() -> None:
    made_on = TODAY - timedelta(days=3)
    event = withdrawal_from("P1", "main", TODAY, TODAY, made_on)
    assert event == PromiseWithdrawn(promise="P1", on=TODAY)
    assert isinstance(withdrawal_from("P1", "main", made_on, TODAY, made_on), PromiseWithdrawn)
    assert withdrawal_from("P1", "main", None, None, made_on) is NO_DAY


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (TODAY + timedelta(days=1), "withdrawn_in_future"),
        (TODAY - timedelta(days=4), "withdrawn_too_early"),
    ],
)
def test_a_withdrawal_on_an_impossible_date_is_asked_back(on: date, code: str) -> None:
    answer = withdrawal_from("P1", "main", on, TODAY, TODAY - timedelta(days=3))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.pointer) == (code, "/on")
