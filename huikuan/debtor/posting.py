"""What is open and what is unapplied: every change of either, and the journal entry that tells it.

All goes through here, so that items, moneys, books and the journal never disagree.
"""

from bisect import insort
from collections.abc import Iterable

from huikuan.debtor.account import Account
from huikuan.debtor.things import NOTHING, Claim, Day, Entry, Kind, due_key

Allocated = tuple[int, int, int]
"""(item, money, amount_minor) of an allocation that stands."""


def open_item(account: Account, at: int) -> None:
    """Put an item among its book's open ones."""
    item = account.items[at]
    items = account.items
    opened = account.books[item.book].open
    if not opened or items[opened[-1]].due_on < item.due_on:
        opened.append(at)
    else:
        insort(opened, at, key=lambda each: due_key(items[each], each))


def move_open_item(account: Account, at: int, due_on: Day, on: Day) -> None:
    """Give an item another due date."""
    item = account.items[at]
    if item.due_on == due_on:
        return
    account.journal.append(Entry(on, Kind.DUE, at, NOTHING, item.due_on))
    item.due_on = due_on
    if item.open_minor:
        account.books[item.book].open.remove(at)
        open_item(account, at)


def pay(account: Account, on: Day, kind: Kind, at: int, money_at: int, amount_minor: int) -> None:
    """Allocate an amount that is free and open."""
    item = account.items[at]
    money = account.moneys[money_at]
    item.open_minor -= amount_minor
    money.free_minor -= amount_minor
    account.journal.append(Entry(on, kind, at, money_at, amount_minor))
    book = account.books[item.book]
    if not item.open_minor:
        book.open.remove(at)
    if not money.free_minor and money_at in book.free:
        book.free.remove(money_at)


def unpay(account: Account, on: Day, kind: Kind, at: int, money_at: int, amount_minor: int) -> None:
    """Take an allocation back: the item opens again, the money is unapplied again."""
    account.journal.append(Entry(on, kind, at, money_at, -amount_minor))
    raise_open(account, at, amount_minor)
    raise_free(account, money_at, amount_minor)


def reduce_open(account: Account, entry: Entry) -> None:
    """Take what is written off, discounted or cancelled from what is open of an item."""
    if entry.amount_minor <= 0:
        return
    item = account.items[entry.item]
    item.open_minor -= entry.amount_minor
    account.journal.append(entry)
    if not item.open_minor:
        account.books[item.book].open.remove(entry.item)


def raise_open(account: Account, at: int, amount_minor: int) -> None:
    """Open an item again by an amount."""
    item = account.items[at]
    was_open = item.open_minor
    item.open_minor += amount_minor
    if not was_open and item.open_minor:
        open_item(account, at)


def raise_free(account: Account, money_at: int, amount_minor: int) -> None:
    """Let an amount of a money be unapplied again."""
    money = account.moneys[money_at]
    money.free_minor += amount_minor
    free = account.books[money.book].free
    if money.free_minor and money_at not in free:
        insort(free, money_at)


def spend(account: Account, on: Day, kind: Kind, money_at: int, amount_minor: int) -> None:
    """Unapplied money leaves the account: reversed or refunded."""
    money = account.moneys[money_at]
    money.free_minor -= amount_minor
    money.gone_minor += amount_minor
    account.journal.append(Entry(on, kind, NOTHING, money_at, amount_minor))
    if not money.free_minor:
        free = account.books[money.book].free
        if money_at in free:
            free.remove(money_at)
    trim_claims(account, money_at)


def claimed_minor(account: Account, money_at: int) -> int:
    """How much of a money's unapplied part is kept for something."""
    if not account.claims:
        return 0
    return sum(claim.amount_minor for claim in account.claims if claim.money == money_at)


def trim_claims(account: Account, money_at: int) -> None:
    """Let the newest claims go where a money has less unapplied than they claim."""
    if not account.claims:
        return
    over_minor = claimed_minor(account, money_at) - account.moneys[money_at].free_minor
    kept: list[Claim] = []
    for claim in reversed(account.claims):
        if claim.money == money_at and over_minor > 0:
            part = min(over_minor, claim.amount_minor)
            over_minor -= part
            claim.amount_minor -= part
        if claim.amount_minor:
            kept.append(claim)
    account.claims = tuple(reversed(kept))


def allocations(
    account: Account, kind: Kind, *, money: int = NOTHING, item: int = NOTHING
) -> list[Allocated]:
    """The allocations of one kind that stand, of one money or to one item, newest first."""
    taken: dict[tuple[int, int], int] = {}
    standing: list[Allocated] = []
    for entry in reversed(account.journal):
        if entry.kind is not kind or money not in (NOTHING, entry.money):
            continue
        if item not in (NOTHING, entry.item):
            continue
        pair = (entry.item, entry.money)
        back = taken.get(pair, 0)
        if entry.amount_minor < 0:
            taken[pair] = back - entry.amount_minor
            continue
        taken[pair] = max(0, back - entry.amount_minor)
        if entry.amount_minor > back:
            standing.append((entry.item, entry.money, entry.amount_minor - back))
    return standing


def free_assumed(
    account: Account, on: Day, stood: Iterable[Allocated], amount_minor: int, kind: Kind
) -> None:
    """Take back allocations, in the order given, up to an amount."""
    for at, money_at, allocated_minor in stood:
        part = min(allocated_minor, amount_minor)
        if part <= 0:
            return
        unpay(account, on, kind, at, money_at, part)
        amount_minor -= part


def evict(account: Account, at: int, on: Day, amount_minor: int) -> int:
    """Free money that was assumed to pay an item, up to an amount; how much, in minor units."""
    if amount_minor <= 0:
        return 0
    before = account.items[at].open_minor
    assumed = allocations(account, Kind.ASSUMED, item=at)
    free_assumed(account, on, assumed, amount_minor, Kind.ASSUMED)
    return account.items[at].open_minor - before
