"""Conservation: nothing is lost and nothing made. What an account shows must follow from its facts.

Per item: issued = allocated + credited + discounted + written off + cancelled + open. Per money:
received = allocated + unapplied + reversed + refunded. Buckets hold what orders and shipments do.
"""

from collections.abc import Iterable, Iterator

from huikuan.debtor.account import Account
from huikuan.debtor.exposure import exposure_on, ordered_minor, shipped_minor
from huikuan.debtor.things import NEVER, Book, Kind

REDUCING = frozenset({Kind.ASSUMED, Kind.NAMED, Kind.DISCOUNTED, Kind.WRITTEN_OFF, Kind.CANCELLED})
ALLOCATING = frozenset({Kind.ASSUMED, Kind.NAMED})
LEAVING = frozenset({Kind.REVERSED, Kind.REFUNDED})


def imbalances(account: Account) -> list[str]:
    """Where an account does not add up, a sentence each; empty where it does."""
    return [
        *_items(account),
        *_moneys(account),
        *(each for at, book in enumerate(account.books) for each in _book(account, at, book)),
    ]


def all_imbalances(accounts: Iterable[tuple[str, Account]]) -> Iterator[str]:
    """Of many debtors with their accounts, each with the debtor before the sentence."""
    return (f"{debtor}: {each}" for debtor, account in accounts for each in imbalances(account))


def _items(account: Account) -> Iterator[str]:
    reduced = [0] * len(account.items)
    per_pair: dict[tuple[Kind, int, int], int] = {}
    for entry in account.journal:
        if entry.kind in REDUCING:
            reduced[entry.item] += entry.amount_minor
            pair = (entry.kind, entry.item, entry.money)
            per_pair[pair] = per_pair.get(pair, 0) + entry.amount_minor
    for (kind, at, money_at), amount_minor in per_pair.items():
        if amount_minor < 0:
            yield f"{kind.name} of item {at} by money {money_at} is {amount_minor}"
    for item, reduced_minor in zip(account.items, reduced, strict=True):
        name = f"{item.invoice} {item.instalment}".rstrip()
        if item.amount_minor != reduced_minor + item.open_minor:
            yield (
                f"{name}: {item.amount_minor} issued, {reduced_minor} reduced, "
                f"{item.open_minor} open"
            )
        if item.open_minor < 0:
            yield f"{name}: {item.open_minor} open"
        if item.cancelled and item.open_minor:
            yield f"{name}: cancelled, and {item.open_minor} open"


def _moneys(account: Account) -> Iterator[str]:
    allocated = [0] * len(account.moneys)
    gone = [0] * len(account.moneys)
    for entry in account.journal:
        if entry.kind in ALLOCATING:
            allocated[entry.money] += entry.amount_minor
            if account.items[entry.item].book != account.moneys[entry.money].book:
                yield f"money {entry.money} pays item {entry.item} of another book"
        elif entry.kind in LEAVING:
            gone[entry.money] += entry.amount_minor
    claimed = [0] * len(account.moneys)
    for claim in account.claims:
        claimed[claim.money] += claim.amount_minor
    for at, money in enumerate(account.moneys):
        if money.amount_minor != allocated[at] + money.free_minor + gone[at]:
            yield (
                f"{money.id}: {money.amount_minor} received, {allocated[at]} allocated, "
                f"{money.free_minor} unapplied, {gone[at]} reversed or refunded"
            )
        if money.gone_minor != gone[at] or not 0 <= gone[at] <= money.amount_minor:
            yield f"{money.id}: {gone[at]} gone by the journal, {money.gone_minor} by itself"
        if not claimed[at] <= money.free_minor <= money.amount_minor:
            yield f"{money.id}: {money.free_minor} unapplied, {claimed[at]} of it claimed"


def _book(account: Account, at: int, book: Book) -> Iterator[str]:
    items, name = account.items, f"{book.company} {book.currency}"
    due = [
        (item.due_on, item.invoice, item.instalment, each)
        for each, item in enumerate(items)
        if item.book == at and item.open_minor
    ]
    if [each for *_, each in sorted(due)] != book.open:
        yield f"{name}: the open items are not {book.open}"
    free = [
        each for each, money in enumerate(account.moneys) if money.book == at and money.free_minor
    ]
    if free != book.free:
        yield f"{name}: unapplied is money {free}, not {book.free}"
    last = exposure_on(book, NEVER)
    ordered = sum(ordered_minor(order) for order in account.orders if order.book == at)
    shipped = sum(shipped_minor(each) for each in account.shipments if each.book == at)
    bills = sum(
        bill.amount_minor for bill in account.bills if account.moneys[bill.money].book == at
    )
    if (last.ordered_minor, last.shipped_minor, last.bills_minor) != (ordered, shipped, bills):
        yield f"{name}: exposure is {ordered} ordered, {shipped} shipped, {bills} bills: {last}"
