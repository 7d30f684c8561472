"""Notices that are said again, in their rhythm, and end."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from huikuan.events.codec import decode
from huikuan.events.notifier import EscalationSaid
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DunningPaused, DunningResumed
from services.notifier.domain.policy import Step
from tests.notifier.hand_made import step
from tests.notifier.world import World, owed, paid, policy

REMIND = {
    "name": "reminder",
    "kind": "notice",
    "when": {"days_overdue": 1},
    "repeat": {"every_days": 3, "times": 2},
}
CALL = REMIND | {"name": "call", "kind": "call"}


def june(day: int) -> date:
    return date(2012, 6, day)


def said(world: World) -> list[tuple[str, str]]:
    """(what, effective date) of every word, in order."""
    return [(event.TYPE.split(".")[2], str(event.effective_on)[8:]) for _, event in world.said()]


def reminded(world: World, *steps: dict[str, Any]) -> World:
    """The reminder is in force since 1 June, which is open."""
    world.adopt(policy(*(steps or (REMIND,))))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    return world


def test_a_notice_is_repeated_so_many_times_and_then_exhausted(world: World) -> None:
    reminded(world).open(june(20))
    assert said(world) == [
        ("raised", "01"),
        ("repeated", "04"),
        ("repeated", "07"),
        ("exhausted", "07"),
    ]
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    assert (entry["repeated_on"], entry["exhausted"]) == (["2012-06-04", "2012-06-07"], True)
    (then,) = world.get("/debtors/acme/escalations", as_of="2012-06-05")["history"]
    assert (then["repeated_on"], then["exhausted"]) == (["2012-06-04"], False)


def test_each_repetition_tells_its_number_and_what_was_seen(world: World) -> None:
    reminded(world).open(june(4))
    _, repeated = world.said()[-1]
    assert repeated.inputs == {"days_overdue": 4, "repetition": {"number": 1, "of": 2}}
    items = world.get("/escalations")["items"]
    assert [each["status"] for each in items] == ["raised", "repeated"]
    assert len({each["escalation"] for each in items}) == 1
    assert items[1]["hold_seq"] == 2


def test_what_was_paid_is_not_repeated(world: World) -> None:
    reminded(world).open(june(3))
    world.fact(paid("P", "100.00", june(3)))
    world.open(june(9))
    assert said(world) == [("raised", "01"), ("lifted", "03")]


def test_nothing_is_repeated_in_a_pause_and_the_rhythm_stays(world: World) -> None:
    reminded(world).open(june(3))
    world.fact(DunningPaused(pause="H", from_on=june(4), until=june(5), reason="talks"))
    world.open(june(20))
    assert said(world) == [
        ("raised", "01"),
        ("repeated", "07"),
        ("repeated", "10"),
        ("exhausted", "10"),
    ]


def test_a_pause_that_ends_on_the_very_day_lets_the_notice_out(world: World) -> None:
    reminded(world).open(june(3))
    world.fact(DunningPaused(pause="H", from_on=june(4), until=june(9), reason="talks"))
    world.open(june(4))
    assert said(world) == [("raised", "01")]
    world.fact(DunningResumed(pause="H", on=june(4)))
    assert said(world) == [("raised", "01"), ("repeated", "04")]


def test_a_promise_of_a_part_lets_the_rest_be_repeated_and_of_all_lifts(world: World) -> None:
    reminded(world)
    part: dict[str, Any] = {"currency": "USD", "due_on": june(30)}
    world.fact(PromiseMade(promise="M", amount="40.00", made_on=june(1), **part))
    world.open(june(4))
    assert said(world) == [("raised", "01"), ("repeated", "04")]
    world.fact(PromiseMade(promise="N", amount="60.00", made_on=june(4), **part))
    world.open(june(9))
    assert said(world)[2:] == [("lifted", "04")]


def test_a_proposed_call_is_not_repeated_before_it_is_raised(world: World) -> None:
    reminded(world, CALL | {"hold": 3}).open(june(9))
    assert said(world) == [("proposed", "01"), ("raised", "06"), ("repeated", "09")]


def test_with_an_unsettled_record_nothing_is_repeated(world: World) -> None:
    reminded(world)
    world.foreign()
    world.open(june(5))
    assert said(world) == [("raised", "01")]


def test_days_that_nobody_judged_are_caught_up_each_with_its_own_date(world: World) -> None:
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(8))
    world.adopt(policy(REMIND, CALL))
    assert said(world) == [
        ("raised", "01"),
        ("repeated", "04"),
        ("repeated", "07"),
        ("exhausted", "07"),
    ]
    world.open(june(9))
    assert said(world)[4:] == [
        ("raised", "01"),
        ("repeated", "04"),
        ("repeated", "07"),
        ("exhausted", "07"),
    ]
    world.open(june(20))
    assert len(said(world)) == 8


@pytest.mark.parametrize("day", [5, 8, 30])
def test_days_that_were_left_out_are_caught_up_with_the_next(world: World, day: int) -> None:
    reminded(world).leap(june(day))
    due = [("repeated", f"{on:02}") for on in (4, 7) if on <= day]
    assert said(world)[1 : 1 + len(due)] == due


def test_a_notice_raised_again_after_a_retraction_is_not_said_twice_that_day(
    world: World,
) -> None:
    reminded(world)
    world.fact(owed("B", "50.00", june(2)))
    world.open(june(8))
    world.fact(paid("P", "100.00", date(2012, 5, 30), "A"))
    assert said(world)[4:] == [("retracted", "01"), ("raised", "03")]
    world.open(june(9))
    assert said(world)[6:] == [("repeated", "09")]


def test_a_policy_that_repeats_less_often_says_that_it_is_exhausted(world: World) -> None:
    reminded(world).open(june(4))
    less = REMIND | {"repeat": {"every_days": 3, "times": 1}}
    world.adopt(policy(less, version="v2", effective_on="2012-06-05"))
    world.open(june(20))
    assert said(world)[2:] == [("exhausted", "04")]


def test_a_rebuild_equals_live(world: World) -> None:
    reminded(world).open(june(9))
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])
    assert report.verified is not None
    assert (report.verified.unsaid, report.verified.different) == ([], [])


@pytest.mark.parametrize("repeat", [{"every_days": 0, "times": 1}, {"every_days": 1}, {"times": 0}])
def test_a_rhythm_without_rest_or_end_is_refused(repeat: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Step.model_validate(REMIND | {"repeat": repeat})


def test_a_stop_does_not_repeat() -> None:
    with pytest.raises(ValidationError, match="only a notice, a call or a visit"):
        Step.model_validate(step("stop", "stop_supply", repeat={"every_days": 7, "times": 3}))


def test_the_words_are_events_of_their_own(world: World) -> None:
    reminded(world).open(june(4))
    record, _ = world.said()[-1]
    assert record.meta is not None
    event = decode(record.meta.type, record.value)
    assert isinstance(event, EscalationSaid)
    assert record.meta.type == "huikuan.escalation.repeated.v1"
