"""Steps that follow other steps, and what stands for a while after one was lifted."""

from typing import Any

import pytest

from huikuan.events.promises import PromiseMade
from tests.notifier.test_switches import INVOICE, REMIND, STOP, journey, june, said
from tests.notifier.world import World, owed, paid

FOLLOWS = {"name": "follows", "kind": "stop_supply", "when": {"days_since_step": {"remind": 3}}}
CASH: dict[str, Any] = {
    "name": "cash",
    "kind": "cash_only",
    "when": {"lifted_within": {"stop": 4}},
}
MONEY = paid("P", "100.00", june(7), "A")


def test_a_step_follows_another_after_some_days(world: World) -> None:
    journey(world, {}, REMIND, FOLLOWS, facts={0: [INVOICE]})
    assert said(world, 6) == [("remind", "raised", 1), ("follows", "raised", 4)]


def test_a_step_that_must_exceed_the_days_comes_a_day_later(world: World) -> None:
    journey(world, {"compare": "exceeds"}, REMIND, FOLLOWS, facts={0: [INVOICE]})
    assert said(world, 7) == [("remind", "raised", 2), ("follows", "raised", 6)]


@pytest.mark.parametrize("kind", ["stop_supply", "notice"])
def test_where_days_were_missed_both_are_dated_as_if_none_had_been(world: World, kind: str) -> None:
    world.open(june(0))
    world.fact(INVOICE)
    world.open(june(6))
    journey(world, {}, REMIND, FOLLOWS | {"kind": kind}, facts={})
    assert said(world, 7) == [("remind", "raised", 1), ("follows", "raised", 4)]


def test_a_step_that_ended_is_not_followed_and_counts_anew(world: World) -> None:
    first = owed("B", "9.00", june(-1), issued_on=june(-9))
    early = paid("P", "9.00", june(2), "B")
    journey(world, {}, REMIND, FOLLOWS, facts={0: [first, owed("A", "1.00", june(3))], 2: [early]})
    assert said(world, 8) == [
        ("remind", "raised", 0),
        ("remind", "lifted", 2),
        ("remind", "raised", 4),
        ("follows", "raised", 7),
    ]


def test_a_promise_lifts_the_notice_and_not_the_stop_that_followed_it(world: World) -> None:
    promise = PromiseMade(
        promise="M", amount="100.00", currency="USD", made_on=june(5), due_on=june(9)
    )
    journey(world, {}, REMIND, FOLLOWS, facts={0: [INVOICE], 5: [promise], 7: [MONEY]})
    assert said(world, 9) == [
        ("remind", "raised", 1),
        ("follows", "raised", 4),
        ("remind", "lifted", 5),
        ("follows", "lifted", 7),
    ]


def test_after_a_severe_step_he_pays_cash_for_some_days(world: World) -> None:
    journey(world, {}, REMIND, CASH, STOP, facts={0: [INVOICE], 7: [MONEY]})
    assert said(world, 14) == [
        ("remind", "raised", 1),
        ("stop", "raised", 5),
        ("remind", "lifted", 7),
        ("stop", "lifted", 7),
        ("cash", "raised", 8),
        ("cash", "lifted", 11),
    ]
    assert world.state(june(8)) == "cash"


def test_a_stop_that_was_retracted_leaves_nothing_behind(world: World) -> None:
    late = paid("P", "100.00", june(4), "A")
    journey(world, {}, CASH, STOP, facts={0: [INVOICE], 7: [late]})
    assert said(world, 12) == [("stop", "raised", 5), ("stop", "retracted", 5)]
