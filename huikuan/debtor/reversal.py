"""Money taken back: reversals and what cancels them, the books' own clearings and their reset."""

from huikuan.debtor.account import Account, index_of, name_of
from huikuan.debtor.allocation import items_named, settle
from huikuan.debtor.early import keep_early
from huikuan.debtor.exposure import expose
from huikuan.debtor.items import keep_for_invoice
from huikuan.debtor.posting import (
    allocations,
    evict,
    free_assumed,
    pay,
    raise_free,
    raise_open,
    reduce_open,
    spend,
    trim_claims,
    unpay,
)
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NOTHING, Claim, Clearing, Day, Entry, Kind, Reversal
from huikuan.events.cash import (
    CashAllocated,
    CashDeallocated,
    CreditNoteCancelled,
    PaymentReversed,
    ReversalCancelled,
)
from huikuan.events.codec import minor_of


def reverse_payment(
    account: Account, event: PaymentReversed, event_id: str, on: Day, setting: Setting
) -> None:
    """Money went back: first what is unapplied, then what was assumed, then what was named."""
    name = name_of(event.company, event.payment)
    money_at = index_of(account).payments.get(name)
    if money_at is None:
        keep_early(account, f"payment:{name}", event, event_id)
        return
    money = account.moneys[money_at]
    book = account.books[money.book]
    left = money.amount_minor - money.gone_minor
    amount_minor = left
    if event.amount is not None:
        amount_minor = min(left, minor_of(event.amount, book.currency))
    start = len(account.journal)
    take_back(account, money_at, amount_minor, on)
    reversal = Reversal(
        name_of(event.company, event.reversal or event_id),
        money_at,
        amount_minor,
        start,
        len(account.journal),
    )
    account.reversals = (*account.reversals, reversal)
    _change_bill(account, money_at, -amount_minor, on)
    settle(account, money.book, on, setting)


def take_back(account: Account, money_at: int, amount_minor: int, on: Day) -> None:
    """Take an amount of a money back, newest allocations first."""
    money = account.moneys[money_at]
    assumed = allocations(account, Kind.ASSUMED, money=money_at)
    free_assumed(account, on, assumed, amount_minor - money.free_minor, Kind.ASSUMED)
    if money.free_minor < amount_minor:
        for at, _, named_minor in allocations(account, Kind.NAMED, money=money_at):
            part = min(named_minor, amount_minor - money.free_minor)
            if part > 0:
                unpay(account, on, Kind.NAMED, at, money_at, part)
                _take_discount_back(account, at, money_at, on)
    if amount_minor:
        spend(account, on, Kind.REVERSED, money_at, amount_minor)


def _take_discount_back(account: Account, at: int, money_at: int, on: Day) -> None:
    """A discount was for paying: it goes with the money."""
    stood = allocations(account, Kind.DISCOUNTED, money=money_at, item=at)
    for _, _, discount_minor in stood:
        account.journal.append(Entry(on, Kind.DISCOUNTED, at, money_at, -discount_minor))
        raise_open(account, at, discount_minor)


def _change_bill(account: Account, money_at: int, amount_minor: int, on: Day) -> None:
    for bill in account.bills:
        if bill.money == money_at:
            bill.amount_minor += amount_minor
            book = account.books[account.moneys[money_at].book]
            expose(book, on, bills_minor=amount_minor)


def cancel_reversal(
    account: Account, event: ReversalCancelled, event_id: str, on: Day, setting: Setting
) -> None:
    """A reversal was taken back: the money is here again and pays what it had been told to."""
    name = name_of(event.company, event.reversal)
    for reversal in account.reversals:
        if reversal.name == name:
            break
    else:
        keep_early(account, f"reversal:{name}", event, event_id)
        return
    account.reversals = tuple(each for each in account.reversals if each is not reversal)
    if not reversal.amount_minor:
        return
    money_at = reversal.money
    money = account.moneys[money_at]
    money.gone_minor -= reversal.amount_minor
    account.journal.append(Entry(on, Kind.REVERSED, NOTHING, money_at, -reversal.amount_minor))
    raise_free(account, money_at, reversal.amount_minor)
    _change_bill(account, money_at, reversal.amount_minor, on)
    for entry in account.journal[reversal.start : reversal.stop]:
        _pay_again(account, entry, on)
    settle(account, money.book, on, setting)


def _pay_again(account: Account, entry: Entry, on: Day) -> None:
    """Put back what a reversal took from an item that money had named, as far as it is open."""
    if entry.kind not in (Kind.NAMED, Kind.DISCOUNTED):
        return
    evict(account, entry.item, on, -entry.amount_minor - account.items[entry.item].open_minor)
    part = min(-entry.amount_minor, account.items[entry.item].open_minor)
    if entry.kind is Kind.DISCOUNTED:
        reduce_open(account, Entry(on, Kind.DISCOUNTED, entry.item, entry.money, part))
        return
    part = min(part, account.moneys[entry.money].free_minor)
    if part > 0:
        pay(account, on, Kind.NAMED, entry.item, entry.money, part)


def cancel_credit(
    account: Account, event: CreditNoteCancelled, event_id: str, on: Day, setting: Setting
) -> None:
    """A credit note was taken back, like money reversed."""
    name = name_of(event.company, event.credit_note)
    money_at = index_of(account).credits.get(name)
    if money_at is None:
        keep_early(account, f"credit_note:{name}", event, event_id)
        return
    money = account.moneys[money_at]
    take_back(account, money_at, money.amount_minor - money.gone_minor, on)
    settle(account, money.book, on, setting)


def allocate(
    account: Account, event: CashAllocated, event_id: str, on: Day, setting: Setting
) -> None:
    """The books say what money pays: that goes before what was assumed, of any money."""
    index = index_of(account)
    if event.payment is not None:
        thing = f"payment:{name_of(event.company, event.payment)}"
        money_at = index.payments.get(name_of(event.company, event.payment))
    else:
        credit_note = name_of(event.company, event.credit_note or "")
        thing = f"credit_note:{credit_note}"
        money_at = index.credits.get(credit_note)
    if money_at is None:
        keep_early(account, thing, event, event_id)
        return
    named = items_named(account, event.company, event.invoice, event.instalment)
    if not named:
        keep_for_invoice(account, event, event.invoice, event_id)
        return
    name = name_of(event.company, event.allocation)
    if any(clearing.name == name for clearing in account.clearings):
        return
    book_at = account.moneys[money_at].book
    wanted = minor_of(event.amount, account.books[book_at].currency)
    used = 0
    for at in named:
        if account.items[at].book == book_at:
            used += _clear(account, at, money_at, wanted - used, on)
    clearing = Clearing(name, money_at, named[0], used)
    account.clearings = (*account.clearings, clearing)
    settle(account, book_at, on, setting)


def _clear(account: Account, at: int, money_at: int, wanted: int, on: Day) -> int:
    """Let money pay an item as told; make it free, and the item open, by undoing assumptions."""
    item = account.items[at]
    money = account.moneys[money_at]
    own = allocations(account, Kind.ASSUMED, money=money_at)
    here = [each for each in own if each[0] == at]
    free_assumed(account, on, here, wanted, Kind.ASSUMED)
    elsewhere = [each for each in own if each[0] != at]
    others = allocations(account, Kind.ASSUMED, item=at)
    possible = min(
        wanted,
        money.free_minor + sum(each[2] for each in elsewhere),
        item.open_minor + sum(each[2] for each in others if each[1] != money_at),
    )
    free_assumed(account, on, elsewhere, possible - money.free_minor, Kind.ASSUMED)
    if possible > item.open_minor:
        others = [each for each in others if each[1] != money_at]
        free_assumed(account, on, others, possible - item.open_minor, Kind.ASSUMED)
    if possible > 0:
        pay(account, on, Kind.NAMED, at, money_at, possible)
        trim_claims(account, money_at)
    return possible


def deallocate(
    account: Account, event: CashDeallocated, event_id: str, on: Day, setting: Setting
) -> None:
    """A clearing was reset: its money stays unapplied until it is told again what to pay."""
    name = name_of(event.company, event.allocation)
    for clearing in account.clearings:
        if clearing.name == name:
            break
    else:
        keep_early(account, f"allocation:{name}", event, event_id)
        return
    account.clearings = tuple(each for each in account.clearings if each is not clearing)
    item = account.items[clearing.item]
    left = clearing.amount_minor
    for at, money_at, amount_minor in allocations(account, Kind.NAMED, money=clearing.money):
        other = account.items[at]
        part = min(left, amount_minor)
        if part > 0 and other.invoice == item.invoice and other.book == item.book:
            unpay(account, on, Kind.NAMED, at, money_at, part)
            left -= part
    if clearing.amount_minor > left:
        claim = Claim(clearing.money, clearing.amount_minor - left)
        account.claims = (*account.claims, claim)
    settle(account, item.book, on, setting)
