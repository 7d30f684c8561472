"""The credit limit (信用额度): the exposure that is accepted."""

from huikuan.debtor.account import Account
from huikuan.debtor.things import Day


def limit_minor(account: Account, currency: str, on: Day) -> int | None:
    """The credit limit on a day, summed over companies that set one; None is unlimited.

    The latest that is in force counts; where all that were set have expired, nothing is accepted.
    """
    if not account.limits:
        return None
    valid: dict[str, int | None] = {}
    for limit in account.limits:
        if limit.currency == currency and limit.on <= on:
            valid.setdefault(limit.company, 0)
            if on <= limit.valid_until:
                valid[limit.company] = limit.amount_minor
    amounts = [amount for amount in valid.values() if amount is not None]
    return sum(amounts) if valid and len(amounts) == len(valid) else None
