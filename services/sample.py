"""A portfolio made by seed: debtors large and small, good and bad, as their ERP would report them.

The same seed gives the same facts, ids and amounts on every machine. Nothing here is real.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from heapq import merge
from itertools import count

import msgspec

from huikuan.events.cash import (
    CreditNoteIssued,
    PaymentReceived,
    PaymentReversed,
    Remittance,
)
from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import (
    CreditLimitSet,
    DebtorRegistered,
    DisputeOpened,
    DisputeResolved,
)
from huikuan.events.sales import Covers, InvoiceIssued, OrderConfirmed, ShipmentDispatched

SOURCE = "huikuan-sample"


class Payer(msgspec.Struct, frozen=True):
    """How a kind of debtor behaves. Shares are percent."""

    segment: str
    weight: int
    late_days: tuple[int, int]
    unpaid: int
    partial: int
    promises: int
    disputes: int
    bounces: int


PAYERS = (
    Payer("prompt", 50, (-6, 2), 0, 2, 0, 1, 0),
    Payer("slow", 30, (1, 25), 0, 8, 10, 3, 0),
    Payer("squeezed", 12, (10, 60), 6, 30, 40, 4, 2),
    Payer("disputing", 5, (0, 30), 2, 10, 10, 25, 0),
    Payer("bad", 3, (30, 120), 35, 40, 60, 5, 6),
)


class Fact(msgspec.Struct, frozen=True, order=True):
    """One event of the portfolio and the date on which it becomes known."""

    known_on: date
    debtor: str
    ordinal: int
    event: Event

    @property
    def id(self) -> str:
        """Unique in the portfolio."""
        return f"{self.debtor}/{self.ordinal}"


def portfolio(
    seed: int,
    debtors: int,
    first_on: date,
    days: int,
    currency: str = "CNY",
    invoices_per_debtor: int = 12,
) -> Iterator[Fact]:
    """Every fact of the portfolio in the order in which it becomes known."""
    return merge(
        *(
            _debtor(random.Random(f"{seed}/{n}"), n, first_on, days, currency, invoices_per_debtor)  # noqa: S311 - a portfolio by seed, no secret
            for n in range(debtors)
        ),
        key=lambda fact: (fact.known_on, fact.debtor, fact.ordinal),
    )


def _debtor(
    draw: random.Random, n: int, first_on: date, days: int, currency: str, invoices: int
) -> list[Fact]:
    name = f"D{n:06d}"
    payer = draw.choices(PAYERS, [kind.weight for kind in PAYERS])[0]
    terms_days = draw.choice((15, 30, 30, 30, 60))
    size_minor = int(draw.lognormvariate(12.5, 1.1))
    start_on = first_on + timedelta(days=draw.randrange(max(1, days // 4)))
    told: list[tuple[date, Event]] = [
        (start_on, DebtorRegistered(on=start_on, segment=payer.segment, terms_days=terms_days)),
        (
            start_on,
            CreditLimitSet(amount=_text(size_minor * 6), currency=currency, effective_on=start_on),
        ),
    ]
    span = max(1, days - (start_on - first_on).days - 5)
    for number in range(draw.randint(max(1, invoices // 2), invoices + invoices // 2)):
        ordered_on = start_on + timedelta(days=draw.randrange(span))
        told += _deal(
            draw, payer, f"{name}-{number:04d}", ordered_on, terms_days, size_minor, currency
        )
    last_on = first_on + timedelta(days=days - 1)
    told = sorted((fact for fact in told if fact[0] <= last_on), key=lambda fact: fact[0])
    ordinals = count()
    return [Fact(on, name, next(ordinals), event) for on, event in told]


def _deal(
    draw: random.Random,
    payer: Payer,
    number: str,
    ordered_on: date,
    terms_days: int,
    size_minor: int,
    currency: str,
) -> Iterator[tuple[date, Event]]:
    amount_minor = max(100, int(size_minor * draw.uniform(0.3, 1.8)))
    amount = _text(amount_minor)
    shipped_on = ordered_on + timedelta(days=draw.randint(0, 3))
    issued_on = shipped_on + timedelta(days=draw.randint(0, 2))
    due_on = issued_on + timedelta(days=terms_days)
    if draw.random() < 0.5:
        yield (
            ordered_on,
            OrderConfirmed(order=f"O{number}", amount=amount, currency=currency, on=ordered_on),
        )
    yield (
        shipped_on,
        ShipmentDispatched(
            shipment=f"S{number}", amount=amount, currency=currency, dispatched_on=shipped_on
        ),
    )
    yield (
        issued_on,
        InvoiceIssued(
            invoice=number,
            amount=amount,
            currency=currency,
            issued_on=issued_on,
            due_on=due_on,
            covers=(Covers(amount=amount, shipment=f"S{number}"),),
        ),
    )
    yield from _trouble(draw, payer, number, due_on, amount_minor, currency)
    yield from _settlement(draw, payer, number, due_on, amount_minor, currency)


def _trouble(
    draw: random.Random, payer: Payer, number: str, due_on: date, amount_minor: int, currency: str
) -> Iterator[tuple[date, Event]]:
    if draw.randrange(100) < payer.disputes:
        yield from _dispute(draw, number, due_on, amount_minor // draw.randint(1, 4), currency)
    if draw.randrange(100) < payer.promises:
        made_on = due_on + timedelta(days=draw.randint(1, 15))
        yield (
            made_on,
            PromiseMade(
                promise=f"P{number}",
                amount=_text(amount_minor),
                currency=currency,
                made_on=made_on,
                due_on=made_on + timedelta(days=draw.randint(3, 14)),
                invoices=(number,),
                channel="phone",
            ),
        )


def _dispute(
    draw: random.Random, number: str, due_on: date, contested_minor: int, currency: str
) -> Iterator[tuple[date, Event]]:
    opened_on = due_on - timedelta(days=draw.randint(1, 10))
    ends_on = opened_on + timedelta(days=draw.randint(5, 40))
    dispute, contested = f"X{number}", _text(contested_minor)
    yield (
        opened_on,
        DisputeOpened(
            dispute=dispute,
            invoice=number,
            amount=contested,
            reason=draw.choice(("quality", "quantity", "price")),
            opened_on=opened_on,
        ),
    )
    if draw.random() < 0.6:
        yield ends_on, DisputeResolved(dispute=dispute, outcome="rejected", on=ends_on)
        return
    yield ends_on, DisputeResolved(dispute=dispute, outcome="upheld", on=ends_on)
    yield (
        ends_on,
        CreditNoteIssued(
            credit_note=f"C{number}",
            amount=contested,
            currency=currency,
            issued_on=ends_on,
            invoice=number,
            dispute=dispute,
        ),
    )


def _settlement(
    draw: random.Random, payer: Payer, number: str, due_on: date, amount_minor: int, currency: str
) -> Iterator[tuple[date, Event]]:
    if draw.randrange(100) < payer.unpaid:
        return
    parts = 2 if draw.randrange(100) < payer.partial else 1
    value_on = due_on + timedelta(days=draw.randint(*payer.late_days))
    for part in range(parts):
        share_minor = amount_minor // parts + (amount_minor % parts if part == 0 else 0)
        payment = PaymentReceived(
            payment=f"R{number}-{part}",
            amount=_text(share_minor),
            currency=currency,
            value_on=value_on,
            remittance=(
                (Remittance(amount=_text(share_minor), invoice=number),)
                if draw.random() < 0.85
                else ()
            ),
        )
        # The bank's file comes on the evening of the same day, or a day or two later.
        known_on = value_on + timedelta(days=draw.choice((0, 0, 0, 1, 2)))
        yield known_on, payment
        if draw.randrange(100) < payer.bounces:
            back_on = known_on + timedelta(days=draw.randint(1, 6))
            yield (
                back_on,
                PaymentReversed(payment=payment.payment, reversed_on=back_on, reason="bounced"),
            )
        value_on += timedelta(days=draw.randint(5, 30))


def _text(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"
