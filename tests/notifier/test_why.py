"""Why and why not: the rule, what it saw, from which records, and what would have to change."""

from datetime import date
from typing import Any

import pytest

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.events.ledger import RecordConflicted
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import (
    CreditLimitSet,
    DebtorRegistered,
    DisputeOpened,
    DunningPaused,
    OverrideSet,
)
from tests.notifier.world import World, owed, paid, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
COURT = {"name": "court", "kind": "legal_referral", "when": {"days_overdue": 8}}


def june(day: int) -> date:
    return date(2012, 6, day)


def begin(world: World, *steps: dict[str, Any], **other: Any) -> None:
    world.adopt(policy(*(steps or (STOP,)), **other))
    world.open(june(1))


def why(world: World, step: str = "stop", **asked: Any) -> Any:
    return world.get("/debtors/acme/why", step=step, **asked)


def only(answer: Any) -> Any:
    (judged,) = answer["judged"]
    return judged


def test_why_names_each_threshold_with_what_it_saw_and_the_events_behind_it(world: World) -> None:
    several = {"any": [{"days_overdue": 30}, {"overdue_amount": {"USD": "120.00"}}]}
    begin(world, {**STOP, "when": several})
    first = world.fact(owed("A", "100.00", june(1)))
    second = world.fact(owed("B", "50.00", june(2)))
    money = world.fact(paid("P", "20.00", june(2), "A"))
    later = world.fact(owed("C", "9.00", june(20)))
    world.open(june(4))
    judged = only(why(world))
    assert judged["status"] == "raised"
    assert [(each["at"], each["seen"], each["reached"]) for each in judged["thresholds"]] == [
        ("when/any/0/days_overdue", 3, False),
        ("when/any/1/overdue_amount", {"USD": "130.00"}, True),
    ]
    assert [each["needed"] for each in judged["thresholds"]] == [30, {"USD": "120.00"}]
    assert [each["events"] for each in judged["thresholds"]] == [
        [first, money],
        [first, second, money],
    ]
    assert later not in str(judged)


def test_why_says_what_ends_a_step_in_force_and_it_does(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(7))
    change = only(why(world))["would_change"]
    assert [each["amounts"][0]["amount"] for each in change["payments"]] == ["100.00"]
    assert "A payment of USD 100.00 ends it." in why(world)["sentences"]["en"]
    world.fact(paid("P", "100.00", june(7)))
    assert not why(world)["in_force"]


def test_why_not_names_what_is_lacking_and_when_it_comes(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(3))
    answer = why(world)
    judged = only(answer)
    assert (judged["status"], judged["demanded"], judged["prevented_by"]) == (None, False, [])
    assert judged["would_change"]["comes_on"] == "2012-06-06"
    assert answer["sentences"]["en"] == [
        "“stop” (stop_supply) is not in force against the debtor.",
        "It asks for days overdue 5; there is 2: not reached.",
        "It comes on 2012-06-06 if nothing arrives.",
    ]
    assert answer["sentences"]["zh"] == [
        "“stop”（停止发货）对该客户未生效。",
        "要求逾期天数 5，现为 2：未达到。",
        "若无变化，将于 2012-06-06 生效。",
    ]


def dispute() -> DisputeOpened:
    return DisputeOpened(
        dispute="D", invoice="A", amount="100.00", reason="quality", opened_on=june(2)
    )


def promise() -> PromiseMade:
    return PromiseMade(
        promise="M", amount="100.00", currency="USD", made_on=june(2), due_on=june(20)
    )


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (dispute(), {"reason": "dispute", "amounts": {"USD": "100.00"}}),
        (promise(), {"reason": "promise", "amounts": {"USD": "100.00"}}),
        (
            DunningPaused(pause="H", from_on=june(1), until=june(20), reason="talks"),
            {"reason": "pause", "pause": "H", "until": "2012-06-20"},
        ),
        (paid("P", "100.00", june(15)), {"reason": "coming_money", "amounts": {"USD": "100.00"}}),
        (
            OverrideSet(
                override="O",
                step="stop",
                effect="lift",
                from_on=june(2),
                until=june(20),
                by="li",
                reason="visit",
            ),
            {"reason": "override", "override": "O", "by": "li", "why": "visit"},
        ),
        (RecordConflicted(conflict="c1", on=june(2)), {"reason": "unsettled", "places": ["c1"]}),
    ],
)
def test_what_prevents_a_step_is_named_with_its_event(
    world: World, fact: Any, expected: dict[str, Any]
) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(1)))
    event_id = world.fact(fact)
    world.open(june(8))
    judged = only(why(world))
    assert judged["status"] is None
    (prevention,) = judged["prevented_by"]
    assert prevention.pop("events") == [event_id]
    assert prevention == expected
    assert {len(lines) for lines in judged["sentences"].values()} == {4}


def test_a_proposed_step_says_what_it_waits_for(world: World) -> None:
    begin(world, {**STOP, "hold": 2}, COURT)
    world.fact(owed("A", "100.00", june(3)))
    world.open(june(8))
    assert only(why(world))["prevented_by"] == [
        {"reason": "hold", "until": "2012-06-12", "events": []}
    ]
    world.open(june(12))
    court = only(why(world, "court"))
    assert court["status"] == "proposed"
    assert court["prevented_by"] == [
        {"reason": "approval", "needed": 2, "given": 0, "events": []},
        {"reason": "evidence", "needed": "C", "events": []},
    ]


def test_a_step_that_hurts_waits_for_the_next_day_to_open(world: World) -> None:
    begin(world)
    world.open(june(8))
    world.fact(owed("A", "100.00", june(1)))
    judged = only(why(world))
    assert [each["reason"] for each in judged["prevented_by"]] == ["opening"]
    assert judged["would_change"]["comes_on"] == "2012-06-09"


def test_a_step_that_waits_for_a_working_day_says_which(world: World) -> None:
    world.adopt(policy(STOP, raise_on="working_day"))
    world.open(june(9))
    world.fact(owed("A", "100.00", june(1)))
    judged = only(why(world))
    assert judged["prevented_by"] == [{"reason": "day_off", "until": "2012-06-11", "events": []}]
    assert "等待下一工作日 2012-06-11。" in judged["sentences"]["zh"]
    assert judged["would_change"]["comes_on"] == "2012-06-11"


def test_limits_exposure_and_who_the_debtor_is_name_their_events(world: World) -> None:
    used = {"limit_used": "0.9", "segment": "small"}
    begin(world, {"name": "used", "kind": "notice", "when": used})
    limit = CreditLimitSet(amount="100.00", currency="USD", effective_on=june(1))
    limited = world.fact(limit, event_id="limit")
    known = world.fact(DebtorRegistered(on=june(1), segment="small"), event_id="who")
    issued = world.fact(owed("A", "95.00", june(9)))
    thresholds = {each["threshold"]: each for each in only(why(world, "used"))["thresholds"]}
    assert set(thresholds["limit_used"]["events"]) == {limited, issued}
    assert thresholds["limit_used"]["seen"] == {
        "limit": {"USD": "100.00"},
        "exposure": {"USD": "95.00"},
    }
    assert (thresholds["segment"]["seen"], thresholds["segment"]["events"]) == ("small", [known])


def test_a_past_day_is_explained_as_it_was_and_as_it_was_known(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(7))
    known_then = world.notifier.service.position().encode()
    world.fact(paid("P", "100.00", june(6)))
    world.open(june(9))
    assert only(why(world, as_of="2012-06-07", known_at=known_then))["status"] == "raised"
    now = why(world, as_of="2012-06-07")
    assert not now["in_force"]
    assert (only(now)["status"], only(now)["would_change"]) == (None, {})
    assert now["known_at"] > why(world, known_at=known_then)["known_at"]


def test_a_conflict_is_known_at_an_earlier_time_too(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(1)))
    world.fact(RecordConflicted(conflict="c1", on=june(1)))
    world.open(june(8))
    position = world.notifier.service.position().encode()
    assert why(world, known_at=position)["unsettled"] == ["c1"]


def test_each_item_is_explained_by_itself(world: World) -> None:
    begin(world, {**STOP, "per": "item"})
    first = world.fact(owed("A", "100.00", june(1)))
    world.fact(owed("B", "100.00", june(3)))
    world.open(june(6))
    told = {each["subject"]: each for each in why(world)["judged"]}
    assert [told[name]["status"] for name in ("item:A", "item:B")] == ["raised", None]
    assert told["item:A"]["thresholds"][0]["events"] == [first]
    world.adopt(policy(COURT, version="v2", effective_on="2012-06-06"))
    assert why(world)["sentences"]["en"] == ["The policy has no step “stop”."]


def test_a_step_that_concerns_nobody_is_told_so(world: World) -> None:
    begin(world, {**STOP, "per": "item"})
    assert why(world)["sentences"]["en"] == [
        "There is nothing against which “stop” could be raised."
    ]


def owing_and_paid(world: World) -> tuple[Position, Position]:
    """Two debtors of two partitions, and how far everything was told before the first one paid."""
    begin(world)
    for debtor in ("acme", "bolt"):
        world.fact(owed("A", "100.00", date(2012, 5, 31)), debtor)
    world.open(june(9))
    facts = Position({"ledger": world.notifier.service.position().seqs["ledger"]})
    world.drain()
    whole = world.notifier.service.position()
    world.fact(paid("P", "100.00", june(4)), "acme")
    world.open(june(10))
    assert world.history() == [("stop", "2012-06-05", "retracted")]
    return facts, whole


@pytest.mark.parametrize("question", ["escalations", "standing", "forecast", "why"])
def test_the_answer_to_a_write_is_a_position_to_know_at_too(world: World, question: str) -> None:
    facts, whole = owing_and_paid(world)
    at = partition_of("acme", world.log.partitions)
    alone = Position({"ledger": {at: facts.seqs["ledger"][at]}})
    path = f"/debtors/acme/{question}"
    step = {"step": "stop"} if question == "why" else {}
    told = [world.get(path, known_at=p.encode(), **step) for p in (whole, facts, alone)]
    assert told[0] == told[1] == told[2]
    assert told[0] != world.get(path, **step)


def test_a_position_of_another_part_of_the_log_is_no_time_to_know_at(world: World) -> None:
    owing_and_paid(world)
    elsewhere = 1 - partition_of("acme", world.log.partitions)
    known_at = Position({"ledger": {elsewhere: 1}}).encode()
    answer = world.client.get("/v1/debtors/acme/escalations", params={"known_at": known_at})
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == ["known_at"]
