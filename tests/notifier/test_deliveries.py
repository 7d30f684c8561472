"""`advance: after_delivered`: what is harder waits until the notices before it reached the debtor.

Days are those of June 2012; the invoice of most sentences was due on 31 May.
"""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from huikuan.events.fields import Event
from tests.notifier.test_backtest_api import ask, document
from tests.notifier.test_switches import (
    CLOSE,
    INVOICE,
    REMIND,
    STOP,
    Said,
    journey,
    june,
    said,
)
from tests.notifier.world import World, owed, paid

SWITCH = {"advance": "after_delivered"}
WARN = {"name": "warn", "kind": "notice", "when": {"days_overdue": 3}}


def in_history(world: World, step: str) -> dict[str, Any]:
    """The last escalation of a step."""
    history = world.get("/debtors/acme/escalations")["history"]
    found: dict[str, Any] = [each for each in history if each["step"] == step][-1]
    return found


def report(world: World, escalation: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """Report a delivery; the answer's status and content."""
    path = f"/v1/escalations/{quote(escalation)}/deliveries"
    key = body.pop("key", "")
    headers = {"Idempotency-Key": key} if key else {}
    answer = world.client.post(path, json={"by": "post", **body}, headers=headers)
    world.drain()
    return answer.status_code, answer.json()


def delivered(world: World, step: str, day: int, **body: Any) -> None:
    """The day opens, and then the notice of that step is reported as delivered."""
    world.open(june(day))
    status, answer = report(world, in_history(world, step)["escalation"], **body)
    assert status == 201, answer


def why(world: World, step: str) -> dict[str, Any]:
    (judged,) = world.get("/debtors/acme/why", step=step)["judged"]
    return dict(judged)


@pytest.mark.parametrize(
    ("advance", "expected"),
    [
        ("jump", [("remind", "raised", 1), ("stop", "raised", 5)]),
        ("one_step", [("remind", "raised", 1), ("stop", "raised", 5)]),
        ("after_delivered", [("remind", "raised", 1)]),
    ],
)
def test_a_notice_that_never_arrives_keeps_a_stop_away(
    world: World, advance: str, expected: Said
) -> None:
    journey(world, {"advance": advance}, REMIND, STOP, facts={0: [INVOICE]})
    assert said(world, 30) == expected


def test_a_stop_comes_when_its_day_has_come_and_the_notice_arrived(world: World) -> None:
    journey(world, SWITCH, REMIND, STOP, facts={0: [INVOICE]})
    delivered(world, "remind", 2)
    assert said(world, 6) == [("remind", "raised", 1), ("stop", "raised", 5)]


def test_what_hurts_waits_for_the_next_day_to_open_after_a_late_delivery(world: World) -> None:
    journey(world, SWITCH, REMIND, STOP, facts={0: [INVOICE]})
    delivered(world, "remind", 9)
    assert said(world, 9) == [("remind", "raised", 1)]
    assert said(world, 11) == [("remind", "raised", 1), ("stop", "raised", 10)]


def test_a_notice_comes_as_soon_as_the_one_before_it_arrived(world: World) -> None:
    journey(world, SWITCH, REMIND, WARN, STOP, facts={0: [INVOICE]})
    delivered(world, "remind", 7)
    assert said(world, 7) == [("remind", "raised", 1), ("warn", "raised", 7)]
    assert said(world, 20) == [("remind", "raised", 1), ("warn", "raised", 7)]
    delivered(world, "warn", 20)
    assert said(world, 22)[2:] == [("stop", "raised", 21)]


def test_each_step_begins_on_a_day_of_its_own(world: World) -> None:
    journey(world, SWITCH, REMIND, STOP, CLOSE, facts={6: [INVOICE]})
    delivered(world, "remind", 6)
    assert said(world, 9) == [
        ("remind", "raised", 6),
        ("stop", "raised", 7),
        ("close", "raised", 8),
    ]


def test_a_delivery_about_one_item_frees_the_steps_of_that_item_alone(world: World) -> None:
    facts: dict[int, list[Event]] = {0: [INVOICE, owed("B", "9.00", date(2012, 5, 31))]}
    journey(world, {**SWITCH, "lead": "every_item"}, REMIND, STOP, facts=facts)
    world.open(june(2))
    history = world.get("/debtors/acme/escalations")["history"]
    (of_a,) = [each["escalation"] for each in history if each["subject"] == "item:A"]
    assert report(world, of_a)[0] == 201
    assert said(world, 8)[2:] == [("stop/A", "raised", 5)]


def test_a_repetition_needs_no_delivery_of_its_own(world: World) -> None:
    again = {**REMIND, "repeat": {"every_days": 2, "times": 3}}
    journey(world, SWITCH, again, STOP, facts={0: [INVOICE]})
    delivered(world, "remind", 2)
    assert ("stop", "raised", 5) in said(world, 8)


def test_a_notice_that_is_lifted_undelivered_is_waited_for_no_more(world: World) -> None:
    spared = {**REMIND, "unless": {"days_overdue": 8}}
    journey(world, SWITCH, spared, STOP, facts={0: [INVOICE]})
    assert said(world, 10) == [
        ("remind", "raised", 1),
        ("remind", "lifted", 8),
        ("stop", "raised", 8),
    ]


def test_history_tells_the_delivery_from_its_date_on(world: World) -> None:
    journey(world, SWITCH, REMIND, facts={0: [INVOICE]})
    delivered(world, "remind", 4, on=str(june(3)), channel="letter", proof="EMS 1")
    there = in_history(world, "remind")["delivered"]
    assert there.pop("recorded_at") > "1970"
    assert there == {"by": "post", "on": "2012-06-03", "channel": "letter", "proof": "EMS 1"}
    then = world.get("/debtors/acme/escalations", as_of="2012-06-02")["history"]
    assert [each["delivered"] for each in then] == [None]


def test_why_names_the_notice_and_the_forecast_waits_for_it(world: World) -> None:
    journey(world, SWITCH, REMIND, STOP, facts={0: [INVOICE]})
    world.open(june(6))
    judged = why(world, "stop")
    notice = in_history(world, "remind")["escalation"]
    assert judged["prevented_by"] == [
        {"reason": "delivery", "notice": "remind", "escalation": notice, "events": []}
    ]
    assert judged["would_change"]["comes_on"] is None
    assert "The notice “remind” is not reported as delivered." in judged["sentences"]["en"]
    assert "催款函“remind”尚无送达报告。" in judged["sentences"]["zh"]
    report(world, notice)
    judged = why(world, "stop")
    assert [each["reason"] for each in judged["prevented_by"]] == ["opening"]
    assert judged["would_change"]["comes_on"] == str(june(7))


def test_what_was_reported_is_answered_again_and_nothing_changes(world: World) -> None:
    journey(world, SWITCH, REMIND, facts={0: [INVOICE]})
    delivered(world, "remind", 4, key="k1")
    notice = in_history(world, "remind")
    status, answer = report(world, notice["escalation"], by="other", on=str(june(2)))
    assert (status, answer["by"], answer["on"]) == (201, "post", "2012-06-04")
    assert in_history(world, "remind") == notice


@pytest.mark.parametrize(
    ("on", "words"),
    [(june(5), "Must not be after 2012-06-04"), (june(0), "Must not be before 2012-06-01")],
)
def test_a_date_to_come_or_before_the_notice_is_refused(world: World, on: date, words: str) -> None:
    journey(world, SWITCH, REMIND, facts={0: [INVOICE]})
    world.open(june(4))
    status, problem = report(world, in_history(world, "remind")["escalation"], on=str(on))
    assert (status, problem["errors"][0]["pointer"]) == (422, "/on")
    assert problem["errors"][0]["detail"].startswith(words)


def test_only_a_notice_in_force_can_be_delivered(world: World) -> None:
    held = {**WARN, "hold": 3}
    journey(world, {}, REMIND, held, STOP, facts={0: [INVOICE]})
    world.open(june(5))
    refused = [report(world, in_history(world, step)["escalation"]) for step in ("warn", "stop")]
    assert report(world, "notifier/nobody")[1]["code"] == "unknown_escalation"
    assert [(status, problem["code"]) for status, problem in refused] == [
        (409, "escalation_not_raised"),
        (409, "not_a_notice"),
    ]
    world.fact(paid("P", "100.00", june(5), "A"))
    world.drain()
    status, problem = report(world, in_history(world, "remind")["escalation"])
    assert (status, problem["code"]) == (409, "escalation_ended")


def test_a_word_that_cannot_be_kept_is_refused_by_its_field(world: World) -> None:
    journey(world, {}, REMIND, facts={0: [INVOICE]})
    world.open(june(1))
    status, problem = report(world, in_history(world, "remind")["escalation"], proof="a\nb")
    assert (status, problem["errors"][0]["pointer"]) == (422, "/proof")


def test_a_rebuild_equals_live_and_a_trial_counts_what_was_delivered(world: World) -> None:
    journey(world, SWITCH, REMIND, STOP, facts={0: [INVOICE]})
    delivered(world, "remind", 2)
    world.open(june(8))
    found = world.notifier.service.rebuild(verify=True)
    assert (found.compared, found.differences) == (True, [])
    same = tried(world, REMIND, STOP)
    assert same["totals"]["debtors_that_differ"] == 0


@pytest.mark.parametrize(("assumed", "raised"), [(False, ["remind"]), (True, ["remind", "stop"])])
def test_a_trial_may_assume_that_notices_arrive(
    world: World, assumed: bool, raised: list[str]
) -> None:
    journey(world, {}, {**STOP, "name": "halt"}, facts={0: [INVOICE]})
    world.open(june(8))
    (differs,) = tried(world, REMIND, STOP, assume_approved=assumed)["items"]
    assert [each["step"] for each in differs["added"]] == raised


def tried(world: World, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    period = {"from": str(june(0)), "to": str(june(8))}
    return ask(world, policy=document(*steps, **SWITCH), **period, **more)
