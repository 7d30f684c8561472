"""What a rule sees of a debtor of whom all that is open counts: read from his account as it is.

Most debtors are like that on most days: nothing covers, contests, defers or pauses any part of
what they owe. Then every question sees the same, and nothing need be added up that no rule asks.
"""

from huikuan.debtor.account import Account
from huikuan.debtor.disputes import shields
from huikuan.debtor.setting import Setting, Terms
from huikuan.debtor.standing import NONE_MISSED, Missed, missed_of
from huikuan.debtor.things import NEVER, Day
from huikuan.debtor.weighing import counts_until, weigh
from services.notifier.domain.age import after_grace
from services.notifier.domain.counting import NO_SIGNALS, View, broken_weight
from services.notifier.domain.reading import Reading


def plain_view(
    account: Account, on: Day, setting: Setting, terms: Terms, reading: Reading
) -> View | None:
    """What each question sees of the debtor on his last day or later; None where they differ."""
    if not _all_counts(account, on, terms):
        return None
    missed = _missed(account, on, setting, reading)
    return None if missed is None else _view(account, on, reading, missed)


def nothing_aside(account: Account) -> bool:
    """Whether nobody paused or overrode anything, no fact waits, no fee is there, no money free."""
    return not (
        account.pauses
        or account.overrides
        or account.waiting
        or account.fees
        or any(book.free for book in account.books)
    )


def _all_counts(account: Account, on: Day, terms: Terms) -> bool:
    return nothing_aside(account) and not (
        account.signals
        or account.last_key[0] > on
        or terms.ignore_below_minor
        or (account.disputes and _is_contested(account, on, terms))
    )


def _is_contested(account: Account, on: Day, terms: Terms) -> bool:
    return any(shields(account, at, on, terms) for at in range(len(account.books)))


def _missed(account: Account, on: Day, setting: Setting, reading: Reading) -> Missed | None:
    """The promises that he missed, where a rule asks; None where one still defers something."""
    promises = account.promises
    if not promises:
        return NONE_MISSED
    if not reading.asks_promises and all(counts_until(each, setting) < on for each in promises):
        return NONE_MISSED
    weighed = weigh(account, on, setting)
    return None if any(one.cover_minor for one in weighed) else missed_of(account, weighed)


def _view(account: Account, on: Day, reading: Reading, missed: Missed) -> View:
    aging, gross = reading.aging, reading.switches.amount_base == "gross"
    oldest: int | None = None
    open_items = overdue_items = 0
    overdue_minor: dict[str, int] = {}
    balance_minor: dict[str, int] = {}
    items = account.items
    for book in account.books:
        currency = book.currency
        for at in book.open:
            item = items[at]
            counted = item.amount_minor if gross else item.open_minor
            open_items += 1
            balance_minor[currency] = balance_minor.get(currency, 0) + counted
            if item.due_on == NEVER:
                continue
            age = on - (item.on if aging.from_invoice else item.due_on)
            if age > 0 and aging.grace_days:
                age = after_grace(age, aging)
            if oldest is None or age > oldest:
                oldest = age
            if age > 0:
                overdue_items += 1
                overdue_minor[currency] = overdue_minor.get(currency, 0) + counted
    profile = account.profiles[-1] if account.profiles else None
    return View(
        oldest,
        overdue_minor,
        balance_minor,
        {},
        {},
        {},
        missed.shortfall_minor,
        overdue_items,
        open_items,
        broken_weight(missed.broken, missed.partly_kept, reading),
        profile.segment if profile else None,
        profile.tags if profile else (),
        NO_SIGNALS,
    )
