"""A step that hurts waits for the payments feeds: it is not raised on yesterday's knowledge."""

from datetime import date

import pytest

from huikuan.events.ledger import FeedCompleted
from tests.notifier.world import World, owed, paid, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
REMINDER = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
LADDER = policy(REMINDER, STOP)
MAY_31 = date(2012, 5, 31)


def june(day: int) -> date:
    return date(2012, 6, day)


def complete(
    world: World, day: int, *, feed: str = "payments", source: str = "bank", ended: bool = False
) -> None:
    event = FeedCompleted(source=source, feed=feed, through_on=june(day), ended=ended)
    world.everybody(event, f"feed/{source}/{feed}/{day}/{ended}")
    world.drain()


def held(world: World) -> list[tuple[str, str | None]]:
    """The words said about the stop, each with its reason."""
    return [
        (type(event).__name__.removeprefix("Escalation").lower(), event.reason)
        for _, event in world.said()
        if event.step == "stop"
    ]


def owing(world: World, document: bytes = LADDER) -> None:
    world.adopt(document)
    world.fact(owed("A", "100.00", MAY_31))
    world.open(june(3))


def test_without_a_known_feed_nothing_waits(world: World) -> None:
    owing(world)
    complete(world, 3, feed="invoices")
    world.open(june(5))
    assert world.history()[-1] == ("stop", "2012-06-05", "raised")


def test_a_stop_waits_until_the_feed_is_complete_through_its_day(world: World) -> None:
    owing(world)
    complete(world, 3)
    world.open(june(5))
    assert held(world) == [("proposed", "feed_awaited")]
    complete(world, 4)
    world.open(june(6))
    assert world.state() == "reminder"
    complete(world, 5)
    assert world.state() == "reminder", "steps that hurt are raised only when a day opens"
    world.open(june(7))
    assert world.history()[-1] == ("stop", "2012-06-05", "raised")


def test_a_notice_waits_for_no_feed(world: World) -> None:
    complete(world, 1)
    owing(world)
    assert world.state() == "reminder"


def test_money_that_the_feed_brings_voids_the_stop(world: World) -> None:
    owing(world)
    complete(world, 3)
    world.open(june(6))
    world.fact(paid("P", "100.00", june(4)))
    complete(world, 6)
    world.open(june(7))
    assert held(world) == [("proposed", "feed_awaited"), ("voided", "no_longer_demanded")]


def test_every_known_payments_feed_is_awaited(world: World) -> None:
    owing(world)
    complete(world, 9)
    complete(world, 2, feed="payments/icbc", source="erp")
    world.open(june(6))
    assert world.state() == "reminder"
    complete(world, 6, feed="payments/icbc", source="erp")
    world.open(june(7))
    assert world.state() == "stop"


def test_a_feed_that_ended_is_awaited_no_more(world: World) -> None:
    owing(world)
    complete(world, 2)
    world.open(june(5))
    complete(world, 3, ended=True)
    world.open(june(6))
    assert world.state() == "stop"


@pytest.mark.parametrize(("days", "last"), [(1, 6), (3, 8)])
def test_after_so_many_days_it_is_held_for_approval(days: int, last: int, world: World) -> None:
    owing(world, policy(STOP, feed_wait_days=days))
    complete(world, 3)
    world.open(june(last - 1))
    assert held(world) == [("proposed", "feed_awaited")]
    world.open(june(last + 5))
    assert held(world) == [("proposed", "feed_awaited"), ("held", "feed_late")]
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    assert (entry["held"]["reason"], entry["held"]["on"]) == ("feed_late", f"2012-06-{last:02}")
    world.client.post(
        f"/v1/escalations/{entry['escalation']}/approvals", json={"by": "li", "reason": "seen"}
    )
    world.drain()
    world.open(june(last + 6))
    assert world.history() == [("stop", f"2012-06-{last + 6:02}", "raised")]


def test_with_no_patience_it_is_held_at_once(world: World) -> None:
    owing(world, policy(STOP, feed_wait_days=0))
    complete(world, 3)
    world.open(june(5))
    assert held(world) == [("proposed", "feed_late")]


def test_a_feed_that_comes_late_releases_what_it_held(world: World) -> None:
    owing(world)
    complete(world, 3)
    world.open(june(20))
    complete(world, 19)
    world.open(june(21))
    assert world.history()[-1] == ("stop", "2012-06-19", "raised")


def test_a_hold_is_over_before_the_feed_is_awaited(world: World) -> None:
    owing(world, policy(STOP | {"hold": 1}))
    complete(world, 5)
    world.open(june(6))
    assert held(world) == [("proposed", None), ("held", "feed_awaited")]
    complete(world, 6)
    world.open(june(7))
    assert world.history()[-1] == ("stop", "2012-06-06", "raised")


def test_a_feed_complete_again_through_an_earlier_date_takes_nothing_back(world: World) -> None:
    owing(world)
    complete(world, 9)
    complete(world, 4)
    world.open(june(5))
    assert world.state() == "stop"


def test_a_rebuild_knows_the_feeds(world: World) -> None:
    owing(world)
    complete(world, 3)
    world.open(june(9))
    report = world.notifier.service.rebuild(verify=True)
    assert report.differences == []
    assert report.verified is not None
    assert (report.verified.unsaid, report.verified.unfounded) == ([], [])
