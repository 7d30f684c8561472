"""Which items money pays (收款核销)."""

from huikuan.events import cash, sales
from tests.debtor.words import (
    credit,
    day,
    dispute,
    given,
    invoice,
    names,
    payment,
    policy,
    reversal,
)


def allocated(name: str, payment: str, invoice: str, amount: str, *, on: int) -> cash.CashAllocated:
    return cash.CashAllocated(
        allocation=name, payment=payment, invoice=invoice, amount=amount, on=day(on)
    )


def test_a_payment_pays_the_invoice_that_it_names() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("B", "60.00", on=2, due=9)).when(
        payment("P", "60.00", on=3, pays="B")
    )
    assert story.open() == {"A": 10000}
    assert story.unapplied() == 0


def test_money_that_names_nothing_pays_what_is_oldest_due() -> None:
    story = given(invoice("B", "60.00", on=1, due=9), invoice("A", "100.00", on=2, due=5)).when(
        payment("P", "110.00", on=3)
    )
    assert story.open() == {"B": 5000}


def test_what_is_left_is_unapplied_and_pays_later_items() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "130.00", on=2))
    assert story.unapplied() == 3000
    story.when(invoice("B", "50.00", on=3, due=9))
    assert (story.open(), story.unapplied()) == ({"B": 2000}, 0)


def test_where_the_policy_assumes_nothing_money_waits_to_be_told() -> None:
    story = given(policy(allocate="none"), invoice("A", "100.00", on=1, due=5))
    story.when(payment("P", "70.00", on=2))
    assert (story.open(), story.unapplied()) == ({"A": 10000}, 7000)
    assert story.dunnable() == {"A": 3000}
    story.when(allocated("X", "P", "A", "70.00", on=3))
    assert (story.open(), story.unapplied()) == ({"A": 3000}, 0)


def test_a_policy_adopted_for_the_past_allocates_the_past_anew() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "70.00", on=2))
    assert story.open() == {"A": 3000}
    story.when(policy(on=1, allocate="none"))
    assert story.open() == {"A": 10000}


def test_a_payment_waits_for_the_invoice_that_it_names_but_helps_meanwhile() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=6, pays="B"))
    assert story.open() == {"A": 10000}
    assert story.dunnable() == {"A": 0}
    story.when(invoice("B", "80.00", on=7, due=20))
    assert story.open() == {"A": 8000}  # B is paid as named; the rest pays what is oldest due


def test_a_payment_known_before_its_invoice_is_the_same_as_after() -> None:
    facts = [invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=6, pays="A")]
    assert given(*facts).open() == given(*reversed(facts)).open() == {}


def test_money_that_names_an_item_takes_the_place_of_what_was_only_assumed_to_pay_it() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2)).when(
        payment("Q", "100.00", on=3, pays="A"), invoice("B", "100.00", on=4, due=9)
    )
    assert story.open() == {}
    story.when(reversal("Q", on=6))
    assert story.open() == {"A": 10000}


def test_what_a_remittance_line_cannot_use_pays_what_is_oldest_due() -> None:
    story = given(invoice("A", "40.00", on=1, due=9), invoice("B", "50.00", on=1, due=5)).when(
        payment("P", "60.00", on=2, pays="A")
    )
    assert story.open() == {"B": 3000}


def test_a_remittance_splits_a_payment() -> None:
    story = given(invoice("A", "40.00", on=1, due=9), invoice("B", "50.00", on=1, due=5)).when(
        payment("P", "60.00", on=2, pays=[names("A", "25.00"), names("B", "35.00")])
    )
    assert story.open() == {"A": 1500, "B": 1500}


def test_a_cash_discount_settles_the_item_though_less_was_paid() -> None:
    line = names("A", "98.00", discount="2.00")
    story = given(invoice("A", "100.00", on=1, due=9), payment("P", "98.00", on=2, pays=[line]))
    assert story.open() == {}


def test_a_discount_goes_when_the_money_bounces() -> None:
    line = names("A", "98.00", discount="2.00")
    story = given(invoice("A", "100.00", on=1, due=9), payment("P", "98.00", on=2, pays=[line]))
    story.when(reversal("P", on=10, reason="bounced"))
    assert story.open() == {"A": 10000}


def test_a_deduction_leaves_the_item_open() -> None:
    line = names("A", "90.00", deduction=cash.Deduction(amount="10.00", reason="damaged"))
    story = given(invoice("A", "100.00", on=1, due=9), payment("P", "90.00", on=2, pays=[line]))
    assert story.open() == {"A": 1000}


def test_an_advance_for_an_order_pays_the_invoice_that_bills_it() -> None:
    story = given(
        invoice("A", "100.00", on=1, due=5),
        payment("P", "50.00", on=2, pays=[cash.Remittance(order="O", amount="50.00")]),
    )
    assert story.open() == {"A": 10000}
    billing = (sales.Covers(order="O", amount="80.00"),)
    story.when(invoice("B", "80.00", on=3, due=20, covers=billing))
    assert story.open() == {"A": 10000, "B": 3000}


def test_instalments_are_paid_oldest_due_first_or_as_named() -> None:
    parts = (
        sales.Instalment(instalment="1", amount="60.00", due_on=day(5)),
        sales.Instalment(instalment="2", amount="40.00", due_on=day(15)),
    )
    story = given(invoice("A", "100.00", on=1, instalments=parts))
    story.when(payment("P", "10.00", on=2, pays="A"))
    assert story.open() == {"A/1": 5000, "A/2": 4000}
    story.when(payment("Q", "40.00", on=3, pays=[names("A", "40.00", instalment="2")]))
    assert story.open() == {"A/1": 5000}


def test_instalments_are_paid_by_their_dates_not_by_their_names() -> None:
    parts = (
        sales.Instalment(instalment="1", amount="60.00", due_on=day(15)),
        sales.Instalment(instalment="2", amount="40.00", due_on=day(5)),
    )
    story = given(invoice("A", "100.00", on=1, instalments=parts))
    story.when(payment("P", "50.00", on=2, pays="A"))
    assert story.open() == {"A/1": 5000}


def test_items_due_on_one_day_are_paid_by_their_numbers() -> None:
    story = given(invoice("B", "10.00", on=1, due=5), invoice("A", "10.00", on=2, due=5))
    assert list(story.open()) == ["A", "B"]
    story.when(payment("P", "10.00", on=3))
    assert story.open() == {"B": 1000}


def test_unapplied_money_covers_the_oldest_due_once() -> None:
    story = given(policy(allocate="none"), invoice("A", "100.00", on=1, due=5))
    story.when(invoice("B", "100.00", on=1, due=9), payment("P", "130.00", on=2))
    assert story.dunnable() == {"A": 0, "B": 7000}
    assert [line.owed_minor for line in story.standing().lines] == [0, 7000]


def test_a_clearing_takes_what_it_lacks_from_where_its_money_was_assumed_to_be() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("B", "100.00", on=1, due=9))
    story.when(payment("P", "150.00", on=2))
    assert story.open() == {"B": 5000}
    story.when(allocated("X", "P", "B", "90.00", on=3))
    assert story.open() == {"A": 4000, "B": 1000}


def test_the_books_clearing_moves_money_that_was_assumed() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("B", "100.00", on=1, due=9))
    story.when(payment("P", "100.00", on=2))
    assert story.open() == {"B": 10000}
    story.when(allocated("X", "P", "B", "100.00", on=3))
    assert story.open() == {"A": 10000}


def test_the_books_clearing_pushes_other_assumed_money_on() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2))
    story.when(invoice("B", "100.00", on=3, due=9), payment("Q", "70.00", on=4))
    assert story.open() == {"B": 3000}
    story.when(allocated("X", "Q", "A", "70.00", on=5))
    assert story.open() == {"B": 3000}  # Q pays A now, and what P had paid of A pays B
    story.when(reversal("Q", on=6))
    assert story.open() == {"A": 7000, "B": 3000}


def test_a_clearing_never_moves_what_was_named() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2, pays="A"))
    story.when(invoice("B", "100.00", on=3, due=9), payment("Q", "70.00", on=4))
    story.when(allocated("X", "Q", "A", "70.00", on=5))
    assert story.open() == {"B": 3000}


def test_a_clearing_waits_for_its_payment_and_its_invoice() -> None:
    story = given(allocated("X", "P", "B", "100.00", on=1))
    story.when(invoice("A", "100.00", on=2, due=5), invoice("B", "100.00", on=2, due=9))
    story.when(payment("P", "100.00", on=3))
    assert story.open() == {"A": 10000}


def test_a_reset_clearing_opens_the_item_at_its_due_date_and_frees_the_money() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2))
    story.when(allocated("X", "P", "A", "100.00", on=3))
    story.when(cash.CashDeallocated(allocation="X", on=day(20)))
    line = story.line("A")
    assert (line.open_minor, line.days_overdue, story.unapplied()) == (10000, 26, 10000)
    assert line.dunnable_minor == 0  # the money is here: nobody is dunned for it


def test_disputed_parts_are_paid_last() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("B", "100.00", on=1, due=9))
    story.when(dispute("D", "A", "60.00", on=2), payment("P", "140.00", on=3))
    assert story.open() == {"A": 6000}
    story.when(payment("Q", "50.00", on=4))
    assert story.open() == {"A": 1000}


def test_money_in_another_currency_or_company_is_never_netted() -> None:
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(payment("P", "100.00", on=2, pays="A", currency="USD"))
    story.when(payment("Q", "100.00", on=2, pays="A", company="south"))
    assert story.open() == {"A": 10000}
    assert story.standing().sums["USD"].unapplied_minor == 10000


def test_two_companies_may_have_invoices_and_payments_of_one_number() -> None:
    story = given(invoice("1", "100.00", on=1, due=5), payment("7", "30.00", on=2, pays="1"))
    story.when(invoice("1", "60.00", on=1, due=6, company="south"))
    story.when(payment("7", "10.00", on=2, pays="1", company="south"))
    lines = [(line.company, line.open_minor) for line in story.standing().lines]
    assert lines == [("main", 7000), ("south", 5000)]


def test_a_credit_above_its_item_becomes_unapplied_credit() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "80.00", on=2, pays="A"))
    story.when(credit("K", "50.00", on=3, invoice="A"))
    assert (story.open(), story.unapplied()) == ({}, 3000)


def test_a_credit_note_taken_back_opens_the_item_again() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), credit("K", "30.00", on=2, invoice="A"))
    assert story.open() == {"A": 7000}
    story.when(cash.CreditNoteCancelled(credit_note="K", on=day(9)))
    assert story.open() == {"A": 10000}


def test_an_overpayment_makes_no_item_negative() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "500.00", on=2, pays="A"))
    assert (story.open(), story.unapplied()) == ({}, 40000)
    assert story.exposure() == {}
    assert story.standing().sums["CNY"].exposure_minor == -40000
