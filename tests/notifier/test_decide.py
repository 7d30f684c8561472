"""What is said when: sentences about one debtor, his standing made by hand."""

from datetime import date, timedelta

from services.notifier.domain.case import Case
from tests.notifier.hand_made import DAY, approve, item, judge, ladder, standing, step

FRIDAY, SATURDAY, MONDAY = date(2012, 6, 8), date(2012, 6, 9), date(2012, 6, 11)
STOP_AT_30 = ladder(step("stop", "stop_supply"))
REMINDER = ladder(step("reminder", "notice", when={"days_overdue": 1}))


def test_a_debtor_who_owes_nothing_hears_nothing() -> None:
    assert judge(standing(), Case(), STOP_AT_30) == []


def test_a_step_is_raised_on_the_day_that_reaches_its_threshold_not_before() -> None:
    assert judge(standing(item(days=29)), Case(), STOP_AT_30) == []
    assert judge(standing(item(days=30)), Case(), STOP_AT_30) == [("raise", "stop")]


def test_what_is_in_force_is_not_said_twice() -> None:
    case = Case()
    judge(standing(item(days=30)), case, STOP_AT_30)
    assert judge(standing(item(days=30)), case, STOP_AT_30) == []
    assert judge(standing(item(days=31)), case, STOP_AT_30) == []


def test_a_jump_raises_every_demanded_step_from_mild_to_severe() -> None:
    rules = ladder(
        step("warning", "notice", when={"days_overdue": 5}),
        step("blocked", "stop_supply", when={"days_overdue": 7}),
        step("cancelled", "stop_service", when={"days_overdue": 11}),
    )
    assert judge(standing(item(days=10)), Case(), rules) == [
        ("raise", "warning"),
        ("raise", "blocked"),
    ]


def test_the_oldest_item_leads() -> None:
    assert judge(standing(item("A", days=3), item("B", days=31)), Case(), STOP_AT_30)


def test_a_notice_may_be_raised_at_any_time_and_a_stop_only_when_a_day_opens() -> None:
    assert judge(standing(item(days=40)), Case(), REMINDER, opening=False)
    case = Case()
    assert judge(standing(item(days=40)), case, STOP_AT_30, opening=False) == []
    assert judge(standing(item(days=41)), case, STOP_AT_30) == [("raise", "stop")]


def test_money_lifts_at_any_time() -> None:
    case = Case()
    judge(standing(item(days=40)), case, STOP_AT_30)
    assert judge(standing(), case, STOP_AT_30, opening=False) == [("lift", "stop")]
    assert [each.status for each in case.ended] == ["lifted"]


def test_money_for_the_old_item_lifts_though_a_young_one_is_open() -> None:
    case = Case()
    judge(standing(item("A", days=40), item("B", days=2)), case, STOP_AT_30)
    assert judge(standing(item("B", days=2)), case, STOP_AT_30) == [("lift", "stop")]


def test_unapplied_money_lifts() -> None:
    case = Case()
    judge(standing(item(days=40)), case, STOP_AT_30)
    paid = standing(item(days=40, amount=100, unapplied=100))
    assert judge(paid, case, STOP_AT_30, opening=False) == [("lift", "stop")]


def test_an_upheld_dispute_lifts_and_an_open_one_only_prevents() -> None:
    case = Case()
    contested = standing(item(days=40, amount=100, disputed=100))
    assert judge(contested, case, STOP_AT_30) == []
    judge(standing(item(days=40, amount=100)), case, STOP_AT_30)
    assert judge(contested, case, STOP_AT_30) == []
    upheld = standing(item(days=40, amount=100, upheld=100))
    assert judge(upheld, case, STOP_AT_30) == [("lift", "stop")]


def test_a_promise_prevents_a_stop_and_does_not_lift_one() -> None:
    case = Case()
    promised = standing(item(days=40, amount=100, promised=100))
    assert judge(promised, case, STOP_AT_30) == []
    judge(standing(item(days=40, amount=100)), case, STOP_AT_30)
    assert judge(promised, case, STOP_AT_30) == []


def test_a_promise_lifts_a_notice() -> None:
    case = Case()
    judge(standing(item(days=40, amount=100)), case, REMINDER)
    promised = standing(item(days=40, amount=100, promised=100))
    assert judge(promised, case, REMINDER, opening=False) == [("lift", "reminder")]


def test_a_pause_prevents_and_freezes_what_is_in_force() -> None:
    rules = ladder(
        step("reminder", "notice", when={"days_overdue": 1}),
        step("stop", "stop_supply"),
    )
    case = Case()
    judge(standing(item(days=10)), case, rules)
    assert judge(standing(item(days=40), paused=True), case, rules) == []
    assert judge(standing(item(days=41)), case, rules) == [("raise", "stop")]


def test_a_pause_of_one_item_leaves_the_others() -> None:
    old, young = item("A", days=40, paused=True), item("B", days=5)
    assert judge(standing(old, young), Case(), STOP_AT_30) == []
    assert judge(standing(old, young), Case(), REMINDER) == [("raise", "reminder")]


def test_a_debtor_with_unsettled_records_gets_no_new_step_and_his_lifts_go_out() -> None:
    case = Case()
    unsettled = standing(item(days=40), unsettled=("3/17",))
    assert judge(unsettled, case, STOP_AT_30) == []
    judge(standing(item(days=40)), case, STOP_AT_30)
    assert judge(unsettled, case, STOP_AT_30) == []
    assert judge(standing(unsettled=("3/17",)), case, STOP_AT_30) == [("lift", "stop")]


def test_a_held_step_is_proposed_and_raised_after_its_working_days() -> None:
    rules = ladder(step("stop", "stop_supply", hold=1))
    case = Case()
    friday = standing(item(days=30, day=FRIDAY), day=FRIDAY)
    assert judge(friday, case, rules, opening=False) == [("propose", "stop")]
    assert judge(standing(item(days=31, day=SATURDAY), day=SATURDAY), case, rules) == []
    monday = standing(item(days=33, day=MONDAY), day=MONDAY)
    assert judge(monday, case, rules, opening=False) == []
    assert judge(monday, case, rules) == [("raise", "stop")]
    (raised,) = case.open
    assert (raised.said_on, raised.effective_on) == (FRIDAY, MONDAY)


def test_a_make_up_working_day_counts_and_a_holiday_does_not() -> None:
    calendar = {"make_up": ["2012-06-09"], "holidays": ["2012-06-11"]}
    saturday = standing(item(days=31, day=SATURDAY), day=SATURDAY)
    monday = standing(item(days=33, day=MONDAY), day=MONDAY)
    for hold, day in ((1, saturday), (2, monday)):
        rules = ladder(step("stop", "stop_supply", hold=hold), working_days=calendar)
        case = Case()
        judge(standing(item(days=30, day=FRIDAY), day=FRIDAY), case, rules)
        assert judge(day, case, rules) == ([("raise", "stop")] if hold == 1 else [])


def test_money_within_the_hold_voids_and_nothing_was_stopped() -> None:
    rules = ladder(step("stop", "stop_supply", hold=1))
    case = Case()
    judge(standing(item(days=30)), case, rules)
    assert judge(standing(), case, rules, opening=False) == [("void", "stop")]
    assert [each.status for each in case.ended] == ["voided"]


def test_a_promise_within_the_hold_voids() -> None:
    rules = ladder(step("stop", "stop_supply", hold=1))
    case = Case()
    judge(standing(item(days=30)), case, rules)
    promised = standing(item(days=30, amount=100, promised=100))
    assert judge(promised, case, rules, opening=False) == [("void", "stop")]


def test_what_is_unsettled_holds_a_proposal_back_until_it_is_settled() -> None:
    rules = ladder(step("stop", "stop_supply", hold=1))
    case = Case()
    judge(standing(item(days=30, day=FRIDAY), day=FRIDAY), case, rules)
    monday = {"day": MONDAY}
    late = item(days=33, day=MONDAY)
    assert judge(standing(late, unsettled=("0/1",), **monday), case, rules) == []
    assert judge(standing(late, **monday), case, rules) == [("raise", "stop")]


def test_a_legal_referral_waits_for_two_different_people() -> None:
    rules = ladder(
        step("court", "legal_referral", when={"days_overdue": 120}, evidence_at_least="D")
    )
    case = Case()
    late = standing(item(days=120))
    assert judge(late, case, rules) == [("propose", "court")]
    approve(case, "li", " LI ")
    assert judge(late, case, rules) == []
    approve(case, "wang")
    assert judge(late, case, rules, opening=False) == []
    assert judge(late, case, rules) == [("raise", "court")]


def test_a_step_per_item_is_raised_and_lifted_for_each_item_by_itself() -> None:
    rules = ladder(step("due_soon", "notice", per="item", when={"days_overdue": -15}))
    case = Case()
    lines = (item("A", days=-15), item("B", days=-20), item("C", days=3))
    assert judge(standing(*lines), case, rules) == [("raise", "due_soon")] * 2
    assert [each.subject for each in case.open] == ["item:A", "item:C"]
    assert judge(standing(item("B", days=-15), item("C", days=8)), case, rules) == [
        ("lift", "due_soon"),
        ("raise", "due_soon"),
    ]
    assert [each.subject for each in case.open] == ["item:C", "item:B"]


def test_one_invoice_number_of_two_companies_is_two_items() -> None:
    rules = ladder(step("call_them", "notice", per="item", when={"days_overdue": 1}))
    case = Case()
    judge(standing(item("A", days=2), item("A", days=2, company="north")), case, rules)
    assert [each.company for each in case.open] == ["main", "north"]


def test_a_step_with_its_own_lift_stays_until_that_is_reached() -> None:
    rules = ladder(step("stop", "stop_supply", lift_when={"days_overdue": 1}))
    case = Case()
    judge(standing(item("A", days=30), item("B", days=3)), case, rules)
    assert judge(standing(item("B", days=3)), case, rules) == []
    assert judge(standing(item("C", days=0)), case, rules) == [("lift", "stop")]


def test_a_step_whose_lift_holds_already_is_not_raised() -> None:
    rules = ladder(step("stop", "stop_supply", lift_when={"overdue_amount": {"USD": "500.00"}}))
    assert judge(standing(item(days=30, amount=499_99)), Case(), rules) == []
    assert judge(standing(item(days=30, amount=500_00)), Case(), rules) == [("raise", "stop")]


def test_unless_prevents_and_lifts() -> None:
    rules = ladder(step("stop", "stop_supply", unless={"segment": ["public", "group"]}))
    case = Case()
    judge(standing(item(days=30)), case, rules)
    public = standing(item(days=30), segment="public")
    assert judge(public, case, rules) == [("lift", "stop")]
    assert judge(public, case, rules) == []


def test_another_policy_lifts_what_it_does_not_have() -> None:
    case = Case()
    late = standing(item(days=40))
    judge(late, case, STOP_AT_30)
    milder = ladder(step("reminder", "notice", when={"days_overdue": 1}))
    assert judge(late, case, milder, opening=False) == [("lift", "stop"), ("raise", "reminder")]


def test_a_step_keeps_its_escalation_under_another_policy_that_has_it_too() -> None:
    case = Case()
    late = standing(item(days=40))
    judge(late, case, STOP_AT_30)
    sooner = ladder(step("stop", "stop_supply", when={"days_overdue": 20}), version="test-2")
    assert judge(late, case, sooner) == []
    assert [each.policy_version for each in case.open] == ["test-1"]


def test_the_number_of_words_rises_so_that_an_old_stop_loses_against_its_lift() -> None:
    case = Case()
    judge(standing(item(days=40)), case, STOP_AT_30)
    judge(standing(), case, STOP_AT_30)
    judge(standing(item(days=40), day=DAY + timedelta(days=9)), case, STOP_AT_30)
    assert [each.hold_seq for each in (*case.ended, *case.open)] == [1, 3]
    assert case.ended[0].ended_seq == 2


def test_what_was_seen_goes_along() -> None:
    rules = ladder(
        step(
            when={
                "any": [
                    {"days_overdue": 90},
                    {"all": [{"overdue_items": 2}, {"overdue_amount": {"USD": "50.00"}}]},
                ]
            }
        )
    )
    case = Case()
    judge(standing(item("A", days=3, amount=40_00), item("B", days=2, amount=19_99)), case, rules)
    assert case.open[0].inputs == {
        "days_overdue": 3,
        "overdue_items": 2,
        "overdue_amount": {"USD": "59.99"},
    }
