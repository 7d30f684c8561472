"""What lies in an account: items, moneys, the journal of what happened to them, their books.

Things lie in lists in canonical order and are known by their place in the list. Dates are day
numbers inside (``date.toordinal``): they subtract, sort and take few bytes.
"""

from datetime import date
from enum import IntEnum

import msgspec

Day = int
"""A date as ``date.toordinal`` numbers it."""

NEVER: Day = date.max.toordinal()
"""The due date of an item that is not due until an event sets its date."""

NOTHING = -1
"""The place of an item or money where a journal entry is about none."""


class Kind(IntEnum):
    """What happened, in a journal entry. A negative amount takes back."""

    ASSUMED = 1  # money allocated to an item by assumption: oldest due first
    NAMED = 2  # money allocated to the item that was named
    DISCOUNTED = 3
    WRITTEN_OFF = 4
    CANCELLED = 5
    REVERSED = 6
    REFUNDED = 7
    DUE = 8  # an item got another due date; the amount is the day number of the one before
    DIVIDED = 9  # items from this one on took another's place, and are as old as it was


ASSUMED, NAMED = Kind.ASSUMED, Kind.NAMED
"""For the fold: to ask an enumeration for a member takes longer than to make an entry."""


class Entry(msgspec.Struct, array_like=True, gc=False):
    """One line of the journal."""

    on: Day
    kind: Kind
    item: int
    money: int
    amount_minor: int


class Item(msgspec.Struct, array_like=True, gc=False):
    """An invoice, or an instalment of one (应收账款)."""

    invoice: str
    instalment: str
    book: int
    on: Day
    due_on: Day
    amount_minor: int
    open_minor: int
    cancelled: bool = False


class Money(msgspec.Struct, array_like=True, gc=False):
    """A payment received, or a credit note."""

    id: str
    credit: bool
    book: int
    on: Day
    value_on: Day
    amount_minor: int
    free_minor: int
    """Unapplied (未核销收款)."""
    gone_minor: int = 0
    """Reversed or refunded."""
    names: tuple[str, ...] = ()
    """The invoices that its remittance names; of a credit note, the dispute that it answers."""


class Exposure(msgspec.Struct, array_like=True, gc=False):
    """What stood in each bucket beside the open items from a day on, in minor units."""

    on: Day
    ordered_minor: int = 0
    shipped_minor: int = 0
    bills_minor: int = 0


class Book(msgspec.Struct, array_like=True, gc=False):
    """One company's and currency's part of the account; amounts of two books never meet."""

    company: str
    currency: str
    open: list[int] = []
    """The open items, by due date, then id: allocation eats a prefix."""
    free: list[int] = []
    """The moneys that have some unapplied, in canonical order."""
    exposures: list[Exposure] = []


class Claim(msgspec.Struct, array_like=True, gc=False):
    """Unapplied money kept for an invoice that does not exist yet; for none: kept unapplied."""

    money: int
    amount_minor: int
    invoice: str = ""
    instalment: str = ""
    order: str = ""
    discount_minor: int = 0


class Clearing(msgspec.Struct, array_like=True, gc=False):
    """An allocation that the books told, as far as it took effect."""

    name: str
    money: int
    item: int
    amount_minor: int


class Reversal(msgspec.Struct, array_like=True, gc=False):
    """What a reversal took from a money, and where in the journal it did."""

    name: str
    money: int
    amount_minor: int
    start: int
    stop: int


class Refund(msgspec.Struct, array_like=True, gc=False):
    """The part of a refund that waits for unapplied money to come from."""

    book: int
    amount_minor: int
    refund: str


class Bill(msgspec.Struct, array_like=True, gc=False):
    """A bill of exchange that is not cleared yet."""

    money: int
    amount_minor: int


def due_key(item: Item, at: int) -> tuple[Day, str, str, int]:
    """The order in which items are paid: by due date, then id; no two are equal."""
    return (item.due_on, item.invoice, item.instalment, at)
