"""Law 10: more money or credit never makes anything worse, on any day, without promises.

Three things are left out, where it is the history that asks for the worse and not the fold. A
write-off of what money has paid does nothing, so that the debt is back when the money bounces. A
refund that waits takes more where there is more, and then it is missing when money bounces. And
less owed in all may lie on more items: their number is not compared.
"""

from hypothesis import given
from hypothesis import strategies as st

from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import Standing, standing
from huikuan.events import cash, promises
from huikuan.events.fields import Event
from tests.debtor.histories import DAYS, amounts, days, histories, invoices, terms
from tests.debtor.test_laws import folded, setting_of
from tests.debtor.words import Fact, day

WITHOUT = (promises.PromiseMade, promises.PromiseWithdrawn, cash.InvoiceWrittenOff, cash.RefundPaid)

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
    dunnable = [line for line in stands.lines if line.dunnable_minor]
    sums = stands.sums.get("CNY", None)
    return {
        "balance": sums.balance_minor - sums.unapplied_minor if sums else 0,
        "overdue": sums.overdue_minor if sums else 0,
        "dunnable": sum(line.dunnable_minor for line in dunnable),
        "owed": sum(line.owed_minor for line in stands.lines),
        "days_overdue": -(10**9) if stands.days_overdue is None else stands.days_overdue,
    }


@given(histories(without=WITHOUT, one_book=True), more_money, terms, st.integers(1, DAYS + 8))
def test_more_money_or_credit_never_makes_anything_worse(
    facts: list[Fact], more: Event, document: dict[str, object], number: int
) -> None:
    setting: Setting = setting_of(document, DAYS)
    less = harm(standing(folded(facts, setting), day(number), setting))
    with_more = harm(standing(folded([*facts, ("more", more)], setting), day(number), setting))
    worse = {name: (less[name], with_more[name]) for name in less if with_more[name] > less[name]}
    assert not worse
