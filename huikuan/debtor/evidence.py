"""What proves a claim if it is contested (practices 002-4, 004-8), from facts alone.

Three kinds of proof: the goods were accepted, the invoice was delivered with a proof, the debtor
acknowledged the debt (he promised to pay it, or named it in a payment). The grade counts them: A
has all three, B two, C one, D none. It says nothing about what a court will think of them.
"""

from datetime import date
from typing import Literal

import msgspec

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import Day

Grade = Literal["A", "B", "C", "D"]
ItemKey = tuple[str, str, str]
"""Company, invoice, instalment."""


class Evidence(msgspec.Struct, frozen=True):
    """Which kinds of proof there are of one item."""

    accepted: bool
    """Every shipment that the invoice bills was accepted."""
    delivered: bool
    """The invoice was delivered, and there is a proof of it."""
    acknowledged: bool
    """The debtor promised to pay it, or named it in a payment."""

    @property
    def grade(self) -> Grade:
        """A to D, by how many kinds there are."""
        grades: tuple[Grade, ...] = ("D", "C", "B", "A")
        return grades[self.accepted + self.delivered + self.acknowledged]


def evidence_on(account: Account, day: date, setting: Setting) -> dict[ItemKey, Evidence]:
    """The evidence of each open item as of a day."""
    known, on = account_on(account, day, setting), day.toordinal()
    return {
        (book.company, known.items[at].invoice, known.items[at].instalment): evidence(known, at, on)
        for book in known.books
        for at in book.open
    }


def evidence(account: Account, at: int, on: Day) -> Evidence:
    """The evidence of one item; ``account`` is as of the day ``on`` already."""
    return Evidence(
        _is_accepted(account, at, on), _is_delivered(account, at, on), _is_acknowledged(account, at)
    )


def _is_accepted(account: Account, at: int, on: Day) -> bool:
    billed = {cover.shipment for cover in account.covers if cover.item == at and cover.shipment}
    if not billed:
        return False
    accepted = {each.name for each in account.shipments if 0 < each.accepted_on <= on}
    return billed <= accepted


def _is_delivered(account: Account, at: int, on: Day) -> bool:
    if not account.proofs:
        return False
    name = _name(account, at)
    return any(proof.invoice == name and proof.on <= on for proof in account.proofs)


def _is_acknowledged(account: Account, at: int) -> bool:
    item = account.items[at]
    for promise in account.promises:
        named = item.invoice in promise.invoices if promise.invoices else item.on <= promise.on
        if named and promise.book == item.book:
            return True
    return any(
        item.invoice in money.names and not money.credit and money.amount_minor > money.gone_minor
        for money in account.moneys
        if money.book == item.book
    )


def _name(account: Account, at: int) -> str:
    item = account.items[at]
    return name_of(account.books[item.book].company, item.invoice)
