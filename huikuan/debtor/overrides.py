"""A person's overrides of a policy's steps: what is folded of them, and which hold on a day."""

from huikuan.debtor.account import Account, name_of
from huikuan.debtor.dealings import Override
from huikuan.debtor.early import keep_early
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.events.relations import OverrideEnded, OverrideSet


def set_override(
    account: Account, event: OverrideSet, _event_id: str, _on: Day, _setting: Setting
) -> None:
    """A step is lifted or imposed for a while, whatever the policy says."""
    override = override_of(event)
    if all(each.name != override.name for each in account.overrides):
        account.overrides = (*account.overrides, override)


def override_of(event: OverrideSet) -> Override:
    """What is kept of an override."""
    until = NEVER if event.until is None else event.until.toordinal()
    return Override(
        name_of(event.company, event.override),
        event.override,
        event.company,
        event.step,
        event.effect,
        event.from_on.toordinal(),
        until,
        event.by,
        event.reason,
        event.invoices,
    )


def end_override(
    account: Account, event: OverrideEnded, event_id: str, on: Day, _setting: Setting
) -> None:
    """From a day on the policy decides again; the earliest end counts."""
    name = name_of(event.company, event.override)
    for each in account.overrides:
        if each.name == name:
            if on < each.ended_on:
                each.ended_on = on
                each.ended_by, each.ended_reason = event.by or "", event.reason or ""
            return
    keep_early(account, f"override:{name}", event, event_id)


def overrides_on(account: Account, on: Day) -> tuple[Override, ...]:
    """Those that hold at the close of a day, or held until that very day.

    One that ended on the day itself is among them, because what was raised that morning was
    raised by it (``Override.holds`` tells it apart).
    """
    return tuple(
        each for each in account.overrides if each.on <= on <= min(each.until, each.ended_on)
    )
