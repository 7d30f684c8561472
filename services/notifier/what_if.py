"""Facts that nobody stated: what a debtor might pay, promise or contest."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from huikuan.events.cash import PaymentReceived, Remittance
from huikuan.events.codec import amount_of
from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DisputeOpened

Means = Literal["payment", "promise", "dispute"]
"""By what a step is kept off."""
MEANS: tuple[Means, ...] = ("payment", "promise", "dispute")
_NAME = "what-if"


class Part(msgspec.Struct, frozen=True):
    """Some of an item, in minor units."""

    invoice: str
    instalment: str
    amount_minor: int


class Share(msgspec.Struct, frozen=True):
    """What goes to one company in one currency; ``parts`` names items, or none."""

    company: str
    currency: str
    amount_minor: int
    parts: tuple[Part, ...] = ()


def facts_of(means: Means, shares: Sequence[Share], by: date, on: date) -> list[Event]:
    """The facts, stated on ``by``; a promise is for ``on``."""
    match means:
        case "payment":
            return [_payment(share, by) for share in shares]
        case "promise":
            return [_promise(share, by, on) for share in shares]
        case "dispute":
            return [fact for share in shares for fact in _disputes(share, by)]


def _payment(share: Share, by: date) -> Event:
    return PaymentReceived(
        company=share.company,
        payment=f"{_NAME}/{share.currency}",
        amount=amount_of(share.amount_minor, share.currency),
        currency=share.currency,
        value_on=by,
        remittance=tuple(
            Remittance(
                amount=amount_of(part.amount_minor, share.currency),
                invoice=part.invoice,
                instalment=part.instalment or None,
            )
            for part in share.parts
        ),
    )


def _promise(share: Share, by: date, on: date) -> Event:
    return PromiseMade(
        company=share.company,
        promise=f"{_NAME}/{share.currency}",
        amount=amount_of(share.amount_minor, share.currency),
        currency=share.currency,
        made_on=by,
        due_on=on,
        invoices=tuple(dict.fromkeys(part.invoice for part in share.parts)),
    )


def _disputes(share: Share, by: date) -> Iterator[Event]:
    for at, part in enumerate(share.parts):
        yield DisputeOpened(
            company=share.company,
            dispute=f"{_NAME}/{share.currency}/{at}",
            invoice=part.invoice,
            instalment=part.instalment or None,
            amount=amount_of(part.amount_minor, share.currency),
            reason="contested",
            opened_on=by,
        )
