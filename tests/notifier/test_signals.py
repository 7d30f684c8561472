"""Signals of trouble as a threshold: seen, explained, foreseen, and taken back."""

from datetime import date
from typing import Any

import pytest

from huikuan.events.relations import SignalCleared, SignalRaised
from tests.notifier.world import World, owed, paid, policy

FREEZE = {"name": "freeze", "kind": "stop_supply", "when": {"signals": 3}}
CALL = {"name": "ask", "kind": "notice", "when": {"signals": {"demolition": 1, "stock_dumped": 2}}}


def june(day: int) -> date:
    return date(2012, 6, day)


def sign(name: str = "stock_dumped", on: int = 3, severity: int = 1, **more: Any) -> SignalRaised:
    return SignalRaised(
        signal=more.pop("signal", name), name=name, on=june(on), severity=severity, **more
    )


@pytest.fixture
def watched(world: World) -> World:
    world.adopt(policy(CALL, FREEZE))
    world.open(june(1))
    return world


def test_severities_add_up_over_all_that_hold(watched: World) -> None:
    watched.fact(sign(severity=2))
    watched.open(june(4))
    assert watched.state() == "ask"
    watched.fact(sign("strangers_at_the_gate", on=4))
    watched.open(june(5))
    assert watched.history() == [
        ("ask", "2012-06-03", "raised"),
        ("freeze", "2012-06-05", "raised"),
    ]
    watched.fact(SignalCleared(signal="stock_dumped", on=june(6)))
    watched.open(june(6))
    assert [entry[2] for entry in watched.history()] == ["lifted", "lifted"]


def test_a_signal_named_must_itself_be_grave_enough(watched: World) -> None:
    watched.fact(sign(severity=1))
    watched.fact(sign("unrelated_venture", severity=1))
    watched.open(june(4))
    assert watched.history() == []
    watched.fact(sign(signal="N2", on=4))
    assert watched.history() == [("ask", "2012-06-04", "raised")]


def test_beyond_a_threshold_where_the_policy_compares_so(world: World) -> None:
    world.adopt(policy(FREEZE, compare="exceeds"))
    world.open(june(1))
    world.fact(sign(severity=3))
    world.open(june(4))
    assert world.state() == "clear"
    world.fact(sign(signal="N2", on=4))
    world.open(june(5))
    assert world.state() == "freeze"


def test_it_ends_by_itself_on_its_day_and_no_payment_ends_it(watched: World) -> None:
    watched.fact(owed("A", "100.00", june(20)))
    watched.fact(sign(severity=3, until=june(6)))
    watched.open(june(4))
    why = watched.get("/debtors/acme/why", step="freeze")
    (judged,) = why["judged"]
    assert judged["would_change"] == {
        "until": "2012-09-02",
        "ends_on": "2012-06-07",
        "payments": [],
    }
    watched.fact(paid("P", "100.00", june(4)))
    watched.open(june(6))
    assert watched.state() == "freeze"
    watched.open(june(7))
    assert watched.state() == "clear"


def test_what_was_raised_for_a_signal_that_was_none_is_retracted(watched: World) -> None:
    watched.fact(sign(severity=3))
    watched.open(june(5))
    assert watched.state() == "freeze"
    watched.fact(SignalCleared(signal="stock_dumped", on=june(3)))
    assert [entry[2] for entry in watched.history()] == ["retracted", "retracted"]


def test_a_known_signal_of_a_day_to_come_is_foreseen_and_nothing_prevents_it(
    watched: World,
) -> None:
    watched.fact(sign(on=9, severity=3))
    told = watched.get("/debtors/acme/forecast")
    assert [(each["word"], each["step"], each["on"]) for each in told["items"]] == [
        ("raised", "ask", "2012-06-09"),
        ("raised", "freeze", "2012-06-09"),
    ]
    prevented = told["next"]["prevented_by"]
    assert (prevented["payments"], prevented["promises"], prevented["disputes"]) == ([], [], [])
    watched.open(june(9))
    assert watched.state() == "freeze"


def test_why_tells_which_signals_in_both_languages_with_their_events(watched: World) -> None:
    watched.fact(sign("unrelated_venture", severity=1))
    behind = watched.fact(sign("demolition", severity=2, source="newspaper"))
    watched.fact(sign("gone", on=1, until=june(2)))
    watched.open(june(4))
    why = watched.get("/debtors/acme/why", step="freeze")
    (threshold,) = why["judged"][0]["thresholds"]
    assert (threshold["threshold"], threshold["needed"]) == ("signals", 3)
    assert threshold["seen"] == {"demolition": 2, "unrelated_venture": 1}
    assert behind in threshold["events"]
    assert len(threshold["events"]) == 2
    assert why["sentences"]["en"][1] == (
        "It asks for signals of trouble 3; there is demolition 2, unrelated_venture 1: reached."
    )
    assert why["sentences"]["zh"][1] == (
        "要求预警信号严重度 3，现为 demolition 2, unrelated_venture 1：已达到。"
    )
    asked = watched.get("/debtors/acme/why", step="ask")
    (named,) = asked["judged"][0]["thresholds"]
    assert named["needed"] == {"demolition": 1, "stock_dumped": 2}
    assert named["seen"] == {"demolition": 2, "stock_dumped": 0}
    (word,) = [event for _, event in watched.said() if event.step == "freeze"]
    assert word.inputs == {"signals": {"demolition": 2, "unrelated_venture": 1}}


def test_the_standing_shows_what_holds(watched: World) -> None:
    watched.fact(sign("demolition", severity=2, source="newspaper", until=june(9)))
    watched.fact(sign("gone", until=june(3)))
    watched.open(june(4))
    assert watched.get("/debtors/acme/standing")["signals"] == [
        {
            "signal": "demolition",
            "company": "main",
            "name": "demolition",
            "severity": 2,
            "source": "newspaper",
            "on": "2012-06-03",
            "until": "2012-06-09",
        }
    ]
    assert watched.get("/debtors/acme/standing", as_of="2012-06-02")["signals"] == []


def test_a_rebuild_has_the_same_signals_byte_for_byte(watched: World) -> None:
    watched.fact(SignalCleared(signal="stock_dumped", on=june(6)))
    watched.fact(sign(severity=3))
    watched.open(june(7))
    report = watched.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def test_a_name_that_nobody_has_reported_is_a_warning_by_its_place(world: World) -> None:
    document = policy({**CALL, "unless": {"any": [{"signals": {"stok_dumped": 1}}]}})
    assert world.client.post("/v1/policy/checks", content=document).json()["warnings"] == []
    world.open(june(1))
    world.fact(sign())
    world.fact(sign("demolition", on=1))
    world.open(june(3))
    checked = world.client.post("/v1/policy/checks", content=document).json()
    (warning,) = checked["warnings"]
    assert warning["pointer"] == "/steps/0/unless/any/0/signals/stok_dumped"
    assert warning["detail"] == 'Nobody has reported "stok_dumped" so far (1 debtors looked at).'
    assert world.adopt(document, confirm=True)["warnings"] == [warning]
