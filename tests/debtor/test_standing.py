"""What rules see, and ageing (账龄)."""

import pytest

from huikuan.debtor.ageing import age
from huikuan.debtor.changes import change_dates
from huikuan.debtor.fold import leave_unsettled, receive
from huikuan.events import cash, ledger, relations
from huikuan.events.notifier import EscalationRaised
from tests.debtor.words import Story, day, given, invoice, payment, policy, promise


def test_a_debtor_of_whom_nothing_is_known_owes_nothing() -> None:
    stands = given().standing()
    assert (stands.lines, stands.sums, stands.days_overdue) == ((), {}, None)


@pytest.mark.parametrize(("on", "days_overdue"), [(4, -1), (5, 0), (6, 1)])
def test_age_counts_from_the_due_date(on: int, days_overdue: int) -> None:
    story = given(invoice("A", "100.00", on=1, due=5))
    assert story.standing(on).days_overdue == days_overdue
    assert story.standing(on).overdue_items == int(days_overdue > 0)
    assert story.standing(on).sums["CNY"].overdue_minor == (10000 if days_overdue > 0 else 0)


def test_the_oldest_dunnable_item_leads() -> None:
    story = given(invoice("B", "1.00", on=1, due=9), invoice("A", "1.00", on=2, due=5))
    assert story.standing(20).days_overdue == 15
    story.when(payment("P", "1.00", on=10, pays="A"))
    assert story.standing(20).days_overdue == 11


def test_items_below_what_the_policy_ignores_do_not_count() -> None:
    story = given(policy(ignore_below={"CNY": "5.00"}), invoice("A", "100.00", on=1, due=5))
    story.when(payment("P", "95.01", on=6, pays="A"))
    stands = story.standing(31)
    assert (stands.days_overdue, stands.open_items, stands.sums["CNY"].balance_minor) == (
        None,
        1,
        499,
    )
    assert given(invoice("B", "4.99", on=1, due=5)).standing(31).days_overdue == 26
    just = given(policy(ignore_below={"CNY": "5.00"}), invoice("C", "5.00", on=1, due=5))
    assert just.standing(31).days_overdue == 26


def test_amounts_that_a_policy_writes_as_numbers_are_amounts() -> None:
    story = given(policy(ignore_below={"CNY": 5, "JPY": "5", "???": 1}))
    assert story.setting.terms[0].ignore_below_minor == {"CNY": 500, "JPY": 5}


def test_a_fact_waits_for_its_day() -> None:
    story = given(invoice("A", "100.00", on=3, due=5), open_on=2)
    assert story.open() == {}
    assert story.open(on=3) == {"A": 10000}
    assert story.when(3).open() == {"A": 10000}


def test_a_fact_that_is_said_twice_waits_once() -> None:
    story = given(payment("P", "100.00", on=1), open_on=2)
    refund = cash.RefundPaid(refund="F", amount="30.00", currency="CNY", on=day(3))
    story.hears(("f", refund))
    story.hears(("f", refund))
    assert story.when(3).unapplied() == 7000


def test_before_the_first_day_everything_waits() -> None:
    story = Story().when(invoice("A", "100.00", on=3, due=5))
    assert story.standing(2).lines == ()
    assert story.when(4).open() == {"A": 10000}


def test_money_counts_from_the_earlier_of_its_two_dates() -> None:
    story = given(invoice("A", "100.00", on=1, due=2))
    story.when(payment("P", "100.00", on=20, booked_on=day(10)))
    assert [len(story.standing(on).lines) for on in (9, 10)] == [1, 0]


def test_money_already_recorded_prevents_new_steps_before_its_day_but_lifts_nothing() -> None:
    story = given(invoice("A", "100.00", on=1, due=2), open_on=10)
    story.when(payment("P", "70.00", on=12))
    line = story.line("A")
    assert (line.open_minor, line.dunnable_minor, line.owed_minor) == (10000, 3000, 10000)
    assert story.standing().sums["CNY"].coming_minor == 7000
    assert story.line("A", on=9).dunnable_minor == 10000  # the past did not know


def test_conflicts_and_foreign_places_stand_until_they_are_settled() -> None:
    story = given(ledger.RecordConflicted(conflict="c1", on=day(9)))
    leave_unsettled(story.account, "0/17")
    assert story.standing().unsettled == ("0/17", "c1")
    story.when(ledger.RecordSettled(conflict="c1", outcome="released", on=day(1)))
    story.when(ledger.RecordSettled(place="0/17", outcome="discarded", on=day(1)))
    assert story.standing().unsettled == ()


def test_a_refold_leaves_what_is_unsettled() -> None:
    story = given(invoice("A", "1.00", on=5, due=9))
    story.when(ledger.RecordConflicted(conflict="c1", on=day(9)), invoice("B", "1.00", on=1, due=9))
    assert story.standing().unsettled == ("c1",)


def test_what_is_no_fact_changes_nothing() -> None:
    story = given(invoice("A", "1.00", on=5, due=9))
    said = EscalationRaised(
        escalation="e",
        step="stop",
        kind="stop_supply",
        subject="debtor",
        effective_on=day(9),
        on=day(9),
        policy_version="p",
    )
    assert receive(story.account, said, "said", story.setting)
    assert story.open() == {"A": 100}


def test_what_is_known_of_the_debtor_holds_from_its_day() -> None:
    story = given(relations.DebtorRegistered(on=day(1), segment="key", tags=("vip",)))
    story.when(relations.DebtorUpdated(on=day(10), segment="small"))
    assert [(story.standing(on).segment, story.standing(on).tags) for on in (0, 9, 10)] == [
        (None, ()),
        ("key", ("vip",)),
        ("small", ()),
    ]


def test_ageing_buckets_add_up_to_the_balance_in_every_currency() -> None:
    story = given(
        invoice("A", "1.00", on=1, due=100),
        invoice("B", "2.00", on=1, due=60),
        invoice("C", "4.00", on=1, due=59),
        invoice("D", "8.00", on=1, due=30),
        invoice("E", "16.00", on=1, due=29),
        invoice("F", "32.00", on=1, due=5, currency="USD"),
        open_on=60,
    )
    aged = age(story.account, day(60), story.setting)
    assert [(each.amount_minor, each.items) for each in aged["CNY"]] == [
        (300, 2),
        (1200, 2),
        (1600, 1),
        (0, 0),
        (0, 0),
    ]
    bounds = [(each.from_days, each.to_days) for each in aged["USD"]]
    assert bounds == [(None, 0), (1, 30), (31, 60), (61, 90), (91, None)]
    assert [each.amount_minor for each in aged["USD"]] == [0, 0, 3200, 0, 0]


def test_ageing_takes_other_bounds_and_past_days() -> None:
    story = given(invoice("A", "1.00", on=1, due=5), payment("P", "1.00", on=20))
    aged = age(story.account, day(19), story.setting, (10, 15))
    assert [each.items for each in aged["CNY"]] == [0, 0, 1, 0]
    assert age(story.account, day(20), story.setting) == {}


def test_the_dates_on_which_something_changes_though_nothing_arrives() -> None:
    story = given(policy(promises={"tolerance_days": 2}), open_on=1)
    story.when(
        promise("M", "1.00", on=1, due=9),
        payment("P", "1.00", on=20),
        relations.DunningPaused(pause="H", from_on=day(1), until=day(13), reason="talks"),
    )
    dates = change_dates(story.account, day(1), story.setting)
    assert {day(10), day(12), day(14), day(20)} <= set(dates)
