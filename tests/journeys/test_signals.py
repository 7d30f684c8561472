"""Signs of trouble and channels by the public API: reported, acted upon, explained, delivered."""

from collections.abc import Iterator

import pytest

from tests.journeys.facts import Fact, fact, invoice, payment
from tests.journeys.installation import Installation, serving

LADDER = """
version: signs-1
effective_on: 2012-01-01
steps:
  - {name: ask,    kind: call,        when: {signals: {stock_dumped: 1}}, channels: [phone, sms]}
  - {name: look,   kind: visit,       when: {signals: 2}, channels: [visit]}
  - name: freeze
    kind: stop_supply
    when: {signals: 3}
    channels: [email]
    weaker_channels: allowed
"""
WEAKER = LADDER.replace("    weaker_channels: allowed\n", "").replace("signs-1", "signs-2")


@pytest.fixture(scope="module")
def huikuan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with serving(tmp_path_factory.mktemp("signals")) as installation:
        installation.adopt(LADDER)
        installation.tell(invoice("acme", "1", "700.00", "2012-07-01"))
        installation.open_day("2012-06-01")
        yield installation


def raised(signal: str, name: str, on: str, **more: object) -> Fact:
    return fact(
        "signal.raised", "acme", id=f"raise-{signal}", signal=signal, name=name, on=on, **more
    )


def test_the_same_report_twice_is_one_signal_and_another_by_its_id_a_conflict(
    huikuan: Installation,
) -> None:
    dumped = raised("N1", "stock_dumped", "2012-06-02", source="visit")
    (first,), (again,) = huikuan.send([dumped]), huikuan.send([dumped])
    assert (first["status"], again["status"]) == ("accepted", "duplicate")
    (unlike,) = huikuan.send([{**raised("N1", "demolition", "2012-06-02"), "id": "another"}])
    assert unlike["status"] == "conflict"
    (conflict,) = huikuan.pages("ledger", "/v1/quarantine")
    decision = {"outcome": "discarded", "by": "ops", "reason": "seen before"}
    path = f"/v1/quarantine/{conflict['conflict']}"
    settled = huikuan.ask("POST", "ledger", path, json=decision)
    assert settled.status_code == 200, settled.text
    huikuan.position = settled.json()["position"]


def test_what_is_no_signal_is_refused_by_its_field(huikuan: Installation) -> None:
    (row,) = huikuan.send([raised("N9", "Stock dumped!", "2012-06-02")])
    assert row["status"] == "rejected"
    assert row["reason"]["pointer"] == "/data/name"


def test_signals_that_add_up_are_acted_upon_by_the_channels_of_the_step(
    huikuan: Installation,
) -> None:
    huikuan.tell(fact("signal.cleared", "acme", signal="N2", on="2012-06-08"))
    huikuan.open_day("2012-06-03")
    assert huikuan.escalations("acme")["state"] == "ask"
    huikuan.tell(raised("N2", "demolition_notice", "2012-06-04", severity=2))
    foreseen = huikuan.get("notifier", "/v1/debtors/acme/forecast")["items"]
    assert [(each["on"], each["word"], each["step"]) for each in foreseen] == [
        ("2012-06-04", "raised", "look"),
        ("2012-06-04", "raised", "freeze"),
        ("2012-06-08", "lifted", "look"),
        ("2012-06-08", "lifted", "freeze"),
    ]
    huikuan.open_day("2012-06-04")
    assert huikuan.escalations("acme")["in_force"] == ["ask", "look", "freeze"]
    said = {each["step"]: each["channels"] for each in huikuan.feed()}
    assert said == {"ask": ["phone", "sms"], "look": ["visit"], "freeze": ["email"]}


def test_why_and_standing_name_the_signals_and_a_payment_changes_nothing(
    huikuan: Installation,
) -> None:
    why = huikuan.get("notifier", "/v1/debtors/acme/why", step="freeze")
    (threshold,) = why["judged"][0]["thresholds"]
    assert threshold["seen"] == {"demolition_notice": 2, "stock_dumped": 1}
    assert len(threshold["events"]) == 2
    standing = huikuan.get("notifier", "/v1/debtors/acme/standing")
    assert [each["name"] for each in standing["signals"]] == ["stock_dumped", "demolition_notice"]
    huikuan.tell(payment("acme", "p", "700.00", "2012-06-05", pays="1"))
    huikuan.open_day("2012-06-05")
    assert huikuan.escalations("acme")["state"] == "freeze"


def test_what_was_foreseen_happens_and_the_past_stays_as_it_was(huikuan: Installation) -> None:
    huikuan.open_day("2012-06-08")
    assert huikuan.escalations("acme")["in_force"] == ["ask"]
    assert huikuan.escalations("acme", as_of="2012-06-05")["state"] == "freeze"


def test_only_weaker_channels_are_refused_by_name_in_both_languages(huikuan: Installation) -> None:
    details = set()
    for language in ("en", "zh-CN"):
        answer = huikuan.ask(
            "PUT", "notifier", "/v1/policy", content=WEAKER, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "/steps/2/channels"
        details.add(error["detail"])
    assert len(details) == 2
