"""Promises to pay (付款承诺): judged from receipts by value date, whenever anybody looks."""

from typing import Any

from huikuan.debtor.promises import JudgedPromise, judge
from huikuan.events import promises, sales
from tests.debtor.words import (
    Story,
    credit,
    day,
    given,
    invoice,
    names,
    payment,
    policy,
    promise,
    reversal,
)


def judged(story: Story, name: str = "M", *, on: int) -> JudgedPromise:
    (one,) = (each for each in judge(story.account, day(on), story.setting) if each.promise == name)
    return one


def states(story: Story, *days: int, name: str = "M") -> list[str]:
    return [judged(story, name, on=on).state for on in days]


def owing(*more: Any, tolerance_days: int = 2, **promises: Any) -> Story:
    """Somebody who owes 100.00 since day 5 under a policy with tolerance."""
    terms = {"tolerance_days": tolerance_days, **promises}
    return given(policy(promises=terms), invoice("A", "100.00", on=1, due=5), *more, open_on=60)


def test_a_promise_is_open_through_its_date_and_the_tolerance_and_then_broken() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    assert states(story, 8, 20, 22, 23) == ["open", "open", "open", "broken"]


def test_a_promise_is_kept_as_soon_as_the_money_is_here() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "100.00", on=12))
    assert states(story, 11, 12, 40) == ["open", "kept", "kept"]


def test_a_part_is_a_shortfall_at_once_and_partly_kept_at_the_windows_end() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "40.00", on=12))
    before, after = judged(story, on=12), judged(story, on=23)
    assert (before.state, before.received_minor, before.shortfall_minor) == ("open", 4000, 6000)
    assert (after.state, after.received_minor, after.shortfall_minor) == ("partly_kept", 4000, 6000)


def test_the_standing_counts_a_shortfall_from_the_promised_date() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "40.00", on=12))
    assert story.standing(20).promise_shortfall_minor == {}
    assert story.standing(21).promise_shortfall_minor == {"CNY": 6000}


def test_money_counts_by_its_value_date_within_the_window_only() -> None:
    story = owing(
        promise("M", "100.00", on=8, due=20),
        payment("P", "30.00", on=7),
        payment("Q", "30.00", on=8),
        payment("R", "30.00", on=23, booked_on=day(21)),
    )
    assert judged(story, on=40).received_minor == 3000


def test_full_payment_after_the_window_is_broken_and_cured_late() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "100.00", on=27))
    one = judged(story, on=30)
    assert (one.state, one.cured_late_days, one.shortfall_minor) == ("broken", 7, 0)
    assert judged(story, on=26).cured_late_days is None
    assert story.standing(26).broken_promises == 1
    assert story.standing(30).broken_promises == 0


def test_a_broken_promise_counts_only_while_what_it_was_for_is_owed() -> None:
    story = owing(promise("M", "100.00", on=8, due=20, invoices=("A",)))
    assert story.standing(23).broken_promises == 1
    story.when(credit("K", "100.00", on=30, invoice="A"))
    assert story.standing(30).broken_promises == 0


def test_a_promise_that_names_nothing_is_not_broken_for_what_was_issued_after_its_date() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), credit("C", "100.00", on=30, invoice="A"))
    story.when(invoice("B", "70.00", on=21, due=25))
    assert [story.standing(on).broken_promises for on in (29, 30)] == [1, 0]


def test_a_broken_promise_is_not_mended_by_dividing_the_invoice_that_it_was_for() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    part = sales.Instalment(instalment="1", amount="100.00", due_on=day(60))
    story.when(sales.InvoiceAmended(invoice="A", on=day(25), instalments=(part,)))
    assert [story.standing(on).broken_promises for on in (24, 40)] == [1, 1]


def test_partly_kept_promises_are_counted_apart() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "40.00", on=12))
    stands = story.standing(23)
    assert (stands.broken_promises, stands.partly_kept_promises) == (0, 1)


def test_enough_is_what_the_policy_says() -> None:
    facts = (promise("M", "100.00", on=8, due=20), payment("P", "95.00", on=12))
    assert states(owing(*facts), 40) == ["partly_kept"]
    assert states(owing(*facts, threshold=95), 40) == ["kept"]
    assert states(owing(*facts, threshold=0.95), 40) == ["kept"]
    a_cent_more = (promise("M", "100.01", on=8, due=20), payment("P", "95.00", on=12))
    assert states(owing(*a_cent_more, threshold=95), 40) == ["partly_kept"]


def test_the_terms_of_the_promised_date_judge() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "100.00", on=25))
    story.when(policy(on=20, version="p2", promises={"tolerance_days": 9}))
    assert states(story, 40) == ["kept"]


def test_a_receipt_serves_promises_by_due_date() -> None:
    story = owing(
        promise("late", "50.00", on=8, due=25),
        promise("soon", "50.00", on=9, due=15),
        payment("P", "60.00", on=12),
    )
    assert judged(story, "soon", on=12).received_minor == 5000
    assert judged(story, "late", on=12).received_minor == 1000


def test_a_receipt_that_names_only_other_items_serves_no_promise_for_these() -> None:
    story = owing(
        invoice("B", "100.00", on=1, due=5),
        promise("M", "100.00", on=8, due=20, invoices=("A",)),
        payment("P", "100.00", on=12, pays="B"),
        payment("Q", "20.00", on=13, pays=[names("B", "10.00"), names("A", "10.00")]),
    )
    assert judged(story, on=40).received_minor == 2000


def test_a_bounced_payment_keeps_no_promise() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "100.00", on=12))
    story.when(reversal("P", on=24))
    assert states(story, 23, 24) == ["kept", "broken"]


def test_a_credit_note_keeps_no_promise() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), credit("K", "100.00", on=12))
    assert states(story, 40) == ["broken"]


STAGES = (
    promises.Stage(due_on=day(15), amount="60.00"),
    promises.Stage(due_on=day(30), amount="40.00"),
)


def test_a_promise_in_stages_is_kept_stage_by_stage() -> None:
    story = owing(promise("M", "100.00", on=8, stages=STAGES))
    story.when(payment("P", "60.00", on=14), payment("Q", "40.00", on=31))
    one = judged(story, on=20)
    assert (one.state, [stage.state for stage in one.stages]) == ("open", ["kept", "open"])
    assert judged(story, on=31).state == "kept"


def test_one_stage_missed_and_the_promise_defers_nothing_more() -> None:
    story = owing(promise("M", "100.00", on=8, stages=STAGES), payment("P", "20.00", on=14))
    assert (states(story, 17, 18), story.dunnable(on=17)) == (["open", "partly_kept"], {"A": 0})
    assert story.dunnable(on=18) == {"A": 8000}
    assert judged(story, on=18).shortfall_minor == 4000


def test_a_promise_withdrawn_defers_nothing_and_is_not_broken() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    story.when(promises.PromiseWithdrawn(promise="M", on=day(12)))
    assert states(story, 11, 12, 40) == ["open", "withdrawn", "withdrawn"]
    assert [story.dunnable(on=on) for on in (11, 12)] == [{"A": 0}, {"A": 10000}]


def test_money_that_comes_on_the_day_of_withdrawal_serves_the_promise_no_more() -> None:
    story = owing(promise("M", "100.00", on=8, due=20), payment("P", "100.00", on=12))
    assert states(story, 40) == ["kept"]
    story.when(promises.PromiseWithdrawn(promise="M", on=day(12)))
    assert (states(story, 40), judged(story, on=40).received_minor) == (["withdrawn"], 0)


def test_a_promise_withdrawn_after_it_was_broken_stays_broken() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    story.when(promises.PromiseWithdrawn(promise="M", on=day(30)))
    assert states(story, 40) == ["broken"]


def test_a_promise_replaced_hands_on_and_the_new_one_is_a_level_higher() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    story.when(promise("N", "100.00", on=12, due=30, replaces="M"), payment("P", "100.00", on=19))
    assert states(story, 11, 12, 40) == ["open", "replaced", "replaced"]
    assert (judged(story, "N", on=40).state, judged(story, "N", on=40).level) == ("kept", 1)
    assert judged(story, on=40).level == 0


def test_the_level_counts_the_promises_not_kept_for_the_same_debt() -> None:
    story = owing(
        invoice("B", "10.00", on=1, due=5),
        promise("1", "40.00", on=6, due=8, invoices=("A",)),
        promise("2", "10.00", on=6, due=8, invoices=("B",)),
        promise("3", "40.00", on=20, due=22, invoices=("A",)),
        payment("P", "40.00", on=21, pays="A"),
        promise("4", "60.00", on=30, due=32, invoices=("A",)),
    )
    assert [judged(story, name, on=50).level for name in "1234"] == [0, 0, 1, 1]


def test_a_living_promise_covers_its_invoices_and_one_without_the_oldest_due() -> None:
    story = owing(invoice("B", "100.00", on=1, due=9))
    story.when(promise("M", "120.00", on=10, due=20))
    assert story.dunnable(on=10) == {"A": 0, "B": 8000}
    story.when(promise("N", "30.00", on=11, due=20, invoices=("B",)))
    assert story.dunnable(on=11) == {"A": 0, "B": 5000}


def test_what_money_covers_needs_no_promise() -> None:
    free = payment("P", "60.00", on=9)
    story = owing(policy(version="p2", allocate="none"), invoice("B", "100.00", on=1, due=9), free)
    story.when(promise("M", "100.00", on=10, due=20))
    assert story.dunnable(on=10) == {"A": 0, "B": 4000}


def test_what_was_received_is_covered_no_more() -> None:
    story = owing(invoice("B", "100.00", on=1, due=9), promise("M", "150.00", on=10, due=20))
    story.when(payment("P", "70.00", on=12))
    assert story.open() == {"A": 3000, "B": 10000}
    assert story.dunnable(on=12) == {"A": 0, "B": 5000}


def test_a_promise_lifts_nothing_that_is_in_force() -> None:
    story = owing(promise("M", "100.00", on=8, due=20))
    line = story.line("A", on=10)
    assert (line.dunnable_minor, line.promised_minor, line.owed_minor) == (0, 10000, 10000)
    assert story.standing(10).promises_alive == 1
    assert story.standing(23).promises_alive == 0
