"""Policies that come and go, money on its way, instalments, currencies, who the debtor is."""

from datetime import date
from typing import Any

import pytest

from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DebtorRegistered, DisputeOpened, DisputeResolved, DunningPaused
from huikuan.events.sales import Instalment, InvoiceIssued
from tests.notifier.world import World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}


def june(day: int) -> date:
    return date(2012, 6, day)


def begin(world: World, *steps: dict[str, Any], **other: Any) -> None:
    world.adopt(policy(*(steps or (STOP,)), **other))
    world.open(june(1))


def promise(amount: str, made: int, due: int) -> PromiseMade:
    return PromiseMade(
        promise="M", amount=amount, currency="USD", made_on=june(made), due_on=june(due)
    )


def test_a_policy_for_a_later_day_is_in_force_from_that_day(world: World) -> None:
    begin(world, REMIND)
    world.fact(owed("A", "100.00", date(2012, 5, 20)))
    world.adopt(policy(STOP, version="v2", effective_on="2012-06-04"))
    world.open(june(3))
    assert world.history() == [("reminder", "2012-06-01", "raised")]
    world.open(june(4))
    assert world.history() == [
        ("reminder", "2012-06-01", "lifted"),
        ("stop", "2012-06-04", "raised"),
    ]
    assert world.get("/policy")["version"] == "v2"
    assert world.get("/policy", as_of="2012-06-03")["version"] == "v1"


def test_money_on_its_way_prevents_a_step_and_lifts_none(world: World) -> None:
    begin(world, REMIND, STOP)
    world.fact(owed("A", "100.00", date(2012, 5, 30)))
    world.open(june(3))
    world.fact(paid("P", "100.00", june(8)))
    world.open(june(7))
    assert world.history() == [("reminder", "2012-06-01", "raised")]
    world.open(june(8))
    assert world.history() == [("reminder", "2012-06-01", "lifted")]


def test_a_promise_holds_the_stop_off_until_it_is_broken(world: World) -> None:
    begin(world, STOP, promises={"tolerance_days": 1})
    world.fact(owed("A", "100.00", date(2012, 5, 30)))
    world.fact(promise("100.00", 1, 8))
    world.open(june(9))
    assert world.state() == "clear"
    world.open(june(10))
    assert world.history() == [("stop", "2012-06-10", "raised")]


def test_a_broken_promise_can_be_a_reason_of_its_own(world: World) -> None:
    broken = {"name": "broken", "kind": "stop_supply", "when": {"broken_promises": 1}}
    begin(world, broken)
    world.fact(owed("A", "100.00", june(2)))
    world.fact(promise("100.00", 1, 4))
    world.open(june(10))
    assert world.history() == [("broken", "2012-06-05", "raised")]
    world.fact(paid("P", "100.00", june(10)))
    world.open(june(11))
    assert world.state() == "clear"


def test_paused_days_do_not_count_so_a_step_comes_as_much_later(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", date(2012, 5, 30)))
    world.fact(DunningPaused(pause="H", from_on=june(2), until=june(8), reason="talks"))
    world.open(june(12))
    assert world.history() == [("stop", "2012-06-11", "raised")]


def test_a_rejected_dispute_comes_back_at_its_original_age(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", date(2012, 5, 30)))
    opened = DisputeOpened(
        dispute="D", invoice="A", amount="100.00", reason="quality", opened_on=june(2)
    )
    world.fact(opened)
    world.open(june(9))
    assert world.state() == "clear"
    world.fact(DisputeResolved(dispute="D", outcome="rejected", on=june(9)))
    world.open(june(10))
    assert world.history() == [("stop", "2012-06-10", "raised")]


def test_each_instalment_is_an_item_of_its_own(world: World) -> None:
    begin(world, {**REMIND, "per": "item"})
    parts = tuple(
        Instalment(instalment=str(number), amount="50.00", due_on=june(number + 1))
        for number in (1, 2)
    )
    invoice = InvoiceIssued(
        invoice="A",
        amount="100.00",
        currency="USD",
        issued_on=june(1),
        instalments=parts,
    )
    world.fact(invoice)
    world.open(june(5))
    said = [(each.subject, each.effective_on) for _, each in world.said()]
    assert said == [("item:A/1", june(3)), ("item:A/2", june(4))]


def test_currencies_are_never_added(world: World) -> None:
    many = {
        "name": "many",
        "kind": "notice",
        "when": {"overdue_amount": {"USD": "100.00", "JPY": "9000"}},
    }
    begin(world, many)
    world.fact(owed("A", "99.99", june(1)))
    world.fact(owed("B", "8999", june(1), currency="JPY"))
    world.open(june(3))
    assert world.state() == "clear"
    world.fact(owed("C", "1", june(2), currency="JPY"))
    assert world.history() == [("many", "2012-06-03", "raised")]
    assert world.said()[0][1].inputs == {"overdue_amount": {"JPY": "9000", "USD": "99.99"}}


def test_who_the_debtor_is_may_spare_him(world: World) -> None:
    begin(world, {**STOP, "unless": {"segment": "public"}})
    for debtor in ("acme", "city"):
        world.fact(owed(f"A-{debtor}", "100.00", date(2012, 5, 30)), debtor)
    world.fact(DebtorRegistered(on=june(1), segment="public"), "city", "reg")
    world.open(june(6))
    assert (world.state(), world.state(debtor="city")) == ("stop", "clear")


def test_small_residues_neither_stop_nor_keep_stopped(world: World) -> None:
    begin(world, ignore_below={"USD": "1.00"})
    world.fact(owed("A", "0.99", date(2012, 5, 30)), "penny")
    world.fact(owed("B", "100.00", date(2012, 5, 30)))
    world.open(june(6))
    assert (world.state(), world.state(debtor="penny")) == ("stop", "clear")
    world.fact(paid("P", "99.50", june(6)))
    assert world.state() == "clear"


@pytest.mark.parametrize("gap", [1, 6])
def test_a_day_that_was_left_out_is_judged_with_the_next(world: World, gap: int) -> None:
    begin(world)
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.leap(june(4 + gap))
    assert world.history() == [("stop", "2012-06-05", "raised")]
