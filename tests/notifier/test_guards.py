"""What must keep a stop from going out, and never keeps a lift."""

from datetime import date

from huikuan.eventlog.partition import partition_of
from huikuan.events.ledger import BusinessDayOpened, RecordConflicted, RecordSettled
from tests.notifier.world import World, owed, paid, policy

STOP = policy({"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}})


def june(day: int) -> date:
    return date(2012, 6, day)


def settle(world: World, place: str) -> None:
    settled = RecordSettled(outcome="discarded", on=june(6), place=place)
    world.fact(settled, event_id=f"settled/{place}")


def test_a_foreign_record_keeps_new_steps_back_until_it_is_settled(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    place = world.foreign()
    world.open(june(6))
    assert world.state() == "clear"
    service = world.notifier.service
    assert [each.status for each in service.set_aside()] == ["open"]
    settle(world, place)
    assert world.state() == "clear"
    assert [each.status for each in service.set_aside()] == ["discarded"]
    world.open(june(7))
    assert world.history() == [("stop", "2012-06-07", "raised")]


def test_with_a_foreign_record_lifts_go_out(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(5))
    world.foreign()
    world.fact(paid("P", "100.00", june(6)))
    world.open(june(6))
    assert world.history() == [("stop", "2012-06-05", "lifted")]


def test_a_record_of_ours_that_cannot_be_read_is_set_aside_likewise(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    world.garbled()
    world.open(june(6))
    assert world.state() == "clear"
    assert [each.key for each in world.notifier.service.set_aside()] == ["acme"]


def test_a_conflict_keeps_new_steps_back_until_it_is_settled(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(RecordConflicted(conflict="c1", on=june(1)))
    world.open(june(6))
    assert world.state() == "clear"
    world.fact(RecordSettled(outcome="released", on=june(6), conflict="c1"), event_id="s1")
    world.open(june(7))
    assert world.state() == "stop"


def test_a_stop_goes_out_when_the_log_is_folded_to_its_end(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.fact(owed("B", "1.00", june(30)))
    world.step(records=1)
    world.step(records=1)
    assert world.notifier.service.read("acme")[0].case.open[0].status == "raised"
    assert world.public() == []
    world.drain()
    assert world.public() == [("acme", "stop", "raised", False)]


def test_a_stop_whose_money_was_on_the_log_already_goes_out_with_its_lift(world: World) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(owed("B", "1.00", date(2012, 5, 31)), "other-debtor")
    world.open(june(4))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.fact(paid("P", "100.00", june(4)))
    world.drain()
    assert [row for row in world.public() if row[0] == "acme"] == [
        ("acme", "stop", "raised", True),
        ("acme", "stop", "retracted", True),
    ]
    assert ("other-debtor", "stop", "raised", False) in world.public()


def test_a_notice_waits_for_nothing_and_not_behind_another_partition(world: World) -> None:
    notice = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
    stop = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
    world.adopt(policy(notice, stop))
    other = next(
        name for name in map(str, range(99)) if partition_of(name, 2) != partition_of("acme", 2)
    )
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(owed("B", "100.00", june(4)), other)
    world.open(june(4))
    assert world.public() == [("acme", "reminder", "raised", False)]
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.fact(owed("C", "1.00", june(30)))
    world.step(records=1)
    world.step(records=1)
    assert {row[0] for row in world.public()} == {"acme", other}
    world.drain()
    assert ("acme", "stop", "raised", False) in world.public()


def test_what_another_owner_did_not_let_out_goes_out_when_the_partition_is_taken_over(
    world: World,
) -> None:
    world.adopt(STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    gate = world.notifier.service.gate
    folded, gate.folded = gate.folded, lambda *_: False  # type: ignore[method-assign]
    world.drain()
    assert world.public() == []
    gate.folded = folded  # type: ignore[method-assign]
    world.restart()
    world.step()
    assert world.public() == [("acme", "stop", "raised", False)]
