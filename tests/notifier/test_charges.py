"""`charges: booked`: a fee is owed from the day after its step, and nothing is demanded for it.

Days are those of June 2012; the invoice of most sentences was due on 31 May.
"""

from datetime import date
from typing import Any

import pytest

from huikuan.eventlog.partition import partition_of
from huikuan.events.codec import decode
from huikuan.events.fields import Event
from huikuan.events.notifier import FeeCancelled, FeeCharged, PolicyAdopted
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import CreditLimitSet, OverrideSet
from tests.debtor.words import day, invoice
from tests.notifier.arrivals import Arrival, followed, records_of
from tests.notifier.test_backtest_api import ask, document
from tests.notifier.test_switches import INVOICE, MAY_31, REMIND, STOP, journey, june, said
from tests.notifier.world import World, owed, paid

BOOKED = {"charges": "booked"}
DEAR = {**REMIND, "fee": {"USD": "5.00"}}


def fees(world: World) -> list[FeeCharged | FeeCancelled]:
    """What was said of fees on the log, in order."""
    world.drain()
    partition = partition_of("acme", world.log.partitions)
    found = []
    for records in world.log.scan(partition, 0, world.log.end(partition)):
        for record in records:
            if record.meta is not None and record.meta.type.startswith("huikuan.fee."):
                event = decode(record.meta.type, record.value)
                assert isinstance(event, FeeCharged | FeeCancelled)
                found.append(event)
    return found


def amounts(world: World) -> list[tuple[str, int]]:
    """(amount, day from which it is owed) of each fee."""
    return [
        (each.amount, (each.effective_on - MAY_31).days)
        for each in fees(world)
        if isinstance(each, FeeCharged)
    ]


def balance(world: World, day: int) -> str:
    standing = world.get("/debtors/acme/standing", as_of=str(june(day)))
    return str(standing["balances"]["USD"]["balance"])


@pytest.mark.parametrize(
    ("charges", "expected"),
    [("shown", ["100.00", "100.00", "100.00"]), ("booked", ["100.00", "100.00", "105.00"])],
)
def test_a_fee_is_only_shown_or_owed_from_the_day_after_its_step(
    world: World, charges: str, expected: list[str]
) -> None:
    journey(world, {"charges": charges}, DEAR, facts={0: [INVOICE]})
    assert said(world, 2) == [("remind", "raised", 1)]
    assert [balance(world, day) for day in range(3)] == expected
    assert amounts(world) == ([("5.00", 2)] if charges == "booked" else [])


def test_history_and_standing_show_the_fee(world: World) -> None:
    journey(world, BOOKED, DEAR, facts={0: [INVOICE]})
    world.open(june(3))
    (escalation,) = world.get("/debtors/acme/escalations")["history"]
    (fee,) = escalation["fees"]
    name = fee.pop("fee")
    assert fee == {
        "company": "main",
        "amount": "5.00",
        "currency": "USD",
        "on": "2012-06-01",
        "effective_on": "2012-06-02",
        "cancelled_on": None,
    }
    standing = world.get("/debtors/acme/standing")
    assert [(each["invoice"], each["open"], each["due_on"]) for each in standing["fees"]] == [
        (name, "5.00", None)
    ]
    assert [each["invoice"] for each in standing["items"]] == ["A"]


def test_money_pays_the_fee_last_and_the_step_is_lifted_though_it_is_open(world: World) -> None:
    later = owed("B", "50.00", june(30))
    journey(world, BOOKED, DEAR, facts={0: [INVOICE, later], 3: [paid("P", "152.00", june(3))]})
    assert said(world, 40) == [("remind", "raised", 1), ("remind", "lifted", 3)]
    assert balance(world, 3) == "3.00"
    assert amounts(world) == [("5.00", 2)]


@pytest.mark.parametrize(
    "when",
    [
        {"balance": {"USD": "1.00"}},
        {"open_items": 1},
        {"exposure": {"USD": "1.00"}},
        {"limit_used": "0.01"},
        {"broken_promises": 1},
    ],
)
def test_no_condition_sees_a_fee(world: World, when: dict[str, Any]) -> None:
    limit = CreditLimitSet(amount="100.00", currency="USD", effective_on=june(0))
    promise = PromiseMade(
        promise="M", amount="100.00", currency="USD", made_on=june(0), due_on=june(1)
    )
    facts: dict[int, list[Event]] = {
        0: [limit, INVOICE, *([promise] if "broken_promises" in when else [])],
        5: [paid("P", "100.00", june(5), "A")],
    }
    journey(world, BOOKED, {**DEAR, "when": when}, facts=facts)
    words = [word for _, word, _ in said(world, 20)]
    assert words == ["raised", "lifted"]
    assert balance(world, 20) == "5.00"


def test_a_step_raised_anew_costs_anew_and_one_in_force_or_repeated_does_not(world: World) -> None:
    again = {**DEAR, "repeat": {"every_days": 2, "times": 2}}
    facts: dict[int, list[Event]] = {
        0: [INVOICE],
        9: [paid("P", "100.00", june(9), "A")],
        10: [owed("B", "30.00", june(12))],
    }
    journey(world, BOOKED, again, facts=facts)
    world.open(june(20))
    assert amounts(world) == [("5.00", 2), ("5.00", 14)]


def test_a_retraction_cancels_the_fee_and_frees_what_had_paid_it(world: World) -> None:
    early = paid("P", "105.00", june(0))
    journey(world, BOOKED, DEAR, facts={0: [INVOICE], 4: [early]})
    assert said(world, 4) == [("remind", "raised", 1), ("remind", "retracted", 1)]
    charge, cancellation = fees(world)
    assert isinstance(cancellation, FeeCancelled)
    assert (cancellation.fee, cancellation.on) == (charge.fee, june(4))
    world.open(june(6))
    sums = world.get("/debtors/acme/standing")["balances"]["USD"]
    assert (sums["balance"], sums["unapplied"]) == ("0.00", "5.00")
    (escalation,) = world.get("/debtors/acme/escalations")["history"]
    assert escalation["fees"][0]["cancelled_on"] == "2012-06-04"


def test_a_lift_leaves_the_fee(world: World) -> None:
    journey(world, BOOKED, DEAR, facts={0: [INVOICE], 4: [paid("P", "100.00", june(4), "A")]})
    world.open(june(9))
    assert balance(world, 9) == "5.00"


def test_a_fee_is_charged_where_the_debtor_owes_and_in_what_he_owes(world: World) -> None:
    both = {**REMIND, "fee": {"USD": "5.00", "CNY": "30.00", "EUR": "4.00"}}
    facts: dict[int, list[Event]] = {
        0: [
            INVOICE,
            owed("C", "80.00", june(9), currency="CNY"),
            owed("S", "9.00", june(-5), company="south"),
        ]
    }
    journey(world, BOOKED, both, facts=facts)
    world.open(june(1))
    charged = [each for each in fees(world) if isinstance(each, FeeCharged)]
    assert [(each.company, each.currency, each.amount) for each in charged] == [
        ("main", "CNY", "30.00"),
        ("south", "USD", "5.00"),
    ]


def test_of_a_step_per_item_each_item_costs(world: World) -> None:
    facts: dict[int, list[Event]] = {
        0: [INVOICE, owed("B", "9.00", june(2)), owed("C", "8.00", MAY_31, currency="CNY")]
    }
    journey(world, {**BOOKED, "lead": "every_item"}, DEAR, facts=facts)
    world.open(june(9))
    assert amounts(world) == [("5.00", 2), ("5.00", 4)]


def test_what_a_person_imposes_on_who_owes_nothing_costs_nothing(world: World) -> None:
    word = OverrideSet(
        override="W", step="remind", effect="impose", from_on=june(1), by="li", reason="asked"
    )
    journey(world, BOOKED, DEAR, facts={0: [paid("P", "1.00", june(0))], 1: [word]})
    assert said(world, 3) == [("remind", "raised", 1)]
    assert fees(world) == []


def test_what_is_proposed_costs_nothing_until_it_is_raised(world: World) -> None:
    held = {**STOP, "hold": 1, "fee": {"USD": "7.00"}}
    journey(world, BOOKED, held, facts={0: [INVOICE]})
    assert said(world, 9) == [("stop", "proposed", 5), ("stop", "raised", 6)]
    assert amounts(world) == [("7.00", 7)]


def test_a_fact_of_an_earlier_day_and_a_rebuild_find_the_same_fees(world: World) -> None:
    journey(world, BOOKED, DEAR, STOP, facts={0: [INVOICE]})
    world.open(june(1))
    world.fact(owed("B", "10.00", june(-3)))
    world.open(june(3))
    world.fact(paid("P", "3.00", june(2)))
    world.open(june(6))
    before = world.get("/debtors/acme/standing")
    assert before["balances"]["USD"]["balance"] == "112.00"
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])
    assert report.verified is not None
    assert (report.verified.unsaid, report.verified.unfounded) == ([], [])
    assert world.get("/debtors/acme/standing") == before


def test_a_backtest_of_the_live_policy_finds_no_difference(world: World) -> None:
    journey(world, BOOKED, DEAR, STOP, facts={0: [INVOICE], 3: [paid("P", "99.00", june(3))]})
    world.open(june(9))
    done = ask(
        world,
        policy=document(DEAR, STOP, **BOOKED),
        **{"from": str(june(2)), "to": str(june(9))},
    )
    assert done["totals"]["debtors_that_differ"] == 0


def test_the_forecast_is_what_happens(world: World) -> None:
    journey(world, BOOKED, DEAR, STOP, facts={-9: [INVOICE]})
    foreseen = [
        (each["step"], each["on"])
        for each in world.get("/debtors/acme/forecast", until=str(date(2012, 7, 1)))["items"]
    ]
    assert foreseen == [(step, str(june(day))) for step, _, day in said(world, 31)]


def test_a_refold_keeps_a_fee_whose_word_is_not_on_the_log_yet() -> None:
    document = {
        "version": "v0",
        "effective_on": "2026-01-01",
        "charges": "booked",
        "steps": [{**REMIND, "fee": {"CNY": "5.00"}}],
    }
    arriving: list[Arrival] = [
        (0, "policy", PolicyAdopted(version="v0", effective_on=day(1), document=document)),
        (1, "e1", invoice("A", "20.00", on=1, due=2)),
        (6, "e2", invoice("B", "10.00", on=2, due=20)),
    ]
    account = followed(records_of(arriving)).watched.account
    assert [item.invoice for item in account.items] == ["A", "B", *account.fees]
    assert len(account.fees) == 1
