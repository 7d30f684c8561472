"""Feeds, rates and cash by the public API: who may have paid is not hurt before that is known."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.facts import invoice, payment
from tests.journeys.installation import Answer, Installation, serving

LADDER = """
version: guards-2
effective_on: 2012-01-01
feed_wait_days: 2
steps:
  - {name: reminder, kind: notice,      when: {days_overdue: 1}}
  - {name: stop,     kind: stop_supply, when: {days_overdue: 5}}
"""


@pytest.fixture(scope="module")
def huikuan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with serving(tmp_path_factory.mktemp("guards")) as installation:
        installation.adopt(LADDER)
        for debtor in ("late", "paid", "abroad"):
            installation.tell(invoice(debtor, f"{debtor}-1", "700.00", "2012-06-01"))
        installation.open_day("2012-06-05")
        yield installation


def announce(huikuan: Installation, path: str, **said: str) -> None:
    answer = huikuan.ask("POST", "ledger", path, json=said)
    assert answer.status_code == 200, answer.text
    huikuan.position = answer.json()["position"]


def feed(huikuan: Installation, through_on: str) -> None:
    announce(huikuan, "/v1/feeds", source="bank", feed="payments", through_on=through_on)


def held(huikuan: Installation, debtor: str) -> Answer:
    entry = huikuan.escalations(debtor)["history"][-1]
    assert (entry["step"], entry["status"]) == ("stop", "proposed")
    explained: Answer = entry["held"]
    (again,) = huikuan.get("notifier", f"/v1/debtors/{debtor}/why", step="stop")["escalations"]
    assert again["held"] == explained
    assert explained["en"]
    assert explained["zh"]
    return explained


def test_stops_wait_for_the_bank_and_go_to_those_who_still_owe(huikuan: Installation) -> None:
    feed(huikuan, "2012-06-04")
    huikuan.open_day("2012-06-06")
    assert held(huikuan, "late")["reason"] == "feed_awaited"

    huikuan.tell(payment("paid", "p-1", "700.00", "2012-06-06", pays="paid-1"))
    huikuan.tell(payment("abroad", "p-2", "100.00", "2012-06-06", currency="USD"))
    announce(
        huikuan,
        "/v1/exchange-rates",
        base="USD",
        quote="CNY",
        rate="7.00",
        effective_on="2012-06-01",
    )
    feed(huikuan, "2012-06-06")
    huikuan.open_day("2012-06-07")

    assert huikuan.escalations("late")["state"] == "stop"
    assert huikuan.escalations("paid")["state"] == "clear"
    assert huikuan.escalations("paid")["history"][-1]["status"] == "voided"
    assert held(huikuan, "abroad")["reason"] == "unmatched_cash"
    raised = huikuan.escalations("late")["history"][-1]
    assert raised["effective_on"] == "2012-06-06", "the last day that the bank's file tells of"


def test_who_paid_in_another_currency_waits_for_a_person(huikuan: Installation) -> None:
    escalation = huikuan.escalations("abroad")["history"][-1]["escalation"]
    answer = huikuan.ask(
        "POST",
        "notifier",
        f"/v1/escalations/{escalation}/approvals",
        json={"by": "li", "reason": "the dollars are a deposit"},
    )
    assert answer.status_code == 201, answer.text
    huikuan.position = answer.json()["position"]
    assert huikuan.escalations("abroad")["state"] == "reminder"
    huikuan.open_day("2012-06-08")
    shown = huikuan.escalations("abroad")
    assert shown["state"] == "stop"
    assert shown["history"][-1]["approvals"][0]["reason"] == "the dollars are a deposit"


def test_a_dead_connector_stops_nobody_and_is_one_alarm(huikuan: Installation) -> None:
    huikuan.tell(invoice("later", "later-1", "50.00", "2012-06-10"))
    huikuan.open_day("2012-06-14")
    assert huikuan.escalations("later")["state"] == "reminder"
    huikuan.open_day("2012-06-20")
    assert held(huikuan, "later")["reason"] == "feed_late"
    parts = huikuan.ask("GET", "notifier", "/health/parts").json()
    assert len([alarm for alarm in parts["alarms"] if alarm.startswith("payments of bank")]) == 1
    feed(huikuan, "2012-06-20")
    huikuan.open_day("2012-06-21")
    assert huikuan.escalations("later")["state"] == "stop"


BAD: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "an unknown feed": ("ledger", "/v1/feeds", {"feed": "bank"}, "/feed"),
    "a feed of tomorrow": ("ledger", "/v1/feeds", {"through_on": "2031-01-01"}, "/through_on"),
    "a feed of nobody": ("ledger", "/v1/feeds", {"source": ""}, "/source"),
    "a rate of zero": ("ledger", "/v1/exchange-rates", {"rate": "0.0"}, "/rate"),
    "a rate below zero": ("ledger", "/v1/exchange-rates", {"rate": "-1"}, "/rate"),
    "a rate of itself": ("ledger", "/v1/exchange-rates", {"quote": "USD"}, "/quote"),
    "a rate of nothing": ("ledger", "/v1/exchange-rates", {"base": "ABC"}, "/base"),
    "a release by nobody": ("notifier", "/v1/breaker/releases", {"by": ""}, "/by"),
    "a release without reason": ("notifier", "/v1/breaker/releases", {"reason": ""}, "/reason"),
}
GOOD = {
    "/v1/feeds": {"source": "bank", "feed": "payments", "through_on": "2012-06-01"},
    "/v1/exchange-rates": {
        "base": "USD",
        "quote": "CNY",
        "rate": "7.00",
        "effective_on": "2012-06-01",
    },
    "/v1/breaker/releases": {"tripped_on": "2012-06-05", "by": "li", "reason": "all is well"},
}


@pytest.mark.parametrize(("service", "path", "wrong", "pointer"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_refused_by_name_in_both_languages(
    service: str, path: str, wrong: dict[str, Any], pointer: str, huikuan: Installation
) -> None:
    details = set()
    for language in ("en", "zh-CN"):
        answer = huikuan.ask(
            "POST", service, path, json=GOOD[path] | wrong, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["pointer"] == pointer
        details.add(error["detail"])
    assert len(details) == 2


def test_a_day_that_did_not_trip_cannot_be_released(huikuan: Installation) -> None:
    path = "/v1/breaker/releases"
    answer = huikuan.ask("POST", "notifier", path, json=GOOD[path])
    assert (answer.status_code, answer.json()["code"]) == (404, "breaker_not_tripped")
