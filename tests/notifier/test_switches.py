"""Each switch of the policy language at each of its values, as a journey through the API.

May ends on a Thursday; the invoice of most sentences was issued on 1 May and due on 31 May 2012.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import CreditLimitSet, DebtorRegistered, DunningPaused, OverrideSet
from huikuan.events.sales import OrderConfirmed
from tests.notifier.world import World, owed, paid, policy

MAY_31 = date(2012, 5, 31)
REMIND = {"name": "remind", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
CLOSE = {"name": "close", "kind": "stop_service", "when": {"days_overdue": 5}}
Said = list[tuple[str, str, int]]


def june(day: int) -> date:
    return MAY_31 + timedelta(days=day)


def journey(
    world: World, switches: dict[str, Any], *steps: dict[str, Any], facts: dict[int, list[Event]]
) -> None:
    """Adopt a policy of these steps, then tell each day's facts before that day of June opens."""
    answer = world.client.put("/v1/policy", content=policy(*steps, **switches))
    assert answer.status_code == 200, answer.text
    world.drain()
    for day in sorted(facts):
        world.open(june(day))
        for at, fact in enumerate(facts[day]):
            world.fact(fact, event_id=f"/erp|{day}/{at}")
    world.drain()


def said(world: World, through: int) -> Said:
    """(step, word, day of June) of everything public, in order."""
    world.open(june(through))
    items = world.get("/escalations", limit=1_000)["items"]
    return [
        (
            each["step"] + each["subject"].removeprefix("debtor").replace("item:", "/"),
            each["status"],
            (date.fromisoformat(each["effective_on"]) - MAY_31).days,
        )
        for each in items
    ]


INVOICE = owed("A", "100.00", MAY_31, issued_on=date(2012, 5, 1))
PAUSE = DunningPaused(pause="H", from_on=june(3), until=june(6), reason="talks")
EARLY_PAUSE = DunningPaused(pause="H", from_on=june(-3), until=june(2), reason="talks")


@pytest.mark.parametrize(("age_from", "day"), [("due_date", 5), ("invoice_date", -25)])
def test_age_counts_from_the_due_date_or_the_invoice_date(
    world: World, age_from: str, day: int
) -> None:
    journey(world, {"age_from": age_from}, STOP, facts={-30: [INVOICE]})
    assert said(world, 6) == [("stop", "raised", day)]


@pytest.mark.parametrize(("compare", "day"), [("at_least", 5), ("exceeds", 6)])
def test_a_threshold_is_reached_at_its_value_or_beyond_it(
    world: World, compare: str, day: int
) -> None:
    rich = {"name": "rich", "kind": "notice", "when": {"balance": {"USD": "100.00"}}}
    journey(world, {"compare": compare}, rich, STOP, facts={0: [INVOICE]})
    stop = [("stop", "raised", day)]
    assert said(world, 7) == ([("rich", "raised", 0), *stop] if compare == "at_least" else stop)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("oldest_dunnable", [("stop", "raised", 5)]),
        ("every_item", [("stop/A", "raised", 5), ("stop/B", "raised", 7)]),
    ],
)
def test_the_oldest_item_leads_or_every_item_does(world: World, lead: str, expected: Said) -> None:
    journey(world, {"lead": lead}, STOP, facts={0: [INVOICE, owed("B", "9.00", june(2))]})
    assert said(world, 8) == expected


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("extra_days", [("remind", "raised", 4), ("stop", "raised", 5)]),
        ("shifts_date", [("remind", "raised", 4), ("stop", "raised", 8)]),
    ],
)
def test_grace_gives_extra_days_or_shifts_the_date(
    world: World, effect: str, expected: Said
) -> None:
    switches = {"grace_days": 3, "grace_effect": effect}
    journey(world, switches, REMIND, STOP, facts={0: [INVOICE]})
    assert said(world, 9) == expected


@pytest.mark.parametrize(("counts", "day"), [("overlap", 7), ("all", 11)])
def test_paused_days_since_the_due_date_or_all_of_them_do_not_count(
    world: World, counts: str, day: int
) -> None:
    journey(world, {"pause_counts": counts}, STOP, facts={-4: [INVOICE, EARLY_PAUSE]})
    assert said(world, 12) == [("stop", "raised", day)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("frozen", [("remind", "raised", 1), ("stop", "raised", 9)]),
        (
            "cleared",
            [
                ("remind", "raised", 1),
                ("remind", "lifted", 3),
                ("remind", "raised", 7),
                ("stop", "raised", 9),
            ],
        ),
    ],
)
def test_during_a_pause_what_is_in_force_is_frozen_or_cleared(
    world: World, state: str, expected: Said
) -> None:
    journey(world, {"while_paused": state}, REMIND, STOP, facts={0: [INVOICE, PAUSE]})
    assert said(world, 10) == expected


@pytest.mark.parametrize(
    ("base", "expected"), [("residual", []), ("gross", [("much", "raised", 1)])]
)
def test_an_item_counts_for_what_is_left_of_it_or_for_its_whole_amount(
    world: World, base: str, expected: Said
) -> None:
    much = {"name": "much", "kind": "notice", "when": {"overdue_amount": {"USD": "100.00"}}}
    part = paid("P", "40.00", june(0), "A")
    journey(world, {"amount_base": base}, much, facts={0: [INVOICE, part]})
    assert said(world, 2) == expected


@pytest.mark.parametrize(
    ("zero", "expected"), [("zero", [("full", "raised", 0)]), ("unlimited", [])]
)
def test_a_limit_of_zero_is_zero_or_no_limit(world: World, zero: str, expected: Said) -> None:
    full = {"name": "full", "kind": "notice", "when": {"limit_used": "0.9"}}
    limit = CreditLimitSet(amount="0.00", currency="USD", effective_on=june(-1))
    journey(world, {"zero_limit": zero}, full, facts={0: [limit, INVOICE]})
    assert said(world, 1) == expected


@pytest.mark.parametrize(
    ("limit_test", "ordered", "invoiced", "expected"),
    [
        ("total", "60.00", "30.00", []),
        ("total", "10.00", "90.00", [("full", "raised", 0)]),
        ("any_bucket", "60.00", "30.00", [("full", "raised", 0)]),
        ("any_bucket", "10.00", "90.00", []),
        ("both", "60.00", "30.00", [("full", "raised", 0)]),
        ("both", "10.00", "90.00", [("full", "raised", 0)]),
        ("both", "40.00", "50.00", []),
    ],
)
def test_the_limit_is_held_against_the_total_or_any_bucket_or_both(
    world: World, limit_test: str, ordered: str, invoiced: str, expected: Said
) -> None:
    full = {"name": "full", "kind": "notice", "when": {"limit_used": "1"}}
    switches = {"limit_test": limit_test, "limit_buckets": {"ordered": "0.5"}}
    limit = CreditLimitSet(amount="100.00", currency="USD", effective_on=june(-1))
    order = OrderConfirmed(order="O", amount=ordered, currency="USD", on=june(0))
    rest = owed("A", invoiced, june(9))
    journey(world, switches, full, facts={0: [limit, order, rest]})
    assert said(world, 1) == expected


def promise(amount: str, due: int) -> PromiseMade:
    return PromiseMade(
        promise="M", amount=amount, currency="USD", made_on=june(0), due_on=june(due)
    )


@pytest.mark.parametrize(
    ("defers", "amount", "expected"),
    [
        ("promised_amount", "100.00", [("stop", "raised", 9)]),
        ("promised_amount", "60.00", [("stop", "raised", 5)]),
        ("none", "100.00", [("stop", "raised", 5)]),
    ],
)
def test_a_promise_defers_the_amount_promised_or_nothing(
    world: World, defers: str, amount: str, expected: Said
) -> None:
    facts: dict[int, list[Event]] = {0: [INVOICE, promise(amount, 8)]}
    journey(world, {"promise_defers": defers}, STOP, facts=facts)
    assert said(world, 10) == expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [("0", []), ("0.5", []), ("1", [("twice", "raised", 4)])],
)
def test_a_partly_kept_promise_weighs_less_than_a_broken_one_or_as_much(
    world: World, weight: str, expected: Said
) -> None:
    twice = {"name": "twice", "kind": "notice", "when": {"broken_promises": 1}}
    part = paid("P", "40.00", june(1), "A")
    facts: dict[int, list[Event]] = {0: [INVOICE, promise("100.00", 3)], 1: [part]}
    journey(world, {"partly_weight": weight}, twice, facts=facts)
    assert said(world, 5) == expected


@pytest.mark.parametrize(("advance", "days"), [("jump", (6, 7, 7)), ("one_step", (6, 7, 8))])
def test_all_that_is_demanded_comes_at_once_or_one_step_a_day(
    world: World, advance: str, days: tuple[int, int, int]
) -> None:
    journey(world, {"advance": advance}, REMIND, STOP, CLOSE, facts={6: [INVOICE]})
    steps = zip(("remind", "stop", "close"), ("raised",) * 3, days, strict=True)
    assert said(world, 9) == list(steps)


def test_one_step_a_day_waits_until_the_milder_step_is_in_force(world: World) -> None:
    held = {**STOP, "hold": 1}
    journey(world, {"advance": "one_step"}, held, CLOSE, facts={0: [INVOICE]})
    # Proposed on Tuesday 5 June, raised after a working day, and only then the next.
    assert said(world, 9) == [
        ("stop", "proposed", 5),
        ("stop", "raised", 6),
        ("close", "raised", 7),
    ]


@pytest.mark.parametrize(("step_down", "day"), [("at_once", 6), ("hysteresis", 8)])
def test_a_stop_is_lifted_at_once_or_when_it_was_not_demanded_for_some_days(
    world: World, step_down: str, day: int
) -> None:
    switches = {"step_down": step_down, "step_down_days": 2}
    money = paid("P", "100.00", june(6), "A")
    journey(world, switches, REMIND, STOP, facts={0: [INVOICE], 6: [money]})
    assert said(world, 10) == [
        ("remind", "raised", 1),
        ("stop", "raised", 5),
        ("remind", "lifted", 6),
        ("stop", "lifted", day),
    ]


def test_what_owes_again_before_the_days_are_over_stays_stopped(world: World) -> None:
    switches = {"step_down": "hysteresis", "step_down_days": 3}
    money = paid("P", "100.00", june(6), "A")
    journey(
        world,
        switches,
        STOP,
        facts={0: [INVOICE, owed("B", "9.00", june(3))], 6: [money], 9: []},
    )
    assert said(world, 15) == [("stop", "raised", 5)]


@pytest.mark.parametrize("charges", ["shown"])
def test_a_fee_is_shown_with_its_step_and_nothing_is_booked(world: World, charges: str) -> None:
    charged = {**REMIND, "fee": {"USD": "5.00"}}
    journey(world, {"charges": charges}, charged, facts={0: [INVOICE]})
    world.open(june(1))
    (item,) = world.get("/escalations")["items"]
    assert item["inputs"] == {"days_overdue": 1, "fee": {"USD": "5.00"}}
    balances = world.get("/debtors/acme/standing")["balances"]
    assert balances["USD"]["balance"] == "100.00"


FOR_THE_KEY = {**STOP, "when": {"days_overdue": 6}, "scope": {"segment": "key"}}
FOR_THE_FAIR = {**STOP, "when": {"days_overdue": 7}, "scope": {"tag": "fair"}}
FOR_ACME = {**STOP, "when": {"days_overdue": 8}, "scope": {"debtor": ["acme"]}}
FOR_B = {**STOP, "per": "item", "when": {"days_overdue": 2}, "scope": {"invoice": "B"}}
SOMEBODY = DebtorRegistered(on=june(-1), segment="key", tags=("fair", "old"))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([STOP], [("stop", "raised", 5)]),
        ([STOP, FOR_THE_KEY], [("stop", "raised", 6)]),
        ([STOP, FOR_THE_FAIR, FOR_THE_KEY], [("stop", "raised", 7)]),
        ([FOR_ACME, FOR_THE_FAIR, STOP], [("stop", "raised", 8)]),
        ([FOR_B, FOR_ACME], [("stop/B", "raised", 5), ("stop", "raised", 8)]),
        ([{**FOR_ACME, "scope": {"debtor": "other"}}], []),
    ],
)
def test_of_steps_with_one_name_the_most_specific_is_meant(
    world: World, steps: list[dict[str, Any]], expected: Said
) -> None:
    facts: dict[int, list[Event]] = {0: [SOMEBODY, INVOICE, owed("B", "9.00", june(3))]}
    journey(world, {}, *steps, facts=facts)
    assert said(world, 10) == expected


def test_who_leaves_a_scope_is_under_the_broader_step_again(world: World) -> None:
    sooner = {**STOP, "when": {"days_overdue": 2}, "scope": {"segment": "key"}}
    leaves = DebtorRegistered(on=june(4), segment="other")
    journey(world, {}, sooner, STOP, facts={0: [SOMEBODY, INVOICE], 4: [leaves]})
    assert said(world, 6) == [
        ("stop", "raised", 2),
        ("stop", "lifted", 4),
        ("stop", "raised", 5),
    ]


@pytest.mark.parametrize(("roll", "day"), [("off", 7), ("next_working_day", 9)])
def test_a_due_date_on_a_day_off_stays_or_rolls(world: World, roll: str, day: int) -> None:
    saturday = owed("A", "100.00", june(2))
    journey(world, {"due_roll": roll}, STOP, facts={0: [saturday]})
    assert said(world, 10) == [("stop", "raised", day)]


@pytest.mark.parametrize(("raise_on", "day"), [("any_day", 9), ("working_day", 11)])
def test_a_stop_is_raised_on_any_day_or_on_a_working_day(
    world: World, raise_on: str, day: int
) -> None:
    remind = {**REMIND, "when": {"days_overdue": 5}}
    monday = owed("A", "100.00", june(4))
    journey(world, {"raise_on": raise_on}, remind, STOP, facts={0: [monday]})
    assert said(world, 12) == [("remind", "raised", 9), ("stop", "raised", day)]


@pytest.mark.parametrize(("lift_by", "lifted"), [("rule", [7]), ("person", [9])])
def test_a_step_is_lifted_by_the_rule_or_by_a_person(
    world: World, lift_by: str, lifted: list[int]
) -> None:
    money = paid("P", "100.00", june(7), "A")
    word = OverrideSet(
        override="W", step="stop", effect="lift", from_on=june(9), by="li", reason="agreed"
    )
    stop = {**STOP, "lift_by": lift_by}
    journey(world, {}, stop, facts={0: [INVOICE], 7: [money], 9: [word]})
    assert [(word, day) for _, word, day in said(world, 12)] == [
        ("raised", 5),
        *(("lifted", day) for day in lifted),
    ]
