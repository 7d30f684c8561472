"""The breaker: a day that would hurt too many at once hurts nobody before a person has looked."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from huikuan.eventlog.memory import MemoryLog
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import BreakerReleased
from tests.notifier.world import World, a_world, owed, paid, policy

DEBTORS = [f"d{number:02}" for number in range(12)]
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
CAREFUL = policy(STOP, breaker={"count": 3, "share": 25})


def june(day: int) -> date:
    return date(2012, 6, day)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One partition, so that a test knows whom it counts together."""
    with a_world(tmp_path, MemoryLog(1)) as made:
        yield made


def owing(world: World, debtors: list[str], due_on: date, invoice: str = "A") -> None:
    for debtor in debtors:
        world.fact(owed(invoice, "100.00", due_on), debtor, f"{debtor}/{invoice}")


def release(world: World, day: date, on: date) -> None:
    event = BreakerReleased(tripped_on=day, by="li", reason="the file was complete", on=on)
    world.everybody(event, f"breaker/{day}")
    world.drain()


def states(world: World) -> dict[str, int]:
    """How many debtors are in each state."""
    found = [world.state(debtor=debtor) for debtor in DEBTORS]
    return {state: found.count(state) for state in found}


def test_too_many_steps_in_one_day_are_held_for_approval(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(5))
    assert states(world) == {"clear": 12}
    assert world.history("d00") == [("stop", "2012-06-05", "proposed")]
    assert [event.reason for _, event in world.said("d00")] == ["mass_escalation"]
    world.open(june(9))
    assert states(world) == {"clear": 12}
    assert len(world.said("d00")) == 1, "nothing is said twice while it waits"


def test_as_many_as_the_number_or_the_share_allows_are_let_go(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, june(28))
    owing(world, DEBTORS[:3], date(2012, 5, 31), "B")
    world.open(june(4))
    world.open(june(5))
    assert states(world) == {"stop": 3, "clear": 9}


@pytest.mark.parametrize(("share", "stopped"), [(34, 4), (33, 0)])
def test_the_larger_of_number_and_share_counts(world: World, share: int, stopped: int) -> None:
    world.adopt(policy(STOP, breaker={"count": 3, "share": share}))
    owing(world, DEBTORS, june(28))
    owing(world, DEBTORS[:4], date(2012, 5, 31), "B")
    world.open(june(4))
    world.open(june(5))
    assert states(world).get("stop", 0) == stopped


def test_by_default_twenty_steps_trip_nothing_and_twenty_one_of_four_hundred_do(
    world: World,
) -> None:
    world.adopt(policy(STOP))
    many = [f"x{number:03}" for number in range(400)]
    owing(world, many, june(28))
    owing(world, many[:20], date(2012, 5, 31), "B")
    owing(world, many[20:41], june(1), "C")
    world.open(june(4))
    world.open(june(5))
    assert world.state(debtor="x000") == "stop"
    world.open(june(6))
    assert world.history("x020") == [("stop", "2012-06-06", "proposed")]


def test_notices_go_out_on_a_tripped_day(world: World) -> None:
    reminder = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 5}}
    world.adopt(policy(reminder, STOP, breaker={"count": 3, "share": 25}))
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(5))
    assert states(world) == {"reminder": 12}


def test_a_person_releases_them_together_and_they_go_when_the_next_day_opens(
    world: World,
) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(5))
    release(world, june(5), june(5))
    assert states(world) == {"clear": 12}, "steps that hurt are raised only when a day opens"
    world.open(june(6))
    assert states(world) == {"stop": 12}
    assert world.history("d00") == [("stop", "2012-06-06", "raised")]


def test_a_person_approves_one_and_only_that_one_goes(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(5))
    held = world.get("/debtors/d03/escalations")["history"][0]["escalation"]
    answer = world.client.post(
        f"/v1/escalations/{held}/approvals", json={"by": "li", "reason": "seen"}
    )
    assert answer.status_code == 201
    world.drain()
    world.open(june(6))
    assert states(world) == {"stop": 1, "clear": 11}


def test_money_that_arrives_voids_what_is_held(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(5))
    world.fact(paid("P", "100.00", june(5)), "d00", "d00/P")
    assert world.history("d00") == [("stop", "2012-06-05", "voided")]


def test_held_steps_that_come_ripe_on_one_day_trip_it_too(world: World) -> None:
    slow = STOP | {"hold": 1}
    world.adopt(policy(slow, breaker={"count": 3, "share": 25}))
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(6))
    assert states(world) == {"clear": 12}
    assert [type(event).__name__ for _, event in world.said("d00")] == [
        "EscalationProposed",
        "EscalationHeld",
    ]
    release(world, june(6), june(6))
    world.open(june(7))
    assert states(world) == {"stop": 12}


def test_what_people_approved_one_by_one_is_not_counted(world: World) -> None:
    world.adopt(policy(STOP | {"approval": "one"}, breaker={"count": 3, "share": 25}))
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(5))
    for debtor in DEBTORS:
        held = world.get(f"/debtors/{debtor}/escalations")["history"][0]["escalation"]
        world.client.post(f"/v1/escalations/{held}/approvals", json={"by": "li", "reason": "seen"})
    world.drain()
    world.open(june(6))
    assert states(world) == {"stop": 12}


def test_a_released_day_is_no_excuse_for_the_next(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS[:6], date(2012, 5, 31))
    owing(world, DEBTORS[6:], june(1))
    world.open(june(4))
    world.open(june(5))
    release(world, june(5), june(5))
    world.open(june(6))
    assert [world.state(debtor=debtor) for debtor in DEBTORS] == ["stop"] * 6 + ["clear"] * 6


def test_a_rebuild_has_the_verdict_too_and_would_decide_the_same(world: World) -> None:
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.open(june(7))
    release(world, june(5), june(7))
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])
    verified = report.verified
    assert verified is not None
    assert (verified.unsaid, verified.unfounded, verified.different) == ([], [], [])
    world.open(june(8))
    assert states(world) == {"stop": 12}
    assert world.notifier.service.rebuild().differences == []


@pytest.mark.parametrize("turns", range(12))
def test_wherever_the_work_is_cut_the_verdict_is_the_same(
    turns: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huikuan.eventlog.follow.REVIEWS_MAX", 4)
    world.adopt(CAREFUL)
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(4))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    for _ in range(turns):
        world.step()
    world.restart()
    assert states(world) == {"clear": 12}
    assert {tuple(world.history(debtor)) for debtor in DEBTORS} == {
        (("stop", "2012-06-05", "proposed"),)
    }
    assert world.notifier.service.rebuild().differences == []


@pytest.mark.parametrize("share", [0, 25, 60])
def test_the_verdict_says_the_same_whether_its_debtors_were_committed_or_not(
    share: int, world: World
) -> None:
    world.adopt(policy(STOP, breaker={"count": 3, "share": share}))
    world.open(june(4))
    owing(world, DEBTORS, date(2012, 5, 31))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.drain()
    verified = world.notifier.service.rebuild(verify=True).verified
    assert verified is not None
    assert verified.different == []
    assert states(world) == {"clear": 12}


def test_of_steps_with_one_name_the_one_that_is_meant_for_him_says_whether_he_counts(
    world: World,
) -> None:
    asked = STOP | {"approval": "one", "scope": {"debtor": DEBTORS[:6]}}
    world.adopt(policy(asked, STOP, breaker={"count": 3, "share": 25}))
    owing(world, DEBTORS, date(2012, 5, 31))
    world.open(june(5))
    for debtor in DEBTORS[:6]:
        held = world.get(f"/debtors/{debtor}/escalations")["history"][0]["escalation"]
        world.client.post(f"/v1/escalations/{held}/approvals", json={"by": "li", "reason": "seen"})
    world.drain()
    assert world.get("/breaker")["items"][0]["steps"] == 6, "those whom nobody is asked about"
    world.open(june(6))
    assert [world.state(debtor=debtor) for debtor in DEBTORS] == ["stop"] * 6 + ["clear"] * 6
