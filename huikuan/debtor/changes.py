"""When what stands will change though nothing arrives, other than by ageing."""

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


def change_days(account: Account, setting: Setting) -> list[Day]:
    """The days of all time on which the standing changes so, in any order; some are ``NEVER``."""
    days = [terms.effective_on.toordinal() for terms in setting.terms]
    days += [fact.on for fact in account.waiting]
    for promise in account.promises:
        for stage in promise.stages:
            due_on = stage.due_on
            tolerance = terms_on(setting, date.fromordinal(due_on)).tolerance_days
            days += (due_on, due_on + 1, due_on + tolerance + 1)
    for pause in account.pauses:
        days += (pause.on, pause.until + 1, pause.resumed_on)
    for override in account.overrides:
        days += (override.on, override.until + 1, override.ended_on)
    for signal in account.signals:
        days += (signal.on, signal.until + 1, signal.cleared_on)
    for limit in account.limits:
        days += (limit.on, limit.valid_until + 1)
    for rule in account.due_rules:
        days += (rule.latest_on, rule.latest_on + 1)
    return days
