"""When the first of a debtor's invoices may come of age, known before his facts are folded.

Who pays each invoice in full and by its name before it comes of age can be demanded nothing, and
of good payers so much can be told from their facts one by one.
"""

from datetime import date
from typing import NamedTuple

from huikuan.debtor.account import Account, index_of, name_of
from huikuan.debtor.things import NEVER, Day
from huikuan.events.cash import PaymentReceived, Remittance
from huikuan.events.codec import amount_of, effective_on, minor
from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import CreditLimitSet, DebtorRegistered, DebtorUpdated
from huikuan.events.sales import (
    GoodsReturned,
    InvoiceIssued,
    OrderCancelled,
    OrderConfirmed,
    ShipmentDispatched,
)
from services.notifier.domain.ladder import Ladder

_OPENS_NOTHING: frozenset[type[Event]] = frozenset(
    {
        DebtorRegistered,
        DebtorUpdated,
        CreditLimitSet,
        OrderConfirmed,
        OrderCancelled,
        ShipmentDispatched,
        GoodsReturned,
    }
)


class Owed(NamedTuple):
    """What a payment by name must pay, and the first day on which a step may be demanded for it."""

    currency: str
    amount: str
    """Empty where it has parts: then it is taken to stay open."""
    loud_on: Day


class Unpaid:
    """What may come of age: an account's open items, and what later facts leave open.

    Those facts may come in any order, but each sorts after all that was folded. Whichever of them
    are known, nothing is demanded before ``loud_on``: a payment takes what was only assumed to pay
    the items it names, and pays as much of them itself; and no other fact that is taken opens
    anything but an invoice of its own.
    """

    def __init__(self, account: Account, ladder: Ladder) -> None:
        ages, self._payments = ladder.earliest_age, index_of(account).payments
        self._paying = set[str]()
        self._age = ages[bool(account.promises)]
        self._takes_promises = ages[0] == ages[1] or bool(account.promises)
        self._from_invoice = ladder.reading.aging.from_invoice
        self._owed = dict[str, Owed]()
        self.loud_on = NEVER
        """The first day on which a step may be demanded, if no other fact comes."""
        for book in account.books:
            for at in book.open:
                item = account.items[at]
                name = name_of(book.company, item.invoice)
                amount = "" if item.instalment else amount_of(item.open_minor, book.currency)
                owed = Owed(book.currency, amount, self._loud_on(item.on, item.due_on))
                if name in self._owed:  # another part of it, due later
                    owed = owed._replace(amount="", loud_on=self._owed[name].loud_on)
                self._owe(name, owed)

    def take(self, event: Event) -> bool:
        """Take a fact that comes next; False where what it opens cannot be told without folding."""
        if type(event) is InvoiceIssued:
            return self._invoice(event)
        if type(event) is PaymentReceived:
            return self._pay(event)
        return type(event) in _OPENS_NOTHING or (
            type(event) is PromiseMade and self._takes_promises
        )

    def _invoice(self, event: InvoiceIssued) -> bool:
        name = name_of(event.company, event.invoice)
        if event.due_after is not None or name in self._owed:
            return False
        due_on = event.due_on
        if due_on is None:
            due_on = min([part.due_on for part in event.instalments], default=date.max)
        amount = "" if event.instalments else event.amount
        loud_on = self._loud_on(event.issued_on.toordinal(), due_on.toordinal())
        self._owe(name, Owed(event.currency, amount, loud_on))
        return True

    def _loud_on(self, on: Day, due_on: Day) -> Day:
        return min((on if self._from_invoice else due_on) + self._age, NEVER)

    def _owe(self, name: str, owed: Owed) -> None:
        self._owed[name] = owed
        self.loud_on = min(self.loud_on, owed.loud_on)

    def _pay(self, event: PaymentReceived) -> bool:
        payment = name_of(event.company, event.payment)
        if payment in self._payments or payment in self._paying:
            return False
        self._paying.add(payment)
        if _is_enough(event):
            for line in event.remittance:
                if line.invoice is not None:
                    self._close(event, line, name_of(event.company, line.invoice))
        return True

    def _close(self, event: PaymentReceived, line: Remittance, name: str) -> None:
        """See whether a payment closes an invoice before anything can be demanded for it."""
        owed = self._owed.get(name)
        if owed is None or owed.amount != line.amount or owed.currency != event.currency:
            return
        if effective_on(event).toordinal() < owed.loud_on:
            self._owed[name] = owed._replace(loud_on=NEVER)
            if owed.loud_on == self.loud_on:
                self.loud_on = min([each.loud_on for each in self._owed.values()])


def _is_enough(event: PaymentReceived) -> bool:
    """Whether a payment has all that its lines say."""
    lines = event.remittance
    if len(lines) == 1 and lines[0].amount == event.amount:
        return True  # nearly always
    return sum([minor(line.amount) for line in lines]) <= minor(event.amount)
