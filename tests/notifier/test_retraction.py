"""What arrives late: retracted with both dates, raised again where it is still due."""

from datetime import date

import pytest

from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DunningPaused
from tests.notifier.world import World, owed, paid, policy


def june(day: int) -> date:
    return date(2012, 6, day)


STOP = policy({"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}})
NOTICE = policy({"name": "reminder", "kind": "notice", "when": {"days_overdue": 5}})


def begin(world: World, document: bytes) -> None:
    world.adopt(document)
    world.open(june(1))


def words(world: World) -> list[tuple[str, str, str]]:
    """(word, effective on, said on) of everything on the log, in order."""
    return [
        (each.TYPE.split(".")[2], str(each.effective_on.day), str(each.on.day))
        for _, each in world.said()
    ]


def test_a_payment_dated_before_the_step_and_recorded_after_it_retracts_it(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(8))
    world.fact(paid("P", "100.00", june(4)))
    assert words(world) == [("raised", "5", "5"), ("retracted", "5", "8")]
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    assert entry["status"] == "retracted"
    assert (entry["effective_on"], entry["lifted_on"]) == ("2012-06-05", "2012-06-08")
    assert entry["recorded_at"] < entry["lifted_recorded_at"]
    assert world.state(june(6)) == "clear"


def test_the_same_payment_dated_after_the_step_lifts_it(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(8))
    world.fact(paid("P", "100.00", june(6)))
    assert words(world) == [("raised", "5", "5"), ("lifted", "8", "8")]
    assert world.state(june(6)) == "stop"


def test_a_payment_of_the_very_day_retracts_because_the_day_closed_without_a_debt(
    world: World,
) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(5))
    world.fact(paid("P", "100.00", june(5)))
    assert words(world) == [("raised", "5", "5"), ("retracted", "5", "5")]


def test_what_another_item_demands_is_raised_again_at_once_from_its_own_day(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(owed("B", "50.00", june(2)))
    world.open(june(9))
    world.fact(paid("P", "100.00", june(4), "A"))
    assert words(world) == [
        ("raised", "5", "5"),
        ("retracted", "5", "9"),
        ("raised", "7", "9"),
    ]
    assert world.state() == "stop"
    assert [world.state(june(day)) for day in (5, 6, 7)] == ["clear", "clear", "stop"]


def test_of_two_runs_the_present_one_counts(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(owed("B", "50.00", june(1)))
    world.fact(owed("C", "70.00", june(4)))
    world.open(june(12))
    world.fact(paid("Q", "50.00", june(7), "B"))
    world.fact(paid("P", "100.00", june(4), "A"))
    assert words(world) == [
        ("raised", "5", "5"),
        ("retracted", "5", "12"),
        ("raised", "9", "12"),
    ]


def test_a_promise_dated_before_retracts_a_notice_and_no_stop(world: World) -> None:
    promise = PromiseMade(
        promise="M", amount="100.00", currency="USD", made_on=june(4), due_on=june(20)
    )
    begin(world, NOTICE)
    for debtor in ("acme", "other"):
        world.fact(owed(f"A-{debtor}", "100.00", date(2012, 5, 31)), debtor)
    world.open(june(8))
    world.fact(promise)
    assert world.history() == [("reminder", "2012-06-05", "retracted")]
    assert world.history("other") == [("reminder", "2012-06-05", "raised")]


def test_a_promise_or_a_pause_dated_before_retracts_no_stop(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(8))
    world.fact(
        PromiseMade(promise="M", amount="100.00", currency="USD", made_on=june(4), due_on=june(20))
    )
    world.fact(DunningPaused(pause="H", from_on=june(1), until=june(20), reason="talks"))
    assert world.history() == [("stop", "2012-06-05", "raised")]


def test_a_late_invoice_is_judged_when_the_next_day_opens(world: World) -> None:
    begin(world, STOP)
    world.open(june(8))
    world.fact(owed("A", "100.00", date(2012, 5, 20)))
    assert world.state() == "clear"
    world.open(june(9))
    assert world.history() == [("stop", "2012-06-09", "raised")]


def test_a_legal_referral_that_was_retracted_is_proposed_anew(world: World) -> None:
    court = {"name": "court", "kind": "legal_referral", "when": {"days_overdue": 5}}
    begin(world, policy(court | {"evidence_at_least": "D"}))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.fact(owed("B", "50.00", june(2)))
    world.open(june(5))
    (proposed,) = world.get("/debtors/acme/escalations")["history"]
    for person in ("li", "wang"):
        path = f"/v1/escalations/{proposed['escalation']}/approvals"
        assert world.client.post(path, json={"by": person}).status_code == 201
    world.drain()
    world.open(june(9))
    assert world.history() == [("court", "2012-06-06", "raised")]
    world.fact(paid("P", "100.00", june(4), "A"))
    assert world.history() == [
        ("court", "2012-06-06", "retracted"),
        ("court", "2012-06-07", "proposed"),
    ]


@pytest.mark.parametrize("effective_on", ["2012-06-01", "2012-06-08"])
def test_a_milder_policy_lifts_and_retracts_nothing(world: World, effective_on: str) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(8))
    step = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 30}}
    world.adopt(policy(step, version="v2", effective_on=effective_on), confirm=True)
    assert world.history() == [("stop", "2012-06-05", "lifted")]
