"""Fees that a step costs the debtor: open items that come after all else (ADR 0017).

A fee has no due date: it never ages, money that names nothing pays it last, and no promise counts
it. So a fee can never be what makes an invoice overdue, nor what a step is demanded for.
"""

from huikuan.debtor.account import Account, book_of, index_of, name_of
from huikuan.debtor.allocation import settle
from huikuan.debtor.items import cancel_items, keep_for_invoice, redeem
from huikuan.debtor.posting import open_item
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day, Item
from huikuan.events.codec import minor
from huikuan.events.notifier import FeeCancelled, FeeCharged


def charge(account: Account, event: FeeCharged, _event_id: str, on: Day, setting: Setting) -> None:
    """A fee is owed; one whose name something has already stays away."""
    invoices = index_of(account).invoices
    name = name_of(event.company, event.fee)
    if name in invoices:
        return
    book_at = book_of(account, event.company, event.currency)
    at = invoices[name] = len(account.items)
    amount_minor = minor(event.amount)
    account.items.append(Item(event.fee, "", book_at, on, NEVER, amount_minor, amount_minor))
    account.fees = (*account.fees, name)
    if amount_minor:
        open_item(account, at)
    if account.claims:
        redeem(account, event.company, event.fee, at, on)
    if account.books[book_at].free:
        settle(account, book_at, on, setting)


def cancel_fee(
    account: Account, event: FeeCancelled, event_id: str, on: Day, setting: Setting
) -> None:
    """A fee was not due: what had paid it is unapplied again."""
    if not cancel_items(account, event.company, event.fee, on, setting):
        keep_for_invoice(account, event, event.fee, event_id)
