"""Ageing (账龄): what is open of each currency by days overdue; buckets add up to the balance."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.rewind import account_on
from huikuan.debtor.setting import Setting

BOUNDS = (30, 60, 90)
"""The last day of each bucket but the last: not due, 1 to 30, 31 to 60, 61 to 90, over 90."""


class Bucket(msgspec.Struct, gc=False):
    """What is open from ``from_days`` through ``to_days`` overdue, in minor units."""

    from_days: int | None
    to_days: int | None
    amount_minor: int = 0
    items: int = 0


def empty_buckets(bounds: Sequence[int] = BOUNDS) -> list[Bucket]:
    """The buckets that these bounds make; the first is what is not due yet."""
    starts = [1, *(bound + 1 for bound in bounds)]
    return [Bucket(None, 0), *map(Bucket, starts, [*bounds, None])]


def age(
    account: Account, day: date, setting: Setting, bounds: Sequence[int] = BOUNDS
) -> dict[str, list[Bucket]]:
    """What is open as of a day per currency, by days overdue; ``bounds`` rise and are above 0."""
    on = day.toordinal()
    known = account_on(account, day, setting)
    aged: dict[str, list[Bucket]] = {}
    for book in known.books:
        if not book.open:
            continue
        buckets = aged.get(book.currency)
        if buckets is None:
            buckets = aged[book.currency] = empty_buckets(bounds)
        for at in book.open:
            item = known.items[at]
            days = on - item.due_on
            bucket = buckets[0 if days <= 0 else 1 + bisect_left(bounds, days)]
            bucket.amount_minor += item.open_minor
            bucket.items += 1
    return aged
