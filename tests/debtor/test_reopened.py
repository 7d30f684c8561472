"""Which items a reversed payment opened again, and when first."""

from hypothesis import given
from hypothesis import strategies as st

from huikuan.debtor.reopened import reopened_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import standing
from huikuan.events import cash
from huikuan.events.fields import Event
from tests.debtor.histories import DAYS, histories
from tests.debtor.test_laws import folded
from tests.debtor.words import Fact, credit, day, invoice, names, payment

SETTING = Setting(open_on=day(30))


def reversed_on(number: int, payment: str = "P", amount: str | None = None) -> Event:
    name = f"V{payment}{number}"
    return cash.PaymentReversed(
        payment=payment, reversed_on=day(number), reversal=name, amount=amount
    )


def opened(*facts: Event, on: int = 30) -> dict[str, tuple[int, str]]:
    """By invoice: the number of the day, and the payment."""
    account = folded([(f"e{at}", fact) for at, fact in enumerate(facts)], SETTING)
    first = day(1).toordinal() - 1
    return {
        key[1]: (each.on - first, each.payment)
        for key, each in reopened_on(account, day(on), SETTING).items()
    }


A = invoice("A", "100.00", on=1, due=5)
PAID = payment("P", "100.00", on=6, pays="A")


def test_a_settled_item_that_a_reversal_opens_is_open_again_since_that_day() -> None:
    assert opened(A, PAID, reversed_on(9)) == {"A": (9, "P")}
    assert opened(A, PAID, reversed_on(9), on=8) == {}


def test_money_that_was_assumed_to_pay_it_counts_like_money_that_named_it() -> None:
    assert opened(A, payment("P", "100.00", on=6), reversed_on(9)) == {"A": (9, "P")}


def test_what_was_never_settled_was_not_opened_again() -> None:
    assert opened(A, payment("P", "99.99", on=6, pays="A"), reversed_on(9)) == {}


def test_only_the_first_time_counts() -> None:
    again = payment("Q", "100.00", on=11, pays="A")
    facts = (A, PAID, reversed_on(9), again, reversed_on(14, "Q"))
    assert opened(*facts) == {"A": (9, "P")}
    assert opened(*facts, on=12) == {}


def test_what_other_money_settles_the_same_day_was_not_opened() -> None:
    free = payment("Q", "100.00", on=7)
    facts = (A, PAID, free, reversed_on(9))
    assert opened(*facts) == {}
    assert opened(*facts, reversed_on(14, "Q")) == {"A": (14, "Q")}


def test_part_of_a_payment_that_goes_back_opens_what_it_takes_from() -> None:
    both = payment("P", "150.00", on=6, pays=[names("A", "100.00"), names("B", "50.00")])
    b = invoice("B", "50.00", on=1, due=9)
    assert opened(A, b, both, reversed_on(9, amount="50.00")).keys() < {"A", "B"}
    assert opened(A, b, both, reversed_on(9)) == {"A": (9, "P"), "B": (9, "P")}


def test_a_reversal_that_is_taken_back_counts_for_the_days_in_between() -> None:
    back = cash.ReversalCancelled(reversal="VP9", on=day(12))
    facts = (A, PAID, reversed_on(9), back)
    assert opened(*facts, on=10) == {"A": (9, "P")}
    assert opened(*facts, on=12) == {}


def test_a_credit_note_that_is_cancelled_is_no_payment() -> None:
    given_back = cash.CreditNoteCancelled(credit_note="K", on=day(9))
    assert opened(A, credit("K", "100.00", on=6, invoice="A"), given_back) == {}


def test_a_clearing_that_is_reset_opens_no_grace() -> None:
    reset = cash.CashDeallocated(allocation="X", on=day(9))
    cleared = cash.CashAllocated(
        allocation="X", invoice="A", amount="100.00", on=day(6), payment="P"
    )
    assert opened(A, payment("P", "100.00", on=6), cleared, reset) == {}


@given(histories(), st.integers(1, DAYS + 2), st.integers(0, 9))
def test_as_of_a_day_it_is_what_the_facts_by_then_say(
    facts: list[Fact], number: int, later: int
) -> None:
    known = folded(facts, Setting(open_on=day(number + later)))
    then = folded(facts, Setting(open_on=day(number)))
    setting = Setting(open_on=day(number + later))
    found = reopened_on(known, day(number), setting)
    assert found == reopened_on(then, day(number), Setting(open_on=day(number)))
    lines = standing(known, day(number), setting).open_lines
    assert found.keys() <= {(line.company, line.item, line.instalment) for line in lines}
    assert all(each.on <= day(number).toordinal() for each in found.values())


@given(histories(without=(cash.PaymentReversed,)))
def test_without_a_reversal_nothing_was_opened_again(facts: list[Fact]) -> None:
    assert reopened_on(folded(facts, SETTING), day(30), SETTING) == {}
