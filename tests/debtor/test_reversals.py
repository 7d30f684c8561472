"""Money taken back, and what gives it back; invoices cancelled, debt given up."""

from huikuan.events import cash, sales
from tests.debtor.words import credit, day, given, invoice, names, payment, policy, reversal


def refund(name: str, amount: str, *, on: int) -> cash.RefundPaid:
    return cash.RefundPaid(refund=name, amount=amount, currency="CNY", on=day(on))


def test_a_bounced_payment_opens_its_invoice_at_its_original_due_date() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=6, pays="A"))
    assert story.open() == {}
    story.when(reversal("P", on=20, reason="bounced"))
    line = story.line("A")
    assert (line.open_minor, line.days_overdue) == (10000, 26)


def test_a_reversal_takes_what_is_unapplied_first() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "130.00", on=6, pays="A"))
    story.when(reversal("P", "30.00", on=7))
    assert (story.open(), story.unapplied()) == ({}, 0)


def test_a_reversal_takes_what_was_assumed_before_what_was_named_newest_first() -> None:
    story = given(
        invoice("A", "100.00", on=1, due=5),
        invoice("B", "50.00", on=1, due=4),
        payment("P", "150.00", on=6, pays=[names("A", "100.00")]),
    )
    assert story.open() == {}
    story.when(reversal("P", "70.00", on=7))
    assert story.open() == {"B": 5000, "A": 2000}


def test_a_payment_cannot_be_reversed_for_more_than_is_left_of_it() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "60.00", on=2, pays="A"))
    story.when(reversal("P", "40.00", on=3), reversal("P", "40.00", on=4))
    assert (story.open(), story.unapplied()) == ({"A": 10000}, 0)


def test_a_reversal_waits_for_its_payment() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), reversal("P", on=2))
    assert story.open() == {"A": 10000}
    story.when(payment("P", "100.00", on=9, pays="A"))
    assert (story.open(), story.unapplied()) == ({"A": 10000}, 0)


def test_a_reversal_of_a_reversal_pays_again_what_had_been_paid() -> None:
    story = given(
        invoice("A", "100.00", on=1, due=9),
        invoice("B", "50.00", on=1, due=4),
        payment("P", "100.00", on=6, pays="A"),
        reversal("P", on=7, reversal="V"),
    )
    assert story.open() == {"B": 5000, "A": 10000}
    story.when(cash.ReversalCancelled(reversal="V", on=day(8)))
    assert story.open() == {"B": 5000}
    story.when(cash.ReversalCancelled(reversal="V", on=day(9)))
    assert story.open() == {"B": 5000}


def test_a_reversal_without_a_number_is_known_by_its_event() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2))
    story.hears(("bank|7", reversal("P", on=7)))
    story.when(cash.ReversalCancelled(reversal="bank|7", on=day(8)))
    assert story.open() == {}


def test_a_refund_takes_unapplied_money_only() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "130.00", on=2, pays="A"))
    story.when(refund("F", "30.00", on=3))
    assert (story.open(), story.unapplied()) == ({}, 0)
    story.when(refund("G", "20.00", on=4))
    assert (story.open(), story.unapplied()) == ({}, 0)


def test_a_refund_waits_for_unapplied_money() -> None:
    story = given(invoice("A", "100.00", on=9, due=20), refund("F", "20.00", on=3))
    story.when(payment("P", "90.00", on=10))
    assert (story.open(), story.unapplied()) == ({"A": 1000}, 0)
    story.when(payment("Q", "50.00", on=11))
    assert (story.open(), story.unapplied()) == ({}, 2000)


def test_a_refund_leaves_what_a_remittance_names_alone() -> None:
    story = given(invoice("A", "100.00", on=1, due=20), refund("F", "20.00", on=3))
    story.when(payment("P", "100.00", on=10, pays="A"))
    assert story.open() == {}


def test_a_refund_takes_what_nothing_claims_first() -> None:
    none = policy(allocate="none")
    story = given(none, payment("P", "50.00", on=2, pays="A"), payment("Q", "50.00", on=3))
    story.when(refund("F", "50.00", on=4), invoice("A", "50.00", on=5, due=20))
    assert (story.open(), story.unapplied()) == ({}, 0)


def test_a_cancelled_invoice_frees_its_money_and_its_number() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "60.00", on=2, pays="A"))
    story.when(sales.InvoiceCancelled(invoice="A", on=day(3)))
    assert (story.open(), story.unapplied()) == ({}, 6000)
    story.when(invoice("A", "80.00", on=4, due=9))
    assert (story.open(), story.unapplied()) == ({"A": 2000}, 0)


def test_an_invoice_may_be_cancelled_and_issued_anew_on_one_day() -> None:
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(sales.InvoiceCancelled(invoice="A", on=day(3)), invoice("A", "80.00", on=3, due=9))
    assert story.open() == {"A": 8000}


def test_an_invoice_cancelled_on_its_own_day_is_not_owed() -> None:
    story = given(
        invoice("A", "100.00", on=3, due=5), sales.InvoiceCancelled(invoice="A", on=day(3))
    )
    assert story.open() == {}


def test_an_invoice_issued_twice_counts_once() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), invoice("A", "999.00", on=2, due=5))
    assert story.open() == {"A": 10000}


def test_a_write_off_takes_at_most_what_is_open() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "60.00", on=2, pays="A"))
    story.when(cash.InvoiceWrittenOff(invoice="A", amount="90.00", on=day(9)))
    assert story.open() == {}
    story.when(cash.WriteOffReversed(invoice="A", amount="90.00", on=day(10)))
    assert story.open() == {"A": 4000}


def test_a_write_off_pushes_assumed_money_on_to_what_is_still_owed() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2))
    story.when(invoice("B", "100.00", on=3, due=9))
    story.when(cash.InvoiceWrittenOff(invoice="A", amount="100.00", on=day(9)))
    assert story.open() == {}


def test_a_credit_note_may_come_before_its_invoice() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), credit("K", "30.00", on=2, invoice="B"))
    assert (story.open(), story.unapplied()) == ({"A": 10000}, 3000)
    story.when(invoice("B", "50.00", on=3, due=9))
    assert story.open() == {"A": 10000, "B": 2000}


def test_what_names_nothing_known_changes_nothing_and_raises_nothing() -> None:
    story = given(
        invoice("A", "100.00", on=1, due=5),
        cash.CreditNoteCancelled(credit_note="?", on=day(2)),
        cash.ReversalCancelled(reversal="?", on=day(2)),
        cash.BillCleared(payment="?", on=day(2)),
        cash.CashDeallocated(allocation="?", on=day(2)),
        cash.InvoiceWrittenOff(invoice="?", amount="1.00", on=day(2)),
        cash.WriteOffReversed(invoice="?", amount="1.00", on=day(2)),
        sales.InvoiceCancelled(invoice="?", on=day(2)),
        sales.InvoiceAmended(invoice="?", on=day(2), due_on=day(9)),
        sales.InvoiceDelivered(invoice="?", on=day(2)),
    )
    assert story.open() == {"A": 10000}


def test_a_cancelled_reversal_of_nothing_gives_nothing_back() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "60.00", on=2, pays="A"))
    story.when(reversal("P", on=3, reversal="V"), reversal("P", on=4, reversal="W"))
    story.when(cash.ReversalCancelled(reversal="W", on=day(5)))
    assert story.open() == {"A": 10000}


def test_a_reversal_reaches_a_clearing_last_and_a_second_clearing_of_one_number_is_none() -> None:
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2))
    clearing = cash.CashAllocated(
        allocation="X", payment="P", invoice="A", amount="60.00", on=day(3)
    )
    story.when(clearing, clearing, reversal("P", "50.00", on=4))
    assert story.open() == {"A": 5000}
    story.when(cash.CashDeallocated(allocation="X", on=day(5)))
    assert (story.open(), story.unapplied()) == ({"A": 10000}, 5000)


def test_a_clearing_of_a_known_number_clears_nothing_more() -> None:
    first, again = (
        cash.CashAllocated(allocation="X", payment="P", invoice="A", amount=amount, on=day(on))
        for amount, on in (("60.00", 3), ("40.00", 4))
    )
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "100.00", on=2), first, again)
    for on in (5, 6):
        story.when(cash.CashDeallocated(allocation="X", on=day(on)))
    assert story.open() == {"A": 6000}


def test_a_credit_note_is_taken_back_once_and_only_for_what_is_left_of_it() -> None:
    story = given(credit("K", "50.00", on=1), refund("F", "20.00", on=2))
    for on in (3, 4):
        story.when(cash.CreditNoteCancelled(credit_note="K", on=day(on)))
    assert story.unapplied() == 0


def test_a_bill_that_was_reversed_and_given_back_is_exposed_again() -> None:
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(payment("P", "100.00", on=2, pays="A", kind="bill"))
    story.when(reversal("P", on=3, reversal="V"))
    story.when(cash.ReversalCancelled(reversal="V", on=day(4)))
    assert story.exposure() == {"bill_of_exchange": 10000}
