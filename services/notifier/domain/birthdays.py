"""When an open item comes of an age that a rule names, which may change what is said."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from huikuan.debtor.account import Account
from huikuan.debtor.pauses import paused_ago
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.debtor.weighing import counts_until
from services.notifier.domain.age import Aging, paused_days
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.plain import Plain, nothing_aside


def next_birthday(account: Account, ladder: Ladder, setting: Setting, on: Day) -> Day | None:
    """The first day after this one, as a day number, on which an item's age may matter.

    Where all that is open counts, ``days_overdue`` is the age of the oldest item whatever the
    others do: a birthday of a younger one matters only to rules that look at each item.
    """
    origins = list(_origins(account, ladder.reading.aging, on))
    if not origins:
        return None
    return _next(origins, ladder, on, all_count=_all_counts(account, setting, on))


def next_birthday_plainly(plain: Plain, ladder: Ladder, on: Day) -> Day:
    """The same where nobody pauses or overrides anything; ``NEVER`` for never."""
    oldest = plain.oldest
    if oldest == NEVER:
        return NEVER
    if ladder.days_of_each or not plain.all_counts_from(on):
        origins = [began_on for began_on, _, _ in plain.origins if began_on != NEVER]
        found = _next(origins, ladder, on, all_count=plain.all_counts_from(on))
        return NEVER if found is None else found
    at = bisect_right(ladder.days, on - oldest)
    return oldest + ladder.days[at] if at < len(ladder.days) else NEVER


def _next(origins: Sequence[Day], ladder: Ladder, on: Day, *, all_count: bool) -> Day | None:
    if not all_count:
        return min(_birthdays(on, origins, ladder.days), default=None)
    birthdays = [*_birthdays(on, (min(origins),), ladder.days)]
    if ladder.days_of_each:
        birthdays += _birthdays(on, origins, ladder.days_of_each)
    return min(birthdays, default=None)


def _all_counts(account: Account, setting: Setting, on: Day) -> bool:
    """Whether nothing covers, contests, defers or hides any part of what is open, or will."""
    return nothing_aside(account) and not (
        any(counts_until(promise, setting) >= on for promise in account.promises)
        or account.disputes
        or account.reversals
    )


def _birthdays(on: Day, origins: Iterable[Day], ages: Sequence[int]) -> Iterator[Day]:
    """The next day on which each item comes of one of these ages."""
    for began_on in origins:
        at = bisect_right(ages, on - began_on)
        if at < len(ages):
            yield began_on + ages[at]


def _origins(account: Account, aging: Aging, on: Day) -> Iterator[Day]:
    """The dates from which open items age, as day numbers; with its pauses for a new step too."""
    items, pauses = account.items, account.pauses
    for book in account.books:
        for at in book.open:
            item = items[at]
            if item.due_on == NEVER:
                continue
            began_on = item.on if aging.from_invoice else item.due_on
            if aging.roll is not None and not aging.from_invoice:
                began_on = aging.roll(began_on)
            yield began_on
            ago = paused_ago(pauses, book.company, item.invoice, on) if pauses else ()
            if ago:
                yield began_on + paused_days(ago, on - began_on, aging)
