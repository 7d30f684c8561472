"""Invoices amended and written off: other due dates, debt given up (坏账核销)."""

from datetime import date

from huikuan.debtor.account import Account, index_of, name_of
from huikuan.debtor.allocation import items_named, pay_named, settle
from huikuan.debtor.items import add_instalments, keep_for_invoice, undo_item
from huikuan.debtor.posting import allocations, evict, move_open_item, raise_open, reduce_open
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NOTHING, Day, Entry, Kind
from huikuan.events.cash import InvoiceWrittenOff, WriteOffReversed
from huikuan.events.codec import minor_of
from huikuan.events.sales import InvoiceAmended


def amend(
    account: Account, event: InvoiceAmended, event_id: str, on: Day, setting: Setting
) -> None:
    """An invoice got other due dates, by which it is dunned from now on."""
    named = items_named(account, event.company, event.invoice)
    if not named:
        keep_for_invoice(account, event, event.invoice, event_id)
        return
    account.due_rules = tuple(rule for rule in account.due_rules if rule.item not in named)
    if event.due_on is not None:
        for at in named:
            move_open_item(account, at, event.due_on.toordinal(), on)
    new = {each.instalment: each for each in event.instalments}
    if new.keys() == {account.items[at].instalment for at in named}:
        for at in named:
            move_open_item(account, at, new[account.items[at].instalment].due_on.toordinal(), on)
    elif new:
        _divide(account, event, named, on)
        settle(account, account.items[named[0]].book, on, setting)


def _divide(account: Account, event: InvoiceAmended, named: list[int], on: Day) -> None:
    """Put other instalments in an item's place; money that named it pays them, oldest due first."""
    book_at = account.items[named[0]].book
    currency = account.books[book_at].currency
    paid = [each for at in named for each in reversed(allocations(account, Kind.NAMED, item=at))]
    lost = [
        (kind, money_at, amount_minor)
        for at in named
        for kind in (Kind.DISCOUNTED, Kind.WRITTEN_OFF)
        for _, money_at, amount_minor in reversed(allocations(account, kind, item=at))
    ]
    for at in named:
        undo_item(account, at, on)
        item = account.items[at]
        item.cancelled = True
        reduce_open(account, Entry(on, Kind.CANCELLED, at, NOTHING, item.open_minor))
    first = len(account.items)
    index_of(account).invoices[name_of(event.company, event.invoice)] = first
    owed_minor = sum(account.items[at].amount_minor for at in named)
    account.journal.append(Entry(on, Kind.DIVIDED, first, NOTHING, 0))
    issued_on = account.items[named[0]].on
    add_instalments(account, event.invoice, book_at, issued_on, _parts(event, currency, owed_minor))
    for cover in account.covers:
        if cover.item == named[0]:
            cover.item = first
    new = items_named(account, event.company, event.invoice)
    for _, money_at, amount_minor in paid:
        pay_named(account, on, money_at, new, amount_minor)
    for kind, money_at, amount_minor in lost:
        _reduce(account, Entry(on, kind, NOTHING, money_at, amount_minor), new)


def _parts(event: InvoiceAmended, currency: str, owed_minor: int) -> list[tuple[str, date, int]]:
    """The new instalments; the last makes them add up, for an amendment changes no amount."""
    parts = []
    for each in event.instalments:
        last = each is event.instalments[-1]
        part = owed_minor if last else min(owed_minor, minor_of(each.amount, currency))
        parts.append((each.instalment, each.due_on, part))
        owed_minor -= part
    return parts


def _reduce(account: Account, entry: Entry, named: list[int]) -> None:
    """Reduce what is open of these items, oldest due first, at most by what is open."""
    left = entry.amount_minor
    for at in named:
        part = min(left, account.items[at].open_minor)
        reduce_open(account, Entry(entry.on, entry.kind, at, entry.money, part))
        left -= part


def write_off(
    account: Account, event: InvoiceWrittenOff, event_id: str, on: Day, setting: Setting
) -> None:
    """Open debt was given up, at most what is open but for money that was assumed to pay it."""
    named = items_named(account, event.company, event.invoice, event.instalment)
    if not named:
        keep_for_invoice(account, event, event.invoice, event_id)
        return
    currency = account.books[account.items[named[0]].book].currency
    amount_minor = minor_of(event.amount, currency)
    for at in named:
        evict(account, at, on, amount_minor - sum(account.items[each].open_minor for each in named))
    _reduce(account, Entry(on, Kind.WRITTEN_OFF, NOTHING, NOTHING, amount_minor), named)
    settle(account, account.items[named[0]].book, on, setting)


def reverse_write_off(
    account: Account, event: WriteOffReversed, event_id: str, on: Day, setting: Setting
) -> None:
    """A write-off was taken back, at most what was written off: the debt is open again."""
    named = items_named(account, event.company, event.invoice, event.instalment)
    if not named:
        keep_for_invoice(account, event, event.invoice, event_id)
        return
    book_at = account.items[named[0]].book
    left = minor_of(event.amount, account.books[book_at].currency)
    for at in named:
        for _, _, written_off in allocations(account, Kind.WRITTEN_OFF, item=at):
            part = min(left, written_off)
            if part > 0:
                account.journal.append(Entry(on, Kind.WRITTEN_OFF, at, NOTHING, -part))
                raise_open(account, at, part)
                left -= part
    settle(account, book_at, on, setting)
