"""``reversal_grace_days``: an item that a reversed payment opened again does not count for a while.

The invoice is due on 31 May 2012, paid on 2 June, and the payment bounces on 8 June.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.debtor.setting import Setting, adopt
from huikuan.events.cash import PaymentReversed
from huikuan.events.fields import Event
from huikuan.events.notifier import PolicyAdopted
from huikuan.web.problems import FieldError, Problem
from services.notifier.document import read_policy
from services.notifier.domain.policy import Policy
from tests.debtor.histories import histories
from tests.debtor.words import Fact, day, invoice, payment
from tests.notifier.arrivals import LAST_DAY, Arrival
from tests.notifier.random_policies import policies
from tests.notifier.test_backtest import policy as a_policy
from tests.notifier.test_backtest import run, stop, whole
from tests.notifier.test_laws import demanded
from tests.notifier.test_switches import INVOICE, REMIND, STOP, Said, journey, june, said
from tests.notifier.world import World, owed, paid, policy
from tests.rig.examples import FEWER

Facts = dict[int, list[Event]]
PAID = paid("P", "100.00", june(2), "A")
Step = dict[str, Any]


def bounced(on: int, payment: str = "P") -> Event:
    return PaymentReversed(payment=payment, reversed_on=june(on), reason="bounced")


def spared(days: int, **more: Any) -> Step:
    return {**STOP, "reversal_grace_days": days, **more}


HISTORY: Facts = {0: [INVOICE], 2: [PAID], 8: [bounced(8)]}


@pytest.mark.parametrize(("grace", "day"), [(0, 9), (1, 9), (2, 10), (5, 13)])
def test_a_bounced_payment_stops_nobody_within_the_grace_and_reminds_at_once(
    world: World, grace: int, day: int
) -> None:
    journey(world, {}, REMIND, spared(grace), facts=HISTORY)
    assert said(world, 14) == [
        ("remind", "raised", 1),
        ("remind", "lifted", 2),
        ("remind", "raised", 8),
        ("stop", "raised", day),
    ]


def test_bouncing_again_gives_no_new_grace(world: World) -> None:
    again = paid("Q", "100.00", june(10), "A")
    facts: Facts = {**HISTORY, 10: [again], 13: [bounced(13, "Q")]}
    journey(world, {}, spared(4), facts=facts)
    assert said(world, 16) == [("stop", "raised", 14)]


def test_what_is_in_force_is_not_lifted_by_it(world: World) -> None:
    other = owed("B", "9.00", june(0))
    facts: Facts = {**HISTORY, 0: [INVOICE, other], 9: [paid("Q", "9.00", june(9), "B")]}
    journey(world, {}, spared(9), facts=facts)
    assert said(world, 20) == [("stop", "raised", 5)]


def test_only_the_item_that_bounced_is_spared(world: World) -> None:
    younger = owed("B", "9.00", june(5))
    facts: Facts = {**HISTORY, 0: [INVOICE, younger]}
    journey(world, {}, spared(9), facts=facts)
    assert said(world, 11) == [("stop", "raised", 10)]
    (item,) = world.get("/escalations")["items"]
    assert item["inputs"] == {"days_overdue": 5}


@pytest.mark.parametrize("when", [{"days_overdue": 5}, {"exposure": {"USD": "50.00"}}])
def test_a_step_for_each_item_spares_the_item(world: World, when: dict[str, Any]) -> None:
    step = spared(4, per="item", when=when)
    journey(world, {}, step, facts={**HISTORY, 0: [], 2: [INVOICE, PAID]})
    assert said(world, 14) == [("stop/A", "raised", 12)]


@pytest.mark.parametrize(
    ("grace", "expected"),
    [
        (0, [("stop", "raised", 5)]),
        (4, [("stop", "raised", 5), ("stop", "retracted", 5), ("stop", "raised", 8)]),
    ],
)
def test_what_was_raised_within_a_grace_that_shows_late_is_retracted(
    world: World, grace: int, expected: Said
) -> None:
    """Both are recorded on 7 June, the reversal first: on 5 June the item was in its grace."""
    late = [bounced(4), paid("P", "100.00", june(3), "A")]
    journey(world, {}, spared(grace), facts={0: [INVOICE], 7: late})
    assert said(world, 9) == expected


def test_the_end_of_the_grace_is_foreseen_and_told(world: World) -> None:
    journey(world, {}, spared(5), facts=HISTORY)
    foreseen = world.get("/debtors/acme/forecast")
    assert [(each["step"], each["effective_on"]) for each in foreseen["items"]] == [
        ("stop", "2012-06-13")
    ]
    (payment,) = foreseen["next"]["prevented_by"]["payments"]
    assert payment["amounts"][0]["amount"] == "100.00"
    answer = world.get("/debtors/acme/why", step="stop")
    (judged,) = answer["judged"]
    (prevention,) = judged["prevented_by"]
    assert prevention == {
        "reason": "reversal_grace",
        "item": "item:A",
        "reopened_on": "2012-06-08",
        "until": "2012-06-13",
        "events": ["/erp|2/0", "/erp|8/0"],
    }
    en, zh = judged["sentences"]["en"], judged["sentences"]["zh"]
    assert (
        "A reversed payment opened item:A again on 2012-06-08; it does not count until 2012-06-13."
    ) in en
    assert "item:A 因收款冲销于 2012-06-08 重新未清，2012-06-13 前不计入。" in zh
    assert judged["would_change"]["comes_on"] == "2012-06-13"
    (item,) = world.get("/debtors/acme/standing")["items"]
    assert item["reopened_on"] == "2012-06-08"


def test_a_proposal_waits_for_the_end_of_the_grace_and_then_for_its_hold(world: World) -> None:
    journey(world, {}, spared(3, hold=1), facts=HISTORY)
    assert said(world, 14) == [("stop", "proposed", 11), ("stop", "raised", 12)]
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def test_a_person_imposes_a_step_within_the_grace(world: World) -> None:
    journey(world, {}, spared(30), facts=HISTORY)
    body = {"step": "stop", "effect": "impose", "by": "li", "reason": "a habit"}
    assert world.client.post("/v1/debtors/acme/overrides", json=body).status_code == 201
    world.drain()
    assert said(world, 10) == [("stop", "raised", 9)]


def test_a_trial_moves_the_step_by_the_grace() -> None:
    arriving: list[Arrival] = [
        (1, "A", invoice("A", "100.00", on=1, due=2)),
        (3, "P", payment("P", "100.00", on=3, pays="A")),
        (9, "V", PaymentReversed(payment="P", reversed_on=day(9), reason="bounced")),
    ]
    shown = run(a_policy(stop(3)), arriving, whole(a_policy(stop(3, reversal_grace_days=5))))
    ((then, now),) = shown.found.moved
    assert (then.effective_on, now.effective_on) == (day(10), day(14))


def test_a_notice_has_no_such_grace() -> None:
    with pytest.raises(Problem) as refused:
        read_policy(policy({**REMIND, "reversal_grace_days": 3}))
    (error,) = refused.value.errors
    assert isinstance(error, FieldError)
    assert not isinstance(error.detail, str)
    assert error.pointer == "/steps/0"
    assert error.detail.en.endswith(
        "a notice comes at once: reversal_grace_days is for harder steps"
    )
    assert error.detail.zh.endswith("催款函不设宽限：reversal_grace_days 只用于更重的步骤")
    assert read_policy(policy({**REMIND, "reversal_grace_days": 0})).version == "v1"


def test_money_that_settles_an_item_sooner_may_use_its_grace_up() -> None:
    """The exception to law 10 that docs/policies.md names: it takes two reversals."""
    facts: list[Fact] = [
        ("A", invoice("A", "100.00", on=1, due=2)),
        ("P", payment("P", "50.00", on=3, pays="A")),
        ("V", PaymentReversed(payment="P", reversed_on=day(5))),
        ("Q", payment("Q", "100.00", on=7, pays="A")),
        ("W", PaymentReversed(payment="Q", reversed_on=day(9))),
    ]
    more = ("more", payment("M", "50.00", on=3, pays="A"))
    known, setting = a_policy(stop(3, reversal_grace_days=5)), Setting(open_on=day(20))
    assert demanded(facts, setting, known, day(12)) == set()
    assert demanded([*facts, more], setting, known, day(12)) == {("stop", "main", "debtor")}
    once = facts[:3]
    assert demanded(once, setting, known, day(8)) == {("stop", "main", "debtor")}
    assert demanded([*once, more], setting, known, day(8)) == set()


def with_grace(known: Policy, grace_days: int) -> Policy:
    document = known.document()
    for step in document["steps"]:
        step["reversal_grace_days"] = 0 if step["kind"] == "notice" else grace_days
    return Policy.model_validate(document)


@settings(max_examples=FEWER)
@given(
    histories(max_size=14),
    policies(plain=True),
    st.integers(1, 9),
    st.integers(1, LAST_DAY + 9),
)
def test_a_grace_only_spares_and_only_while_it_lasts(
    facts: list[Fact], known: Policy, grace_days: int, number: int
) -> None:
    setting = Setting(open_on=day(LAST_DAY + 9))
    event = PolicyAdopted(version="v", effective_on=day(1), document=known.document())
    adopt(setting, event)
    at_once = demanded(facts, setting, known, day(number))
    sparing = demanded(facts, setting, with_grace(known, grace_days), day(number))
    assert sparing <= at_once
    ended = [each for _, each in facts if isinstance(each, PaymentReversed)]
    last_on = max((each.reversed_on for each in ended), default=date.min)
    if not ended or day(number) >= last_on + timedelta(days=grace_days):
        assert sparing == at_once
