"""Invoices: issued, cancelled, amended, written off."""

from collections.abc import Iterable
from datetime import date

from huikuan.debtor.account import Account, book_of, index_of, name_of
from huikuan.debtor.allocation import items_named, pay_named, settle
from huikuan.debtor.dealings import Cover
from huikuan.debtor.due import set_due_if_reached, wait_for_due
from huikuan.debtor.early import keep_early
from huikuan.debtor.exposure import bill
from huikuan.debtor.posting import allocations, open_item, raise_open, reduce_open, unpay
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, NOTHING, Claim, Day, Entry, Item, Kind
from huikuan.events.codec import minor
from huikuan.events.fields import Event
from huikuan.events.sales import Instalment, InvoiceCancelled, InvoiceIssued

TAKEN_BACK = (Kind.ASSUMED, Kind.NAMED)


def issue(
    account: Account, event: InvoiceIssued, _event_id: str, on: Day, setting: Setting
) -> None:
    """An invoice; one that exists and is not cancelled stays as it is."""
    invoices = (account.index or index_of(account)).invoices
    company, invoice = event.company, event.invoice
    name = name_of(company, invoice)
    if name in invoices:
        return
    book_at = book_of(account, company, event.currency)
    items = account.items
    first = invoices[name] = len(items)
    amount_minor = minor(event.amount)
    if event.instalments:
        add_instalments(account, invoice, book_at, on, _parts(event.instalments))
    else:
        due_on = event.due_on
        due = due_on.toordinal() if due_on is not None else _first_due_on(event)
        items.append(Item(invoice, "", book_at, on, due, amount_minor, amount_minor))
        if amount_minor:
            open_item(account, first)
    if event.covers:
        _cover(account, event, amount_minor, first, on)
    if event.due_after is not None:
        wait_for_due(account, first, event.due_after)
        set_due_if_reached(account, first, on)
    if account.claims:
        redeem(account, company, invoice, first, on)
    if account.books[book_at].free:
        settle(account, book_at, on, setting)


def _first_due_on(event: InvoiceIssued) -> Day:
    if event.due_after is not None and event.due_after.latest_on is not None:
        return event.due_after.latest_on.toordinal()
    return NEVER


def _parts(instalments: Iterable[Instalment]) -> list[tuple[str, date, int]]:
    return [(each.instalment, each.due_on, minor(each.amount)) for each in instalments]


def add_instalments(
    account: Account, invoice: str, book_at: int, on: Day, parts: Iterable[tuple[str, date, int]]
) -> None:
    """Add an item for each (instalment, due date, amount)."""
    for instalment, due_on, amount_minor in parts:
        at = len(account.items)
        due = due_on.toordinal()
        account.items.append(
            Item(invoice, instalment, book_at, on, due, amount_minor, amount_minor)
        )
        if amount_minor:
            open_item(account, at)


def _cover(account: Account, event: InvoiceIssued, amount_minor: int, first: int, on: Day) -> None:
    for covered in event.covers:
        whole = covered.amount == event.amount  # mostly, and it is read already
        cover = Cover(
            first,
            name_of(event.company, covered.order) if covered.order else "",
            name_of(event.company, covered.shipment) if covered.shipment else "",
            amount_minor if whole else minor(covered.amount),
        )
        account.covers.append(cover)
        bill(account, cover, on)


def redeem(account: Account, company: str, invoice: str, first: int, on: Day) -> None:
    """Money that was kept for this invoice, or for an order that it bills, pays it."""
    name = name_of(company, invoice)
    orders = {cover.order for cover in account.covers if cover.item == first}
    kept: list[Claim] = []
    meant: list[Claim] = []
    for claim in account.claims:
        mine = claim.invoice == name if claim.invoice else claim.order in orders and claim.order
        (meant if mine else kept).append(claim)
    account.claims = tuple(kept)
    for claim in meant:
        named = items_named(account, company, invoice, claim.instalment)
        pay_named(account, on, claim.money, named, claim.amount_minor, claim.discount_minor)


def cancel(
    account: Account, event: InvoiceCancelled, event_id: str, on: Day, setting: Setting
) -> None:
    """An invoice was cancelled: what had paid it is unapplied again, its number is free."""
    if not cancel_items(account, event.company, event.invoice, on, setting):
        keep_for_invoice(account, event, event.invoice, event_id)


def cancel_items(account: Account, company: str, invoice: str, on: Day, setting: Setting) -> bool:
    """Cancel an invoice or a fee by its name; False where there is none."""
    named = items_named(account, company, invoice)
    if not named:
        return False
    del index_of(account).invoices[name_of(company, invoice)]
    for at in named:
        undo_item(account, at, on)
        item = account.items[at]
        item.cancelled = True
        reduce_open(account, Entry(on, Kind.CANCELLED, at, NOTHING, item.open_minor))
    for cover in account.covers:
        if cover.item == named[0]:
            bill(account, cover, on, sign=-1)
    account.covers = [cover for cover in account.covers if cover.item not in named]
    account.due_rules = tuple(rule for rule in account.due_rules if rule.item not in named)
    settle(account, account.items[named[0]].book, on, setting)
    return True


def undo_item(account: Account, at: int, on: Day) -> None:
    """Take back all that ever reduced an item, so that it is open in full."""
    for kind in TAKEN_BACK:
        for _, money_at, amount_minor in allocations(account, kind, item=at):
            unpay(account, on, kind, at, money_at, amount_minor)
    for kind in (Kind.DISCOUNTED, Kind.WRITTEN_OFF):
        for _, money_at, amount_minor in allocations(account, kind, item=at):
            account.journal.append(Entry(on, kind, at, money_at, -amount_minor))
            raise_open(account, at, amount_minor)


def keep_for_invoice(account: Account, event: Event, invoice: str, event_id: str) -> None:
    """Keep a fact for an invoice to come; one that names a cancelled invoice has had its time."""
    for item in account.items:
        if item.invoice == invoice and account.books[item.book].company == event.company:
            return
    keep_early(account, f"invoice:{name_of(event.company, invoice)}", event, event_id)
