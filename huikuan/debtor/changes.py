"""When what stands will change though nothing arrives, other than by ageing."""

from collections.abc import Iterator
from datetime import date

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting, terms_on
from huikuan.debtor.things import NEVER, Day


def change_dates(account: Account, after: date, setting: Setting) -> list[date]:
    """The dates after a day on which the standing changes other than by ageing, ascending.

    Facts that wait come to count, promised dates and their windows pass, pauses, overrides and
    signals begin and end, limits expire, due dates are set by default, and other terms come into
    force. What a fact that waits brings is not among them: ask again on its day.
    """
    last = after.toordinal()
    days = {day for day in change_days(account, setting) if last < day < NEVER}
    return [date.fromordinal(day) for day in sorted(days)] if days else []


def change_days(account: Account, setting: Setting) -> Iterator[Day]:
    """The days of all time on which the standing changes so, in any order; some are ``NEVER``."""
    for terms in setting.terms:
        yield terms.effective_on.toordinal()
    yield from _days(account, setting)


def _days(account: Account, setting: Setting) -> Iterator[Day]:
    for fact in account.waiting:
        yield fact.on
    for promise in account.promises:
        for stage in promise.stages:
            tolerance = terms_on(setting, date.fromordinal(stage.due_on)).tolerance_days
            yield stage.due_on
            yield stage.due_on + 1
            yield stage.due_on + tolerance + 1
    for pause in account.pauses:
        yield pause.on
        yield pause.until + 1
        yield pause.resumed_on
    for override in account.overrides:
        yield override.on
        yield override.until + 1
        yield override.ended_on
    for signal in account.signals:
        yield signal.on
        yield signal.until + 1
        yield signal.cleared_on
    for limit in account.limits:
        yield limit.on
        yield limit.valid_until + 1
    for rule in account.due_rules:
        yield rule.latest_on
        yield rule.latest_on + 1
