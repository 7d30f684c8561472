"""A debtor's account: the things that facts made, and the dated journal of what happened to them.

The journal tells what changed after a thing was made; it grows only at its end, so an earlier
day is the account with the journal's end undone (``huikuan.debtor.rewind``).
"""

import msgspec

from huikuan.debtor.dealings import (
    Cover,
    Dispute,
    DueRule,
    Limit,
    Milestone,
    Order,
    Override,
    Pause,
    Profile,
    Promise,
    Proof,
    Shipment,
    Signal,
)
from huikuan.debtor.things import (
    Bill,
    Book,
    Claim,
    Clearing,
    Day,
    Entry,
    Item,
    Money,
    Refund,
    Reversal,
)


class Waiting(msgspec.Struct, array_like=True, gc=False):
    """A fact that does not count yet, with its canonical key; ``value`` as on the log."""

    on: Day
    rank: int
    name: str
    id: str
    type: str
    value: bytes


class Early(msgspec.Struct, array_like=True, gc=False):
    """A fact about something that does not exist yet, kept until ``thing`` comes."""

    thing: str
    id: str
    type: str
    value: bytes


class Index:
    """Where to find things by name; made when first needed, never written."""

    __slots__ = ("credits", "invoices", "orders", "payments", "promises", "shipments")

    def __init__(self, account: "Account") -> None:
        # Plain loops: an account that begins has nothing to list, and asking costs.
        self.invoices: dict[str, int] = {}
        self.payments: dict[str, int] = {}
        self.credits: dict[str, int] = {}
        self.orders: dict[str, int] = {}
        self.shipments: dict[str, int] = {}
        self.promises: dict[str, int] = {}
        for at, item in enumerate(account.items):
            if not item.cancelled:
                name = name_of(account.books[item.book].company, item.invoice)
                self.invoices.setdefault(name, at)
        for at, money in enumerate(account.moneys):
            names = self.credits if money.credit else self.payments
            names[name_of(account.books[money.book].company, money.id)] = at
        for at, order in enumerate(account.orders):
            self.orders[order.name] = at
        for at, shipment in enumerate(account.shipments):
            self.shipments[shipment.name] = at
        for at, promise in enumerate(account.promises):
            self.promises[promise.name] = at


Key = tuple[Day, int, str, str]
"""A canonical key (``huikuan.events.codec``) with its date as a day number."""

BEFORE_ALL: Key = (0, 0, "", "")


class Account(msgspec.Struct, array_like=True, gc=False):
    """A debtor's receivables as the facts rebuild them. What is rare lies in tuples."""

    debtor: str
    last_key: Key = BEFORE_ALL
    """Of the last fact folded; an earlier one asks for a refold."""
    books: list[Book] = []
    items: list[Item] = []
    moneys: list[Money] = []
    journal: list[Entry] = []
    orders: list[Order] = []
    shipments: list[Shipment] = []
    promises: list[Promise] = []
    covers: list[Cover] = []
    disputes: tuple[Dispute, ...] = ()
    pauses: tuple[Pause, ...] = ()
    limits: tuple[Limit, ...] = ()
    profiles: tuple[Profile, ...] = ()
    claims: tuple[Claim, ...] = ()
    clearings: tuple[Clearing, ...] = ()
    reversals: tuple[Reversal, ...] = ()
    refunds: tuple[Refund, ...] = ()
    bills: tuple[Bill, ...] = ()
    due_rules: tuple[DueRule, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    early: tuple[Early, ...] = ()
    unsettled: tuple[str, ...] = ()
    """Conflicts and foreign places that nobody has settled: no new step until they are."""
    index: Index | None = None
    overrides: tuple[Override, ...] = ()
    proofs: tuple[Proof, ...] = ()
    fees: tuple[str, ...] = ()
    """The names of items that are fees of steps."""
    signals: tuple[Signal, ...] = ()


def name_of(company: str, document: str) -> str:
    """A document's name within the account; documents of two companies may share an id."""
    return document if company == "main" else f"{company}\x1f{document}"


def index_of(account: Account) -> Index:
    """Where to find the account's things by name."""
    index = account.index
    if index is None:
        index = account.index = Index(account)
    return index


def book_of(account: Account, company: str, currency: str) -> int:
    """The place of a company's and currency's book, made where it is new."""
    books = account.books
    if books and books[0].currency == currency and books[0].company == company:
        return 0  # nearly always
    for at, book in enumerate(books):
        if book.currency == currency and book.company == company:
            return at
    books.append(Book(company, currency))
    return len(books) - 1


def _leave_out(_index: object) -> None:
    """What can be found again is not written."""


_encoder = msgspec.msgpack.Encoder(enc_hook=_leave_out)
_decoder = msgspec.msgpack.Decoder(Account)


def new_account(debtor: str) -> Account:
    """The account of a debtor of whom nothing is known."""
    return Account(debtor)


def encode(account: Account) -> bytes:
    """Canonical bytes: equal accounts give equal bytes, live and refolded."""
    return _encoder.encode(account)


def decode(body: bytes) -> Account:
    """The account that ``encode`` wrote."""
    return _decoder.decode(body)
