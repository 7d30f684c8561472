"""The account as of any day: an earlier one by undoing the journal's end, a later one by waiting.

What this gives is for questions only: nothing more may be folded into it.
"""

from datetime import date

from huikuan.debtor.account import Account, decode, encode
from huikuan.debtor.fold import advance
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day, Entry, Kind, due_key


def account_on(account: Account, day: date, setting: Setting) -> Account:
    """The account as of a day; the account itself where nothing separates it from that day."""
    on = day.toordinal()
    if account.last_key[0] > on:
        return _rewound(account, on)
    if account.waiting and account.waiting[0].on <= on:
        later = decode(encode(account))
        advance(later, Setting(day, setting.terms))
        return later
    return account


def _rewound(account: Account, on: Day) -> Account:
    """A copy with all that happened after a day undone."""
    past = decode(encode(account))
    while past.journal and past.journal[-1].on > on:
        _undo(past, past.journal.pop())
    while past.items and past.items[-1].on > on:
        past.items.pop()
    while past.moneys and past.moneys[-1].on > on:
        past.moneys.pop()
    past.promises = [promise for promise in past.promises if promise.on <= on]
    for promise in past.promises:
        if promise.withdrawn_on > on:
            promise.withdrawn_on = NEVER
    _forget_relations(past, on)
    for at, book in enumerate(past.books):
        items = past.items
        book.open = sorted(
            (each for each, item in enumerate(items) if item.book == at and item.open_minor),
            key=lambda each: due_key(items[each], each),
        )
        book.free = [
            each for each, money in enumerate(past.moneys) if money.book == at and money.free_minor
        ]
    return past


def _undo(account: Account, entry: Entry) -> None:
    kind, amount_minor = entry.kind, entry.amount_minor
    if kind is Kind.DIVIDED:
        del account.items[entry.item :]
        return
    if kind is Kind.DUE:
        account.items[entry.item].due_on = amount_minor
        return
    if kind is Kind.REVERSED or kind is Kind.REFUNDED:
        money = account.moneys[entry.money]
        money.free_minor += amount_minor
        money.gone_minor -= amount_minor
        return
    item = account.items[entry.item]
    item.open_minor += amount_minor
    if kind is Kind.CANCELLED:
        item.cancelled = False
    if kind is Kind.ASSUMED or kind is Kind.NAMED:
        account.moneys[entry.money].free_minor += amount_minor


def _forget_relations(past: Account, on: Day) -> None:
    """Drop what came later; what ended later says so by its date."""
    past.disputes = tuple(dispute for dispute in past.disputes if dispute.opened_on <= on)
    past.pauses = tuple(pause for pause in past.pauses if pause.on <= on)
    past.overrides = tuple(each for each in past.overrides if each.on <= on)
    for override in past.overrides:
        if override.ended_on > on:
            override.ended_on, override.ended_by, override.ended_reason = NEVER, "", ""
    past.signals = tuple(each for each in past.signals if each.on <= on)
    for signal in past.signals:
        if signal.cleared_on > on:
            signal.cleared_on = NEVER
    past.proofs = tuple(proof for proof in past.proofs if proof.on <= on)
    past.limits = tuple(limit for limit in past.limits if limit.on <= on)
    past.profiles = tuple(profile for profile in past.profiles if profile.on <= on)
