"""What is said of promises, and when: each outcome once, and again only when it changes."""

import msgspec

from huikuan.events.promises import PromiseWithdrawn
from tests.promises.world import World, bounced, on, paid, promised, staged


def test_a_promise_is_kept_at_once_when_enough_money_is_there(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(2)
    world.fact(paid("B1", 60, 2))
    assert world.said() == []
    world.fact(paid("B2", 40, 2))
    assert world.said() == [("kept", "P1", None)]
    world.open(9)
    assert world.said() == [("kept", "P1", None)]


def test_a_promise_is_broken_on_the_day_after_its_window_not_before(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(5)
    assert world.said() == []
    world.open(6)
    assert world.said() == [("broken", "P1", None)]


def test_promises_to_two_companies_may_have_one_number(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5), event_id="main")
    world.fact(msgspec.structs.replace(promised("P1", 60, due=7), company="south"), event_id="it")
    world.open(8)
    assert sorted(event.company for _, event in world.outcomes()) == ["main", "south"]


def test_some_money_makes_it_partly_kept(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(3)
    world.fact(paid("B1", 40, 3))
    world.open(6)
    ((record, outcome),) = world.outcomes()
    assert world.said() == [("partly_kept", "P1", None)]
    assert (outcome.amount, outcome.received, outcome.on) == ("100.00", "40.00", on(6))
    assert record.meta is not None
    assert record.meta.id == f"promises/day/{on(6)}/D1/0"
    assert record.meta.cause == f"day/{on(6)}"
    assert record.meta.said


def test_the_tolerance_of_the_policy_moves_the_end_of_the_window(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.policy(0, tolerance_days=2)
    world.open(7)
    assert world.said() == []
    world.fact(paid("B1", 100, 7))
    assert world.said() == [("kept", "P1", None)]


def test_a_policy_that_takes_tolerance_away_ends_windows_at_once(world: World) -> None:
    world.policy(0, tolerance_days=9)
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(7)
    assert world.said() == []
    world.policy(0, tolerance_days=0)
    assert world.said() == [("broken", "P1", None)]


def test_stages_are_told_one_by_one(world: World) -> None:
    world.open(0)
    world.fact(staged("P1", (5, 100), (10, 200)))
    world.fact(paid("B1", 100, 0))
    assert world.said() == [("kept", "P1", 0)]
    world.open(10)
    assert world.said() == [("kept", "P1", 0)]
    world.open(11)
    assert world.said() == [("kept", "P1", 0), ("broken", "P1", 1)]


def test_a_bounced_payment_turns_kept_into_broken_and_is_said_again(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.fact(paid("B1", 100, 0))
    world.open(8)
    assert world.said() == [("kept", "P1", None)]
    world.fact(bounced("B1", 8))
    assert world.said() == [("kept", "P1", None), ("broken", "P1", None)]


def test_a_bounce_within_the_window_is_said_when_the_window_ends(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.fact(paid("B1", 100, 0))
    world.open(2)
    world.fact(bounced("B1", 2))
    assert world.said() == [("kept", "P1", None)]
    world.open(6)
    assert world.said() == [("kept", "P1", None), ("broken", "P1", None)]


def test_a_late_bank_file_with_money_in_time_turns_broken_into_kept(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(6)
    world.fact(paid("B1", 100, 5))
    assert world.said() == [("broken", "P1", None), ("kept", "P1", None)]


def test_money_after_the_window_cures_and_keeps_nothing(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(9)
    world.fact(paid("B1", 100, 9))
    assert world.said() == [("broken", "P1", None)]
    (judged,) = world.judged()
    assert (judged.state, judged.cured_late_days) == ("broken", 4)


def test_a_promise_withdrawn_in_time_comes_to_nothing(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.fact(PromiseWithdrawn(promise="P1", on=on(2)))
    world.open(9)
    assert world.said() == []
    assert [judged.state for judged in world.judged()] == ["withdrawn"]


def test_money_with_a_value_date_to_come_keeps_on_its_day(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.fact(paid("B1", 100, 3))
    assert world.said() == []
    world.open(2)
    assert world.said() == []
    world.open(3)
    assert world.said() == [("kept", "P1", None)]


def test_one_fact_may_settle_several_promises_each_with_its_ordinal(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.fact(promised("P2", 50, due=6))
    world.fact(paid("B1", 150, 0), event_id="/bank|77")
    assert world.said() == [("kept", "P1", None), ("kept", "P2", None)]
    ids = [record.meta.id for record, _ in world.outcomes() if record.meta]
    assert ids == ["promises//bank|77/D1/0", "promises//bank|77/D1/1"]


def test_promises_of_two_companies_under_one_id_are_two(world: World) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    other = paid("B1", 100, 0)
    world.fact(other)
    assert world.said() == [("kept", "P1", None)]
    theirs = msgspec.structs.replace(promised("P1", 100, due=5), company="south")
    world.fact(theirs, event_id="/erp|south")
    world.open(6)
    assert world.said() == [("kept", "P1", None), ("broken", "P1", None)]
    assert [outcome.company for _, outcome in world.outcomes()] == ["main", "south"]


def test_before_the_first_day_nothing_is_said(world: World) -> None:
    world.fact(promised("P1", 100, due=5))
    world.fact(paid("B1", 100, 0))
    assert world.said() == []
    assert world.judged() == []
    world.open(0)
    assert world.said() == [("kept", "P1", None)]
