"""Debtors who pay most invoices in full and by name, as most debtors of most companies do."""

from hypothesis import strategies as st
from msgspec import structs

from huikuan.events.cash import PaymentReceived, Remittance
from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DisputeOpened, DisputeResolved
from huikuan.events.sales import (
    GoodsReturned,
    InvoiceIssued,
    OrderCancelled,
    OrderConfirmed,
    ShipmentDispatched,
)
from tests.debtor.histories import KINDS, PAYMENTS, days, shuffled
from tests.debtor.words import Fact

invoices = st.lists(KINDS[InvoiceIssued], min_size=1, max_size=4)
others = st.lists(
    st.one_of([KINDS[PaymentReceived], KINDS[PromiseMade], st.one_of([*KINDS.values()])]),
    max_size=4,
)
rarely = st.sampled_from([False, False, False, True])
payment_names = st.sampled_from([*PAYMENTS, "S", "T", "U"])


@st.composite
def good_payers(draw: st.DrawFn) -> list[Fact]:
    """Invoices, most of them paid in full and by name, and whatever else is said."""
    issued = draw(invoices)
    events = [*issued, *draw(others)]
    events += [draw(payments_of(each)) for each in issued if not draw(rarely)]
    facts = list(zip(draw(shuffled(len(events))), events, strict=True))
    return draw(st.permutations(facts))


CONTESTED = (DisputeOpened, DisputeResolved, PaymentReceived)
contested = st.lists(st.one_of([KINDS[kind] for kind in CONTESTED]), max_size=2)
AT_RISK = (OrderConfirmed, OrderCancelled, ShipmentDispatched, GoodsReturned)
at_risk = st.lists(st.one_of([KINDS[kind] for kind in AT_RISK]), max_size=2)
promised = st.lists(KINDS[PromiseMade], min_size=1, max_size=3)


@st.composite
def promisors(draw: st.DrawFn) -> list[Fact]:
    """Invoices of which most stay open, promised or contested, and more that is ordered."""
    events = [*draw(invoices), *draw(promised), *draw(contested), *draw(at_risk)]
    facts = list(zip(draw(shuffled(len(events))), events, strict=True))
    return draw(st.permutations(facts))


@st.composite
def payments_of(draw: st.DrawFn, each: Event) -> PaymentReceived:
    assert isinstance(each, InvoiceIssued)
    line = Remittance(invoice=each.invoice, amount=each.amount)
    paid = PaymentReceived(
        company=each.company,
        payment=draw(payment_names),
        amount=each.amount,
        currency=each.currency,
        value_on=draw(days),
        remittance=(line,),
    )
    if draw(rarely):
        paid = structs.replace(paid, amount="80.00")
    if draw(rarely):
        paid = structs.replace(paid, remittance=(*paid.remittance, line))
    if draw(rarely):
        paid = structs.replace(paid, currency="CNY", company="main")
    return paid
