"""The words in which the tests of the debtor speak: facts by day of January 2026, given and when.

Day 1 is 1 January 2026; amounts are in yuan, unless said otherwise.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from huikuan.debtor.account import Account, new_account
from huikuan.debtor.conservation import imbalances
from huikuan.debtor.fold import advance, receive, refold
from huikuan.debtor.setting import Setting, adopt, open_day
from huikuan.debtor.standing import Line, Standing, standing
from huikuan.events import cash, promises, relations, sales
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted

Fact = tuple[str, Event]


def day(number: int) -> date:
    return date(2025, 12, 31) + timedelta(days=number)


def invoice(name: str, amount: str, *, on: int, due: int | None = None, **more: Any) -> Event:
    return sales.InvoiceIssued(
        invoice=name,
        amount=amount,
        currency=more.pop("currency", "CNY"),
        issued_on=day(on),
        due_on=None if due is None else day(due),
        **more,
    )


def payment(name: str, amount: str, *, on: int, pays: Any = (), **more: Any) -> Event:
    if isinstance(pays, str):
        pays = (cash.Remittance(invoice=pays, amount=amount),)
    return cash.PaymentReceived(
        payment=name,
        amount=amount,
        currency=more.pop("currency", "CNY"),
        value_on=day(on),
        remittance=tuple(pays),
        **more,
    )


def names(invoice: str, amount: str, **more: Any) -> cash.Remittance:
    return cash.Remittance(invoice=invoice, amount=amount, **more)


def credit(name: str, amount: str, *, on: int, **more: Any) -> Event:
    return cash.CreditNoteIssued(
        credit_note=name,
        amount=amount,
        currency=more.pop("currency", "CNY"),
        issued_on=day(on),
        **more,
    )


def reversal(payment: str, amount: str | None = None, *, on: int, **more: Any) -> Event:
    return cash.PaymentReversed(payment=payment, amount=amount, reversed_on=day(on), **more)


def dispute(name: str, invoice: str, amount: str, *, on: int, **more: Any) -> Event:
    return relations.DisputeOpened(
        dispute=name, invoice=invoice, amount=amount, reason="quality", opened_on=day(on), **more
    )


def resolved(dispute: str, outcome: Any, *, on: int, accepted: str | None = None) -> Event:
    return relations.DisputeResolved(
        dispute=dispute, outcome=outcome, on=day(on), accepted_amount=accepted
    )


def promise(name: str, amount: str, *, on: int, due: int | None = None, **more: Any) -> Event:
    return promises.PromiseMade(
        promise=name,
        amount=amount,
        currency=more.pop("currency", "CNY"),
        made_on=day(on),
        due_on=None if due is None else day(due),
        **more,
    )


def policy(*, on: int = 1, version: str = "p1", **document: Any) -> PolicyAdopted:
    return PolicyAdopted(version=version, effective_on=day(on), document=document)


class Story:
    """A debtor's story: facts arrive on the open day; the account is followed as a runner would."""

    def __init__(self) -> None:
        self.setting = Setting()
        self.account: Account = new_account("acme")
        self.facts: list[Fact] = []

    def when(self, *said: Event | PolicyAdopted | int) -> "Story":
        """Facts arrive in this order; a number opens the days up to it."""
        for each in said:
            if isinstance(each, int):
                open_day(self.setting, BusinessDayOpened(date=day(each)))
                advance(self.account, self.setting)
            elif isinstance(each, PolicyAdopted):
                if adopt(self.setting, each):
                    refold(self.account, self.facts, self.setting)
            else:
                self.hears((f"e{len(self.facts):03}", each))
        return self

    def hears(self, fact: Fact) -> None:
        self.facts.append(fact)
        event_id, event = fact
        if not receive(self.account, event, event_id, self.setting):
            refold(self.account, self.facts, self.setting)
        assert imbalances(self.account) == [], "law 4"

    def standing(self, number: int | None = None) -> Standing:
        """What stands on the open day, or on another."""
        on = self.setting.open_on if number is None else day(number)
        assert on is not None
        return standing(self.account, on, self.setting)

    def line(self, invoice: str, instalment: str = "", *, on: int | None = None) -> Line:
        (line,) = (
            line
            for line in self.standing(on).lines
            if (line.item, line.instalment) == (invoice, instalment)
        )
        return line

    def open(self, on: int | None = None) -> dict[str, int]:
        """What is open, per invoice or invoice/instalment, in minor units."""
        return {
            f"{line.item}/{line.instalment}".rstrip("/"): line.open_minor
            for line in self.standing(on).lines
        }

    def dunnable(self, on: int | None = None) -> dict[str, int]:
        return {line.item: line.dunnable_minor for line in self.standing(on).lines}

    def unapplied(self, on: int | None = None) -> int:
        return self.standing(on).sums["CNY"].unapplied_minor

    def exposure(self, on: int | None = None) -> dict[str, int]:
        """The buckets that hold something."""
        by = self.standing(on).sums["CNY"].exposure_by
        return {bucket: amount for bucket, amount in by.items() if amount}


def given(*said: Event | PolicyAdopted | int, open_on: int = 31) -> Story:
    """A story that begins with these facts, on 31 January unless said otherwise."""
    return Story().when(open_on, *said)


def told(facts: Iterable[Event]) -> list[Fact]:
    return [(f"e{at:03}", event) for at, event in enumerate(facts)]
