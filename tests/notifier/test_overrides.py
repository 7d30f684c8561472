"""A person's override stands until it ends, and no evaluation undoes it."""

from datetime import date, timedelta
from typing import Any, Literal

from huikuan.debtor.dealings import Override
from huikuan.debtor.standing import Standing
from huikuan.debtor.things import NEVER
from huikuan.events.relations import DunningPaused, OverrideEnded, OverrideSet
from services.notifier.domain.case import Case
from tests.notifier.hand_made import DAY, approve, item, judge, ladder, standing, step
from tests.notifier.world import World, owed, paid, policy

STOP_AT_30 = ladder(step("stop", "stop_supply"))
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}


def june(day: int) -> date:
    return date(2012, 6, day)


def overridden(effect: Literal["lift", "impose"], step: str = "stop", **more: Any) -> Override:
    known: dict[str, Any] = {"until": NEVER, "invoices": (), "company": "main"} | more
    return Override("O", "O", step=step, effect=effect, on=1, by="li", reason="flood", **known)


def over(*lines: Any, effect: Literal["lift", "impose"], **more: Any) -> Standing:
    """A standing under one override of the stop."""
    override = overridden(effect, **more.pop("override", {}))
    return standing(*lines, overrides=(override,), **more)


def told(world: World, effect: Literal["lift", "impose"], on: date, **more: Any) -> None:
    fields: dict[str, Any] = {"override": "O", "step": "stop", "by": "li", "reason": "flood"}
    world.fact(OverrideSet(effect=effect, from_on=on, **{**fields, **more}))


def test_a_lift_lifts_what_is_in_force_and_keeps_it_away() -> None:
    case = Case()
    judge(standing(item(days=40)), case, STOP_AT_30)
    lifted = over(item(days=40), effect="lift")
    assert judge(lifted, case, STOP_AT_30, opening=False) == [("lift", "stop")]
    assert [each.reason for each in case.ended] == ["override"]
    assert judge(lifted, case, STOP_AT_30) == []
    assert judge(standing(item(days=41)), case, STOP_AT_30) == [("raise", "stop")]


def test_a_lift_voids_what_is_proposed() -> None:
    rules, case = ladder(step("stop", "stop_supply", hold=3)), Case()
    judge(standing(item(days=40)), case, rules)
    assert judge(over(item(days=40), effect="lift"), case, rules) == [("void", "stop")]


def test_an_imposed_step_that_hurts_is_raised_when_a_day_opens_and_stays_without_a_debt() -> None:
    case, imposed = Case(), over(effect="impose")
    assert judge(imposed, case, STOP_AT_30, opening=False) == []
    assert judge(imposed, case, STOP_AT_30) == [("raise", "stop")]
    (raised,) = case.open
    assert raised.inputs == {
        "days_overdue": None,
        "override": {"id": "O", "effect": "impose", "by": "li"},
    }
    assert judge(imposed, case, STOP_AT_30) == []
    assert judge(standing(), case, STOP_AT_30) == [("lift", "stop")]


def test_an_imposed_notice_is_raised_at_once() -> None:
    rules = ladder(step("reminder", "notice", when={"days_overdue": 1}))
    imposed = over(effect="impose", override={"step": "reminder"})
    assert judge(imposed, Case(), rules, opening=False) == [("raise", "reminder")]


def test_an_imposed_step_waits_for_no_hold_but_for_approval_by_others() -> None:
    imposed = over(effect="impose")
    assert judge(imposed, Case(), ladder(step(hold=3))) == [("raise", "stop")]
    rules, case = ladder(step(kind="legal_referral", evidence_at_least="D")), Case()
    assert judge(imposed, case, rules) == [("propose", "stop")]
    approve(case, "Li ", "wang")
    assert judge(imposed, case, rules) == [], "who imposed it does not count among the two"
    approve(case, "zhou")
    assert judge(imposed, case, rules) == [("raise", "stop")]


def test_an_imposed_step_is_raised_in_a_pause_and_not_over_an_unsettled_record() -> None:
    assert judge(over(effect="impose", paused=True), Case(), STOP_AT_30) == [("raise", "stop")]
    assert judge(over(effect="impose", unsettled=("3/1",)), Case(), STOP_AT_30) == []


def test_of_two_overrides_that_contradict_the_one_that_lifts_counts() -> None:
    both = (overridden("impose"), overridden("lift"))
    assert judge(standing(item(days=40), overrides=both), Case(), STOP_AT_30) == []


def test_an_override_of_one_invoice_concerns_that_item_alone() -> None:
    rules = ladder(step(per="item"))
    old = [item("A", days=40), item("B", days=40)]
    spared = over(*old, effect="lift", override={"invoices": ("A",)})
    case = Case()
    assert judge(spared, case, rules) == [("raise", "stop")]
    assert [each.subject for each in case.open] == ["item:B"]
    promised = item("A", days=2, amount=100, promised=100)
    picked = over(promised, item("B", days=2), effect="impose", override={"invoices": ("A",)})
    case = Case()
    judge(picked, case, rules)
    assert [each.subject for each in case.open] == ["item:A"]


def test_what_is_imposed_stays_within_the_invoices_of_its_rule() -> None:
    rules = ladder(step("stop", "stop_supply"), step("stop", per="item", scope={"invoice": ["A"]}))
    case = Case()
    imposed = over(item("A", days=2), item("C", days=2), effect="impose")
    judge(imposed, case, rules)
    assert sorted(each.subject for each in case.open) == ["debtor", "item:A"]
    assert judge(imposed, case, rules) == []


def test_an_override_ends_by_its_date_and_the_policy_decides_again(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(6))
    told(world, "lift", june(6), until=june(9))
    assert world.history() == [("stop", "2012-06-05", "lifted")]
    world.open(june(9))
    assert world.state() == "clear"
    world.open(june(10))
    assert world.history()[1:] == [("stop", "2012-06-10", "raised")]


def test_an_override_for_later_waits_for_its_day_and_ends_early_when_a_person_says_so(
    world: World,
) -> None:
    world.adopt(policy(STOP))
    world.open(june(1))
    told(world, "impose", june(4))
    world.open(june(3))
    assert world.history() == []
    world.open(june(7))
    assert world.history() == [("stop", "2012-06-04", "raised")]
    world.fact(OverrideEnded(override="O", on=june(7), by="wang"))
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    assert (entry["status"], entry["lifted_on"]) == ("lifted", "2012-06-07")


def test_a_step_imposed_in_the_morning_and_ended_that_day_is_lifted_and_not_retracted(
    world: World,
) -> None:
    world.adopt(policy(STOP))
    world.open(june(1))
    told(world, "impose", june(2))
    world.open(june(2))
    world.fact(OverrideEnded(override="O", on=june(2)))
    assert world.history() == [("stop", "2012-06-02", "lifted")]


def test_a_lift_lifts_and_retracts_nothing_because_the_step_was_rightly_raised(
    world: World,
) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(5))
    told(world, "lift", june(4))
    assert world.history() == [("stop", "2012-06-05", "lifted")]


def test_money_and_pauses_leave_what_a_person_imposed(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    told(world, "impose", june(2))
    world.open(june(2))
    world.fact(paid("P", "100.00", june(2)))
    world.fact(DunningPaused(pause="H", from_on=june(3), until=june(20), reason="talks"))
    world.open(june(9))
    assert world.history() == [("stop", "2012-06-02", "raised")]


def test_days_stay_in_the_calendar_of_overrides() -> None:
    override = overridden("lift", until=(DAY + timedelta(days=1)).toordinal())
    assert override.holds(DAY.toordinal())
    assert not override.holds((DAY + timedelta(days=2)).toordinal())
