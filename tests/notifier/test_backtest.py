"""What a trial of a policy shows of one debtor: steps added, removed, moved and ended otherwise."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from huikuan.events.ledger import FeedCompleted
from huikuan.events.notifier import PolicyAdopted
from huikuan.events.sales import OrderConfirmed
from services.notifier.domain.backtest import Course, difference, is_challenged
from services.notifier.domain.policy import Policy
from services.notifier.domain.totals import Totals
from services.notifier.trying import Trial, Tried
from tests.debtor.words import day, invoice, payment
from tests.notifier.arrivals import Arrival, records_of
from tests.notifier.trials import on_the_log, trial, tried

OWED = (1, "A", invoice("A", "100.00", on=1, due=2))
SETTLED = (14, "P", payment("P", "100.00", on=14, pays="A"))
COURT = {
    "name": "court",
    "kind": "legal_referral",
    "when": {"days_overdue": 3},
    "evidence_at_least": "D",
}


def stop(days: int, **more: Any) -> dict[str, Any]:
    return {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": days}, **more}


def policy(*steps: dict[str, Any]) -> Policy:
    document = {"version": "v", "effective_on": str(day(1)), "steps": steps}
    return Policy.model_validate(document)


def run(live: Policy, arriving: Sequence[Arrival], wanted: Trial, *, approve: bool = True) -> Tried:
    adoption = PolicyAdopted(version="v", effective_on=day(1), document=live.document())
    records = records_of([(0, "policy", adoption), *arriving])
    return tried(on_the_log(records, approve=approve), wanted)


def dates(course: Course) -> tuple[str, str, date, date | None]:
    return (course.step, course.status, course.effective_on, course.ended_on)


def whole(new: Policy, **more: Any) -> Trial:
    return trial(new, day(1), day(18), **more)


def test_a_step_of_more_days_begins_later_and_holds_for_fewer_days() -> None:
    shown = run(policy(stop(3)), [OWED, SETTLED], whole(policy(stop(8))))
    ((then, now),) = shown.found.moved
    assert dates(then) == ("stop", "lifted", day(5), day(14))
    assert dates(now) == ("stop", "lifted", day(10), day(14))
    assert (then.days_held, now.days_held) == (9, 4)
    assert (then.held_minor, now.held_minor) == ({"CNY": 90_000}, {"CNY": 40_000})
    assert len(shown.found) == 1


def test_a_step_that_is_never_reached_is_removed_and_one_of_another_name_added() -> None:
    reminder = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
    shown = run(policy(stop(3)), [OWED, SETTLED], whole(policy(reminder, stop(15))))
    assert [dates(each)[:2] for each in shown.found.removed] == [("stop", "lifted")]
    assert [dates(each)[:2] for each in shown.found.added] == [("reminder", "lifted")]
    totals = Totals()
    totals.add(shown.then, shown.now, shown.found)
    assert (totals.notices_then, totals.notices_now) == (0, 1)
    assert (totals.steps["stop"].then.days_held, totals.steps["stop"].now.days_held) == (9, 0)
    assert totals.debtors_that_differ == 1


def test_a_period_begins_with_what_is_in_force_and_counts_only_its_own_days() -> None:
    shown = run(policy(stop(3)), [OWED, SETTLED], trial(policy(stop(3)), day(8), day(10)))
    assert not shown.found
    (course,) = shown.now
    assert dates(course) == ("stop", "raised", day(5), None)
    assert (course.days_held, course.held_minor) == (3, {"CNY": 30_000})


def test_a_step_that_the_policy_lacks_is_lifted_on_its_first_day() -> None:
    shown = run(policy(stop(3)), [OWED], trial(policy(COURT), day(8), day(10)))
    ((then, now),) = shown.found.changed
    assert (dates(then)[1:], dates(now)[1:]) == (
        ("raised", day(5), None),
        ("lifted", day(5), day(8)),
    )
    assert [dates(each) for each in shown.found.added] == [("court", "proposed", day(8), None)]


def test_what_ended_before_the_period_is_not_in_it() -> None:
    shown = run(policy(stop(3)), [OWED, SETTLED], trial(policy(stop(3)), day(15), day(18)))
    assert (shown.then, shown.now) == ([], [])


def test_a_late_payment_retracts_under_the_policy_as_it_would_have() -> None:
    late = (14, "P", payment("P", "100.00", on=4, pays="A"))
    shown = run(policy(stop(10)), [OWED, late], whole(policy(stop(3))))
    assert [dates(each) for each in shown.then] == [("stop", "retracted", day(12), day(14))]
    assert [dates(each) for each in shown.now] == [("stop", "retracted", day(5), day(14))]
    assert [each.days_held for each in shown.now] == [9]


def test_approvals_on_the_log_count_for_the_same_step() -> None:
    live = policy(stop(3), COURT)
    shown = run(live, [OWED], whole(policy(COURT)))
    (court,) = shown.now
    assert dates(court)[:2] == ("court", "raised")
    assert court in shown.then


def test_nobody_approved_what_was_never_proposed_unless_that_is_assumed() -> None:
    live = policy(stop(3))
    asked = policy(stop(3, approval="two", hold=2))
    (waiting,) = run(live, [OWED], whole(asked)).now
    assert dates(waiting) == ("stop", "proposed", day(5), None)
    (raised,) = run(live, [OWED], whole(asked, assume_approved=True)).now
    # Day 5 is a Monday: two working days later.
    assert dates(raised) == ("stop", "raised", day(7), None)


def test_only_the_challengers_share_has_the_policy_and_always_the_same_debtors() -> None:
    debtors = [f"D{number}" for number in range(2_000)]
    chosen = {debtor for debtor in debtors if is_challenged(debtor, 2_000, 7)}
    assert 300 < len(chosen) < 500
    assert chosen == {debtor for debtor in reversed(debtors) if is_challenged(debtor, 2_000, 7)}
    assert chosen <= {debtor for debtor in debtors if is_challenged(debtor, 4_000, 7)}
    assert chosen != {debtor for debtor in debtors if is_challenged(debtor, 2_000, 8)}
    share = run(policy(stop(3)), [OWED], whole(policy(stop(8)), share_of_10000=0))
    assert (share.challenged, len(share.found)) == (False, 0)


def test_what_was_retracted_and_raised_again_holds_each_day_once_and_pairs_with_its_like() -> None:
    others = [(1, "B", invoice("B", "50.00", on=1, due=4)), OWED]
    late = (12, "P", payment("P", "100.00", on=4, pays="A"))
    shown = run(policy(stop(3)), [*others, late], whole(policy(stop(3))))
    assert [dates(each)[1:] for each in shown.now] == [
        ("retracted", day(5), day(12)),
        ("raised", day(7), None),
    ]
    assert [each.days_held for each in shown.now] == [7, 7]
    again = difference(shown.now[1:], shown.now)
    assert (len(again), again.added) == (1, [shown.now[0]])


def test_a_day_in_force_before_its_step_was_raised_holds_what_stood_on_it() -> None:
    feeds = [FeedCompleted(source="bank", feed="payments", through_on=day(on)) for on in (1, 13)]
    late = [(event.through_on.day, f"feed/{event.through_on}", event) for event in feeds]
    partly = (14, "P", payment("P", "90.00", on=14, pays="A"))
    wanted = trial(policy(stop(3)), day(1), day(15), against=policy(stop(99)))
    (course,) = run(policy(stop(3)), [OWED, *late, partly], wanted, approve=False).now
    assert (course.effective_on, course.days_held) == (day(13), 3)
    assert course.held_minor == {"CNY": 10_000 + 2 * 1_000}


def test_of_two_courses_that_share_no_day_one_is_removed_and_one_added() -> None:
    def course(first: int, end: int | None) -> Course:
        ended = None if end is None else day(end)
        return Course("stop", "call", "main", "debtor", "lifted", day(first), ended, 0, {})

    apart = difference([course(1, 4)], [course(4, 6)])
    assert (len(apart.added), len(apart.removed), len(apart.moved)) == (1, 1, 0)
    within = difference([course(1, 9)], [course(3, 4), course(6, 7)])
    assert (len(within.added), len(within.removed), len(within.moved)) == (1, 0, 1)
    assert not difference([course(1, None)], [course(1, None)])


def test_of_whom_the_trial_demands_nothing_the_live_policy_held_what_he_owed() -> None:
    shown = run(policy(stop(3)), [OWED], whole(policy(stop(300))))
    (course,) = shown.found.removed
    assert (course.days_held, course.held_minor) == (14, {"CNY": 140_000})


def test_what_he_orders_while_the_live_policy_holds_him_is_held_too() -> None:
    order = OrderConfirmed(order="O", amount="50.00", currency="CNY", on=day(10))
    later = [(10, "O", order), SETTLED, (16, "B", invoice("B", "9.00", on=16, due=17))]
    shown = run(policy(stop(3)), [OWED, *later], whole(policy(stop(300))))
    (course,) = shown.found.removed
    assert (course.days_held, course.held_minor) == (9, {"CNY": 5 * 10_000 + 4 * 15_000})


def test_what_is_known_late_is_held_though_it_sorts_before_what_was_folded() -> None:
    late = (13, "C", invoice("C", "7.00", on=7, due=40))
    later = [(8, "P", payment("P", "100.00", on=8, pays="A")), late]
    owed = (12, "B", invoice("B", "9.00", on=12, due=12))
    shown = run(policy(stop(3)), [OWED, *later, owed], whole(policy(stop(300))))
    first, second = shown.found.removed
    assert (first.days_held, first.held_minor) == (3, {"CNY": 30_000})
    assert (second.days_held, second.held_minor) == (4, {"CNY": 4 * (900 + 700)})


def test_what_counts_only_from_a_later_day_is_held_from_then_on() -> None:
    ahead = (12, "B", invoice("B", "9.00", on=14, due=14))
    shown = run(policy(stop(3)), [ahead], whole(policy(stop(300))))
    (course,) = shown.found.removed
    assert (course.days_held, course.held_minor) == (2, {"CNY": 2 * 900})
