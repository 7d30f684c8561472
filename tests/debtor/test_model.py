"""Allocation against a model that is slow and plain: everything sorted anew for every payment."""

from hypothesis import given
from hypothesis import strategies as st

from huikuan.debtor.standing import standing
from huikuan.events import cash, codec, sales
from huikuan.events.fields import Event
from tests.debtor.histories import DAYS, amounts, days, later
from tests.debtor.test_laws import folded, setting_of
from tests.debtor.words import day

names = st.sampled_from("ABCDEF")
invoices: st.SearchStrategy[Event] = st.builds(
    sales.InvoiceIssued,
    invoice=names,
    amount=amounts,
    currency=st.just("CNY"),
    issued_on=days,
    due_on=later,
)


@st.composite
def payments(draw: st.DrawFn) -> Event:
    """Money for what its lines name, and perhaps more."""
    lines = draw(st.lists(st.builds(cash.Remittance, amount=amounts, invoice=names), max_size=2))
    more_minor = draw(st.sampled_from([0, 0, 1000, 5000])) if lines else 3000
    amount_minor = more_minor + sum(codec.minor(line.amount) for line in lines)
    return cash.PaymentReceived(
        payment=str(draw(st.uuids())),
        amount=codec.amount_of(amount_minor, "CNY"),
        currency="CNY",
        value_on=draw(days),
        remittance=tuple(lines),
    )


def plainly(events: list[Event]) -> tuple[dict[str, int], int]:
    """What is open per invoice, and what is unapplied."""
    opened: dict[str, int] = {}
    due: dict[str, tuple[object, str]] = {}
    free: list[int] = []
    held: list[tuple[int, str, int]] = []
    numbered = sorted(
        enumerate(events), key=lambda pair: codec.canonical_key(pair[1], f"e{pair[0]:02}")
    )

    def use(money: int, invoice: str, wanted: int) -> None:
        mine = sum(kept for holder, _, kept in held if holder == money)
        part = max(0, min(wanted, opened[invoice], free[money] - mine))
        opened[invoice] -= part
        free[money] -= part

    for _, event in numbered:
        if isinstance(event, sales.InvoiceIssued) and event.invoice not in opened:
            opened[event.invoice] = codec.minor(event.amount)
            due[event.invoice] = (event.due_on, event.invoice)
            meant = [hold for hold in held if hold[1] == event.invoice]
            held = [hold for hold in held if hold[1] != event.invoice]
            for money, invoice, kept in meant:
                use(money, invoice, kept)
        elif isinstance(event, cash.PaymentReceived):
            money = len(free)
            free.append(codec.minor(event.amount))
            for line in event.remittance:
                wanted = codec.minor(line.amount)
                if line.invoice in opened:
                    use(money, str(line.invoice), wanted)
                else:
                    mine = sum(kept for holder, _, kept in held if holder == money)
                    held.append((money, str(line.invoice), min(wanted, free[money] - mine)))
        for money in range(len(free)):
            for invoice in sorted(opened, key=due.__getitem__):
                use(money, invoice, free[money])
    return {name: amount for name, amount in opened.items() if amount}, sum(free)


@given(st.lists(invoices | payments(), max_size=14))
def test_allocation_does_what_the_plain_model_does(events: list[Event]) -> None:
    setting = setting_of({}, DAYS)
    account = folded([(f"e{at:02}", event) for at, event in enumerate(events)], setting)
    stands = standing(account, day(DAYS), setting)
    unapplied = stands.sums["CNY"].unapplied_minor if events else 0
    shown = ({line.item: line.open_minor for line in stands.lines}, unapplied)
    assert shown == plainly(events)
