"""The story that the product is accepted by: warning 5, blocked 7, cancelled 11 days."""

from datetime import date

from huikuan.events.ledger import BusinessDayOpened
from tests.notifier.world import STORY, World, owed, paid

FACTS_BEFORE = (
    owed("A", "249.95", date(2012, 5, 31)),
    owed("B", "500.00", date(2012, 5, 31)),
    owed("C", "700.00", date(2012, 6, 2)),
)
PAID = (paid("P1", "249.95", date(2012, 6, 2), "A"), paid("P2", "500.00", date(2012, 6, 2), "B"))
FOLLOWS = owed("D", "200.00", date(2012, 6, 3), issued_on=date(2012, 6, 3))
STATES = {2: "clear", 5: "clear", 6: "clear", 7: "warning", 8: "warning", 9: "blocked",
          12: "blocked", 13: "cancelled"}  # fmt: skip
STEPS = [
    ("warning", "2012-06-07", "raised"),
    ("blocked", "2012-06-09", "raised"),
    ("cancelled", "2012-06-13", "raised"),
]


def june(day: int) -> date:
    return date(2012, 6, day)


def until(world: World, day: int) -> None:
    for fact in FACTS_BEFORE:
        world.fact(fact)
    world.open(june(1))
    for payment in PAID:
        world.fact(payment)
    world.open(june(2))
    world.fact(FOLLOWS)
    world.open(june(day))


def test_the_story_day_by_day(world: World) -> None:
    world.adopt()
    until(world, 2)
    for day in range(2, 14):
        world.open(june(day))
        if day in STATES:
            assert world.state() == STATES[day]
    assert world.history() == STEPS
    assert {day: world.state(june(day)) for day in STATES} == STATES
    assert world.feed() == [("acme", step, status) for step, _, status in STEPS]


def test_the_story_as_it_was_told_on_an_earlier_day(world: World) -> None:
    world.adopt()
    until(world, 13)
    answer = world.get("/debtors/acme/escalations", as_of="2012-06-10")
    assert (answer["state"], answer["in_force"]) == ("blocked", ["warning", "blocked"])
    assert [each["step"] for each in answer["history"]] == ["warning", "blocked"]


def test_a_service_that_was_down_reports_the_same_steps_with_the_same_dates(
    world: World,
) -> None:
    world.adopt()
    until(world, 5)
    for day in range(6, 14):
        world.everybody(BusinessDayOpened(date=june(day)), f"day/{june(day)}")
    assert world.notifier.service.shared().setting.open_on == june(5)
    world.drain()
    assert world.history() == STEPS


def test_a_policy_adopted_when_all_days_are_open_finds_the_same_steps_and_dates(
    world: World,
) -> None:
    until(world, 13)
    assert world.state() == "clear"
    world.adopt(STORY)
    assert world.history() == STEPS[:1]
    world.open(june(14))
    assert world.history() == STEPS
    assert [each.on for _, each in world.said()] == [june(13), june(14), june(14)]


def test_before_the_first_day_and_before_the_first_policy_everything_is_clear(
    world: World,
) -> None:
    for fact in FACTS_BEFORE:
        world.fact(fact)
    assert world.get("/debtors/acme/escalations") == {
        "debtor": "acme",
        "as_of": None,
        "state": "clear",
        "in_force": [],
        "history": [],
        "overrides": [],
    }
    world.open(june(13))
    assert world.state() == "clear"


def test_paying_lifts_everything_from_the_day_it_is_known(world: World) -> None:
    world.adopt()
    until(world, 13)
    world.open(june(20))
    world.fact(paid("P3", "900.00", june(18), "C", "D"))
    assert world.state() == "clear"
    assert world.state(june(19)) == "cancelled"
    assert [status for _, _, status in world.history()] == ["lifted"] * 3
