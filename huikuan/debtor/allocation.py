"""Which items money pays (收款核销): the items named first, then the oldest due."""

from collections.abc import Sequence
from datetime import date

from huikuan.debtor.account import Account, index_of, name_of
from huikuan.debtor.disputes import shields
from huikuan.debtor.posting import claimed_minor, evict, pay, reduce_open, spend
from huikuan.debtor.setting import Setting, terms_on
from huikuan.debtor.things import ASSUMED, NAMED, Book, Day, Entry, Item, Kind


def items_named(
    account: Account, company: str, invoice: str, instalment: str | None = None
) -> list[int]:
    """The living items of an invoice, oldest due first; an unknown instalment means all."""
    first = index_of(account).invoices.get(name_of(company, invoice))
    if first is None:
        return []
    items = account.items
    one = items[first]
    if not one.instalment:
        return [first]
    run = []
    for at in range(first, len(items)):
        item = items[at]
        if item.invoice != one.invoice or item.book != one.book or item.cancelled:
            break
        run.append(at)
    named = [at for at in run if items[at].instalment == instalment]
    return named or sorted(run, key=lambda at: (items[at].due_on, items[at].instalment))


def pay_named(
    account: Account,
    on: Day,
    money_at: int,
    named: Sequence[int],
    amount_minor: int,
    discount_minor: int = 0,
) -> None:
    """Pay items as the remittance says, then discount them.

    What was only assumed to pay them gives way; ``settle`` then finds it another use.
    """
    money = account.moneys[money_at]
    amount_minor = min(amount_minor, money.free_minor - claimed_minor(account, money_at))
    lacking = amount_minor - sum([account.items[at].open_minor for at in named])
    for at in named:
        if lacking > 0 and account.items[at].book == money.book:
            lacking -= evict(account, at, on, lacking)
    for at in named:
        item = account.items[at]
        part = min(item.open_minor, amount_minor)
        if part > 0 and item.book == money.book:
            pay(account, on, NAMED, at, money_at, part)
            amount_minor -= part
    for at in named:
        item = account.items[at]
        part = min(item.open_minor, discount_minor)
        if part > 0 and item.book == money.book:
            reduce_open(account, Entry(on, Kind.DISCOUNTED, at, money_at, part))
            discount_minor -= part


def settle(account: Account, book_at: int, on: Day, setting: Setting) -> None:
    """Give a book's unapplied money its use: the oldest due items, then refunds that wait."""
    book = account.books[book_at]
    if book.free and book.open:
        terms = terms_on(setting, date.fromordinal(on))
        if terms.allocate == "oldest_due":
            shielded = shields(account, book_at, on, terms) if account.disputes else {}
            if account.fees:
                shielded = shielded | _fees(account, book)
            for money_at in tuple(book.free):
                _assume(account, book, money_at, on, shielded)
    if book.free and account.refunds:
        refund_waiting(account, book_at, on)


def _fees(account: Account, book: Book) -> dict[int, int]:
    """What is open of a book's fees: they come after all else, as disputed parts do."""
    names, items = account.fees, account.items
    return {
        at: items[at].open_minor
        for at in book.open
        if name_of(book.company, items[at].invoice) in names
    }


def _assume(account: Account, book: Book, money_at: int, on: Day, shielded: dict[int, int]) -> None:
    """Assume that money pays what is oldest due, disputed parts and fees last."""
    spendable = account.moneys[money_at].free_minor - claimed_minor(account, money_at)
    for disputed_too in (False, True):
        for at in tuple(book.open):
            if spendable <= 0:
                return
            item = account.items[at]
            kept = 0 if disputed_too else shielded.get(at, 0)
            part = min(spendable, _payable_minor(item, kept))
            if part > 0:
                pay(account, on, ASSUMED, at, money_at, part)
                spendable -= part
        if not shielded:
            return


def _payable_minor(item: Item, kept_minor: int) -> int:
    return item.open_minor - min(kept_minor, item.open_minor)


def refund_waiting(account: Account, book_at: int, on: Day) -> None:
    """Pay refunds that wait from unapplied money, that which nothing claims first."""
    book = account.books[book_at]
    for refund in account.refunds:
        if refund.book != book_at:
            continue
        for claimed_too in (False, True):
            for money_at in tuple(book.free):
                kept = 0 if claimed_too else claimed_minor(account, money_at)
                part = min(refund.amount_minor, account.moneys[money_at].free_minor - kept)
                if part > 0:
                    spend(account, on, Kind.REFUNDED, money_at, part)
                    refund.amount_minor -= part
    account.refunds = tuple(refund for refund in account.refunds if refund.amount_minor)
