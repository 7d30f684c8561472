"""Any history: facts of every kind about few documents, so that they meet in every way."""

from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from huikuan.events import cash, notifier, promises, relations, sales
from huikuan.events.fields import Event
from tests.debtor.words import Fact, day

DAYS = 14
INVOICES = ("A", "B", "C")
PAYMENTS = ("P", "Q", "R")
CREDITS = ("K", "L")
TIME_ZONE = "Asia/Shanghai"

days = st.integers(1, DAYS).map(day)
later = st.integers(1, DAYS + 6).map(day)
amounts = st.sampled_from(["10.00", "20.00", "30.00", "50.00", "70.00", "100.00"])
currencies = st.sampled_from(["CNY", "CNY", "CNY", "USD"])
companies = st.sampled_from(["main", "main", "main", "south"])
invoices = st.sampled_from(INVOICES)
payments = st.sampled_from(PAYMENTS)
credits_ = st.sampled_from(CREDITS)
orders = st.sampled_from(["O", "N"])
shipments = st.sampled_from(["S", "T"])
signals = st.sampled_from(["N1", "N2"])
maybe = st.none()


def fact(type_: type[Event], **fields: Any) -> st.SearchStrategy[Event]:
    return st.builds(type_, company=companies, **fields)


covers = st.lists(
    st.builds(sales.Covers, amount=amounts, order=maybe | orders, shipment=maybe | shipments),
    max_size=2,
).map(tuple)
due_afters = st.builds(
    sales.DueAfter,
    event=st.sampled_from(["delivery", "acceptance", "milestone", "invoice_receipt"]),
    days=st.integers(0, 9),
    months=st.sampled_from([0, 0, 1]),
    end_of_month=st.booleans(),
    latest_on=maybe | later,
)


def _parts(amount: str, due: list[Any]) -> tuple[sales.Instalment, ...]:
    """Two or three instalments that add up to an amount."""
    whole = int(amount.replace(".", ""))
    share = whole // len(due)
    shares = [share] * (len(due) - 1) + [whole - share * (len(due) - 1)]
    return tuple(
        sales.Instalment(
            instalment=str(at + 1), amount=f"{part // 100}.{part % 100:02}", due_on=due_on
        )
        for at, (part, due_on) in enumerate(zip(shares, due, strict=True))
    )


some_parts = st.lists(later, min_size=2, max_size=3)
when_due = st.one_of(
    st.fixed_dictionaries({"due_on": later}),
    st.fixed_dictionaries({"due_on": later}),
    st.fixed_dictionaries({"instalments": some_parts}),
    st.fixed_dictionaries({"due_after": due_afters}),
)


@st.composite
def issued(draw: st.DrawFn) -> Event:
    amount = draw(amounts)
    due: dict[str, Any] = draw(when_due)
    if "instalments" in due:
        due = {"instalments": _parts(amount, due["instalments"])}
    return sales.InvoiceIssued(
        company=draw(companies),
        invoice=draw(invoices),
        amount=amount,
        currency=draw(currencies),
        issued_on=draw(days),
        covers=draw(covers),
        **due,
    )


amended = fact(
    sales.InvoiceAmended,
    invoice=invoices,
    on=days,
    due_on=later,
) | fact(
    sales.InvoiceAmended,
    invoice=invoices,
    on=days,
    instalments=st.lists(later, min_size=2, max_size=2).map(lambda due: _parts("100.00", due)),
)
remittances = st.lists(
    st.builds(
        cash.Remittance,
        amount=amounts,
        invoice=maybe | invoices,
        instalment=maybe | st.sampled_from(["1", "2"]),
        order=maybe | orders,
        discount=maybe | st.just("5.00"),
    ),
    max_size=2,
).map(tuple)
paid = fact(
    cash.PaymentReceived,
    payment=payments,
    amount=amounts,
    currency=currencies,
    value_on=days,
    booked_on=maybe | days,
    kind=st.sampled_from(["cash", "cash", "bill"]),
    remittance=remittances,
)
credited = fact(
    cash.CreditNoteIssued,
    credit_note=credits_,
    amount=amounts,
    currency=currencies,
    issued_on=days,
    invoice=maybe | invoices,
    dispute=maybe | st.just("D"),
)
allocated = fact(
    cash.CashAllocated,
    allocation=st.sampled_from(["X", "Y"]),
    invoice=invoices,
    amount=amounts,
    on=days,
    payment=payments,
) | fact(
    cash.CashAllocated,
    allocation=st.sampled_from(["X", "Y"]),
    invoice=invoices,
    amount=amounts,
    on=days,
    credit_note=credits_,
)
sums = {"amount": amounts, "on": days}
reversals = fact(
    cash.PaymentReversed,
    payment=payments,
    reversed_on=days,
    amount=maybe | amounts,
    reversal=st.sampled_from(["V", "W"]),
)
disputed = fact(
    relations.DisputeOpened,
    dispute=st.just("D"),
    invoice=invoices,
    amount=amounts,
    reason=st.just("quality"),
    opened_on=days,
)
settled_disputes = fact(
    relations.DisputeResolved,
    dispute=st.just("D"),
    outcome=st.sampled_from(["upheld", "rejected", "partly"]),
    on=days,
    accepted_amount=maybe | amounts,
)
promised = fact(
    promises.PromiseMade,
    promise=st.sampled_from(["M", "N"]),
    amount=amounts,
    currency=currencies,
    made_on=days,
    due_on=later,
    invoices=st.lists(invoices, max_size=1).map(tuple),
    replaces=maybe | st.sampled_from(["M", "N"]),
)
fee: dict[str, st.SearchStrategy[Any]] = {
    "fee": st.sampled_from(["Y", "Z"]),
    "escalation": st.just("E"),
    "on": days,
}
charged = fact(
    notifier.FeeCharged,
    **fee,
    step=st.just("s0"),
    amount=amounts,
    currency=currencies,
    effective_on=later,
    policy_version=st.just("v"),
)
KINDS: dict[type[Event], st.SearchStrategy[Event]] = {
    sales.InvoiceIssued: issued(),
    sales.InvoiceCancelled: fact(sales.InvoiceCancelled, invoice=invoices, on=days),
    sales.InvoiceAmended: amended,
    sales.InvoiceDelivered: fact(sales.InvoiceDelivered, invoice=invoices, on=days),
    sales.MilestoneReached: fact(
        sales.MilestoneReached,
        milestone=st.just("half"),
        on=days,
        invoice=maybe | invoices,
        order=maybe | orders,
    ),
    sales.OrderConfirmed: fact(sales.OrderConfirmed, order=orders, currency=currencies, **sums),
    sales.OrderCancelled: fact(sales.OrderCancelled, order=orders, on=days),
    sales.ShipmentDispatched: fact(
        sales.ShipmentDispatched,
        shipment=shipments,
        amount=amounts,
        currency=currencies,
        dispatched_on=days,
        order=maybe | orders,
    ),
    sales.ShipmentAccepted: fact(sales.ShipmentAccepted, shipment=shipments, accepted_on=days),
    sales.GoodsReturned: fact(sales.GoodsReturned, shipment=shipments, currency=currencies, **sums),
    cash.PaymentReceived: paid,
    cash.PaymentReversed: reversals,
    cash.ReversalCancelled: fact(
        cash.ReversalCancelled, reversal=st.sampled_from(["V", "W"]), on=days
    ),
    cash.BillCleared: fact(cash.BillCleared, payment=payments, on=days),
    cash.RefundPaid: fact(
        cash.RefundPaid, refund=st.sampled_from(["F", "G"]), currency=currencies, **sums
    ),
    cash.CreditNoteIssued: credited,
    cash.CreditNoteCancelled: fact(cash.CreditNoteCancelled, credit_note=credits_, on=days),
    cash.CashAllocated: allocated,
    cash.CashDeallocated: fact(
        cash.CashDeallocated, allocation=st.sampled_from(["X", "Y"]), on=days
    ),
    cash.InvoiceWrittenOff: fact(cash.InvoiceWrittenOff, invoice=invoices, **sums),
    cash.WriteOffReversed: fact(cash.WriteOffReversed, invoice=invoices, **sums),
    relations.DisputeOpened: disputed,
    relations.DisputeResolved: settled_disputes,
    relations.DunningPaused: fact(
        relations.DunningPaused,
        pause=st.just("H"),
        from_on=days,
        until=later,
        reason=st.just("talks"),
        invoices=st.lists(invoices, max_size=1).map(tuple),
    ),
    relations.DunningResumed: fact(relations.DunningResumed, pause=st.just("H"), on=days),
    relations.OverrideSet: fact(
        relations.OverrideSet,
        override=st.sampled_from(["O", "P"]),
        step=st.sampled_from(["s0", "s1"]),
        effect=st.sampled_from(["lift", "impose"]),
        from_on=days,
        until=maybe | later,
        by=st.sampled_from(["li", "zhou"]),
        reason=st.just("flood"),
        invoices=st.lists(invoices, max_size=1).map(tuple),
    ),
    relations.OverrideEnded: fact(
        relations.OverrideEnded, override=st.sampled_from(["O", "P"]), on=days
    ),
    relations.SignalRaised: fact(
        relations.SignalRaised,
        signal=signals,
        name=st.sampled_from(["stock_dumped", "demolition"]),
        on=days,
        until=maybe | later,
        severity=st.integers(1, 2),
    ),
    relations.SignalCleared: fact(relations.SignalCleared, signal=signals, on=days),
    relations.CreditLimitSet: fact(
        relations.CreditLimitSet,
        amount=maybe | amounts,
        currency=currencies,
        effective_on=days,
        valid_until=maybe | later,
    ),
    relations.DebtorRegistered: fact(
        relations.DebtorRegistered,
        on=days,
        segment=maybe | st.just("key"),
        time_zone=maybe | st.just(TIME_ZONE),
    ),
    relations.DebtorUpdated: fact(
        relations.DebtorUpdated,
        on=days,
        segment=maybe | st.just("small"),
        time_zone=maybe | st.just(TIME_ZONE),
    ),
    promises.PromiseMade: promised,
    promises.PromiseWithdrawn: fact(
        promises.PromiseWithdrawn, promise=st.sampled_from(["M", "N"]), on=days
    ),
    notifier.FeeCharged: charged,
    notifier.FeeCancelled: fact(
        notifier.FeeCancelled, **fee, cancellation=st.just("U"), effective_on=later
    ),
}
"""One strategy for every kind of fact, and of what is folded like one."""

COVERING: tuple[type[Event], ...] = (
    relations.DisputeOpened,
    relations.DunningPaused,
    relations.OverrideSet,
    cash.PaymentReversed,
    cash.CreditNoteIssued,
    notifier.FeeCharged,
)
"""What may keep a part of what is open from counting for long; without these all of it does mostly.
"""

signs = st.one_of(
    KINDS[relations.SignalRaised], KINDS[relations.SignalRaised], KINDS[relations.SignalCleared]
)
"""Among all kinds they are too rare to meet a step that asks for them."""

USUAL: tuple[type[Event], ...] = (
    sales.InvoiceIssued,
    sales.InvoiceIssued,
    cash.PaymentReceived,
    cash.PaymentReceived,
)
"""Without these nothing else has anything to be about."""


@cache
def some_of(without: tuple[type[Event], ...], max_size: int) -> st.SearchStrategy[list[Event]]:
    """Made once: Hypothesis takes longer to check a strategy than to draw from it."""
    kinds = [kind for kind in (*KINDS, *USUAL) if kind not in without]
    return st.lists(st.one_of([KINDS[kind] for kind in kinds]), max_size=max_size)


@cache
def shuffled(count: int) -> st.SearchStrategy[list[str]]:
    return st.permutations([f"e{at:02}" for at in range(count)])


@st.composite
def histories(
    draw: st.DrawFn,
    *,
    without: tuple[type[Event], ...] = (),
    max_size: int = 10,
    one_book: bool = False,
) -> list[Fact]:
    """Facts of every kind, in any order, each with an id that says nothing about its place."""
    events = [draw(KINDS[kind]) for kind in USUAL] + draw(some_of(without, max_size))
    if one_book or draw(st.booleans()):
        events = [_in_one_book(event) for event in events]
    return list(zip(draw(shuffled(len(events))), events, strict=True))


def _in_one_book(event: Event) -> Event:
    changes = {"company": "main"}
    if "currency" in event.__struct_fields__:
        changes["currency"] = "CNY"
    return msgspec.structs.replace(event, **changes)


terms = st.fixed_dictionaries(
    {},
    optional={
        "allocate": st.sampled_from(["oldest_due", "none"]),
        "promises": st.fixed_dictionaries(
            {"tolerance_days": st.integers(0, 3), "threshold": st.sampled_from([80, 100])}
        ),
        "disputes": st.fixed_dictionaries({"shield": st.sampled_from(["open", "upheld"])}),
        "ignore_below": st.just({"CNY": "15.00"}),
    },
)
"""What a policy document may say to the fold."""
