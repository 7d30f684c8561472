"""Law 10: more money or credit never makes anything worse, on any day, without promises.

Where an allocation is taken back, less is owed in all, but what opens again may be an older
item: the money that was assumed to pay it is gone, and other money stays where it was. Left out
are write-offs of what money has paid (they do nothing, and the debt is back when the money
bounces) and refunds (one that waits takes more where there is more).
"""

from hypothesis import given
from hypothesis import strategies as st

from huikuan.debtor.standing import Standing, standing
from huikuan.events import cash, promises, sales
from huikuan.events.fields import Event
from tests.debtor.histories import DAYS, amounts, days, histories, invoices, terms
from tests.debtor.test_laws import folded, setting_of
from tests.debtor.words import Fact, day

WITHOUT = (
    promises.PromiseMade,
    promises.PromiseWithdrawn,
    cash.InvoiceWrittenOff,
    cash.RefundPaid,
)
TAKING_BACK = (
    cash.PaymentReversed,
    cash.CreditNoteCancelled,
    cash.CashAllocated,
    cash.CashDeallocated,
    sales.InvoiceAmended,
    sales.InvoiceCancelled,
)

more_money: st.SearchStrategy[Event] = st.builds(
    cash.PaymentReceived,
    payment=st.just("more"),
    amount=amounts,
    currency=st.just("CNY"),
    value_on=days,
    remittance=st.just(())
    | invoices.map(lambda name: (cash.Remittance(invoice=name, amount="30.00"),)),
) | st.builds(
    cash.CreditNoteIssued,
    credit_note=st.just("more"),
    amount=amounts,
    currency=st.just("CNY"),
    issued_on=days,
    invoice=st.none() | invoices,
    dispute=st.none() | st.just("D"),
)


def harm(stands: Standing) -> dict[str, int]:
    """What steps count, each the worse the larger."""
    sums = stands.sums.get("CNY")
    return {
        "balance": sums.balance_minor - sums.unapplied_minor if sums else 0,
        "owed": sum(line.owed_minor for line in stands.lines),
        "dunnable": sum(line.dunnable_minor for line in stands.lines),
        "overdue": sums.overdue_minor if sums else 0,
        "overdue_items": stands.overdue_items,
        "days_overdue": -(10**9) if stands.days_overdue is None else stands.days_overdue,
    }


def worse(
    facts: list[Fact], more: Event, document: dict[str, object], number: int
) -> dict[str, tuple[int, int]]:
    """What is larger with more money: (without it, with it)."""
    setting = setting_of(document, DAYS)
    less = harm(standing(folded(facts, setting), day(number), setting))
    helped = folded([*facts, ("more", more)], setting)
    with_more = harm(standing(helped, day(number), setting))
    return {name: (less[name], with_more[name]) for name in less if with_more[name] > less[name]}


@given(
    histories(without=WITHOUT + TAKING_BACK, one_book=True),
    more_money,
    terms,
    st.integers(1, DAYS + 8),
)
def test_more_money_or_credit_never_makes_anything_worse(
    facts: list[Fact], more: Event, document: dict[str, object], number: int
) -> None:
    assert not worse(facts, more, document, number)


@given(histories(without=WITHOUT, one_book=True), more_money, st.integers(1, DAYS + 8))
def test_where_allocations_are_taken_back_more_money_leaves_less_owed(
    facts: list[Fact], more: Event, number: int
) -> None:
    assert worse(facts, more, {}, number).keys() <= {"overdue", "overdue_items", "days_overdue"}
