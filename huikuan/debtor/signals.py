"""Signs of trouble (预警信号, practice 002-5): what is folded of them, and which hold on a day."""

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.dealings import Signal
from huikuan.debtor.early import keep_early
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.events.relations import SignalCleared, SignalRaised


def raise_signal(
    account: Account, event: SignalRaised, _event_id: str, on: Day, _setting: Setting
) -> None:
    """Something was seen; once more changes nothing."""
    name = name_of(event.company, event.signal)
    if any(each.name == name for each in account.signals):
        return
    until = NEVER if event.until is None else event.until.toordinal()
    signal = Signal(
        name,
        event.signal,
        event.company,
        event.name,
        event.severity,
        event.source or "",
        on,
        until,
    )
    account.signals = (*account.signals, signal)


def clear_signal(
    account: Account, event: SignalCleared, event_id: str, on: Day, _setting: Setting
) -> None:
    """It is over, or was none; the earliest end counts."""
    name = name_of(event.company, event.signal)
    for each in account.signals:
        if each.name == name:
            each.cleared_on = min(each.cleared_on, on)
            return
    keep_early(account, f"signal:{name}", event, event_id)


def signals_on(account: Account, on: Day) -> tuple[Signal, ...]:
    """Those that hold at the close of a day, in canonical order."""
    return tuple(each for each in account.signals if each.holds(on))
