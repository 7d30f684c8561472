"""Money: payments and credit notes received, refunds paid, bills of exchange cleared."""

from huikuan.debtor.account import Account, book_of, index_of, name_of
from huikuan.debtor.allocation import items_named, pay_named, settle
from huikuan.debtor.early import keep_early
from huikuan.debtor.exposure import expose
from huikuan.debtor.posting import claimed_minor, pay
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NAMED, Bill, Claim, Day, Money, Refund
from huikuan.events.cash import (
    BillCleared,
    CreditNoteIssued,
    PaymentReceived,
    RefundPaid,
    Remittance,
)
from huikuan.events.codec import minor


def receive_payment(
    account: Account, event: PaymentReceived, _event_id: str, on: Day, setting: Setting
) -> None:
    """Money came: it pays what its remittance names, and the rest what is oldest due."""
    index = account.index or index_of(account)
    company, payment = event.company, event.payment
    name = name_of(company, payment)
    if name in index.payments:
        return
    book_at = book_of(account, company, event.currency)
    amount_minor = minor(event.amount)
    moneys, remittance = account.moneys, event.remittance
    at = index.payments[name] = len(moneys)
    names = _named(remittance) if remittance else ()
    value_on = on if event.booked_on is None else event.value_on.toordinal()
    money = Money(payment, False, book_at, on, value_on, amount_minor, amount_minor, 0, names)
    moneys.append(money)
    if len(remittance) != 1 or not _pays_one(account, event, at, on):
        for line in remittance:
            _follow(account, company, at, line, on)
    if event.kind == "bill":
        account.bills = (*account.bills, Bill(at, amount_minor))
        expose(account.books[book_at], on, bills_minor=amount_minor)
    free = account.books[book_at].free
    if money.free_minor:
        free.append(at)
    if free:
        settle(account, book_at, on, setting)


def _named(remittance: tuple[Remittance, ...]) -> tuple[str, ...]:
    """The invoices that a remittance names."""
    if len(remittance) == 1 and (invoice := remittance[0].invoice) is not None:
        return (invoice,)  # nearly always
    return tuple([line.invoice for line in remittance if line.invoice is not None])


def _pays_one(account: Account, event: PaymentReceived, at: int, on: Day) -> bool:
    """The usual case, as ``_follow`` would: the whole of the money pays the one invoice named."""
    line = event.remittance[0]
    if line.invoice is None or line.discount is not None or line.amount != event.amount:
        return False
    first = index_of(account).invoices.get(name_of(event.company, line.invoice))
    if first is None:
        return False
    item, money = account.items[first], account.moneys[at]
    if item.instalment or not 0 < money.free_minor <= item.open_minor or item.book != money.book:
        return False
    pay(account, on, NAMED, first, at, money.free_minor)
    return True


def _follow(account: Account, company: str, at: int, line: Remittance, on: Day) -> None:
    """Let money pay what one line of its remittance names, or wait for it."""
    amount_minor = minor(line.amount)
    discount_minor = 0 if line.discount is None else minor(line.discount)
    if line.invoice is not None:
        named = items_named(account, company, line.invoice, line.instalment)
    elif line.order is not None:
        order = name_of(company, line.order)
        named = [cover.item for cover in account.covers if cover.order == order]
    else:
        return
    if named:
        pay_named(account, on, at, named, amount_minor, discount_minor)
        return
    claim = Claim(
        at,
        min(amount_minor, account.moneys[at].free_minor - claimed_minor(account, at)),
        name_of(company, line.invoice) if line.invoice else "",
        line.instalment or "",
        name_of(company, line.order) if line.order else "",
        discount_minor,
    )
    if claim.amount_minor:
        account.claims = (*account.claims, claim)


def issue_credit(
    account: Account, event: CreditNoteIssued, _event_id: str, on: Day, setting: Setting
) -> None:
    """A credit note: it credits the invoice that it or its dispute names, the rest is unapplied."""
    known = index_of(account).credits
    name = name_of(event.company, event.credit_note)
    if name in known:
        return
    book_at = book_of(account, event.company, event.currency)
    amount_minor = minor(event.amount)
    at = known[name] = len(account.moneys)
    answers = () if event.dispute is None else (name_of(event.company, event.dispute),)
    money = Money(event.credit_note, True, book_at, on, on, amount_minor, amount_minor, 0, answers)
    account.moneys.append(money)
    if amount_minor:
        account.books[book_at].free.append(at)
    invoice, instalment = event.invoice, event.instalment
    for dispute in account.disputes:
        if dispute.name in answers and invoice in (None, dispute.invoice):
            # What it credits is what was contested, or else that would be dunned again.
            invoice, instalment = dispute.invoice, dispute.instalment or None
    if invoice is not None:
        line = Remittance(amount=event.amount, invoice=invoice, instalment=instalment)
        _follow(account, event.company, at, line, on)
    settle(account, book_at, on, setting)


def pay_refund(
    account: Account, event: RefundPaid, _event_id: str, on: Day, setting: Setting
) -> None:
    """Unapplied money was paid back; what is not there is taken when it comes."""
    book_at = book_of(account, event.company, event.currency)
    refund = Refund(book_at, minor(event.amount), event.refund)
    account.refunds = (*account.refunds, refund)
    settle(account, book_at, on, setting)


def clear_bill(
    account: Account, event: BillCleared, event_id: str, on: Day, _setting: Setting
) -> None:
    """The bill of exchange behind a payment was paid: nothing stands behind it any more."""
    name = name_of(event.company, event.payment)
    money_at = index_of(account).payments.get(name)
    if money_at is None:
        keep_early(account, f"payment:{name}", event, event_id)
        return
    for bill in account.bills:
        if bill.money == money_at:
            book = account.books[account.moneys[money_at].book]
            expose(book, on, bills_minor=-bill.amount_minor)
            account.bills = tuple(each for each in account.bills if each is not bill)
            return
