"""What is known of the debtor himself, his credit limit, and what he promised."""

from huikuan.debtor.account import Account, book_of, index_of, name_of
from huikuan.debtor.dealings import Limit, Profile, Promise, PromisedStage
from huikuan.debtor.early import keep_early
from huikuan.debtor.setting import Setting
from huikuan.debtor.things import NEVER, Day
from huikuan.events.codec import minor
from huikuan.events.promises import PromiseMade, PromiseWithdrawn
from huikuan.events.relations import CreditLimitSet, DebtorRegistered


def register(
    account: Account, event: DebtorRegistered, _event_id: str, on: Day, _setting: Setting
) -> None:
    """The debtor's data as they are from a day on, the whole of them."""
    profile = Profile(
        on,
        event.segment,
        event.tags,
        event.group,
        event.payer,
        event.collector,
        event.time_zone,
        event.terms_days,
    )
    account.profiles = (*account.profiles, profile)


def set_limit(
    account: Account, event: CreditLimitSet, _event_id: str, on: Day, _setting: Setting
) -> None:
    """The exposure that we accept from a day on."""
    amount_minor = None if event.amount is None else minor(event.amount)
    until = NEVER if event.valid_until is None else event.valid_until.toordinal()
    limit = Limit(on, event.company, event.currency, amount_minor, until)
    account.limits = (*account.limits, limit)


def promise(
    account: Account, event: PromiseMade, _event_id: str, on: Day, _setting: Setting
) -> None:
    """The debtor promised money."""
    name = name_of(event.company, event.promise)
    known = (account.index or index_of(account)).promises
    if name in known:
        return
    known[name] = len(account.promises)
    amount_minor = minor(event.amount)
    stages: tuple[PromisedStage, ...]
    if event.stages:
        stages = tuple(
            PromisedStage(stage.due_on.toordinal(), minor(stage.amount)) for stage in event.stages
        )
    else:
        due_on = on if event.due_on is None else event.due_on.toordinal()
        stages = (PromisedStage(due_on, amount_minor),)
    account.promises.append(
        Promise(
            name,
            event.promise,
            book_of(account, event.company, event.currency),
            amount_minor,
            on,
            stages,
            event.invoices,
            name_of(event.company, event.replaces) if event.replaces else "",
        )
    )


def withdraw(
    account: Account, event: PromiseWithdrawn, event_id: str, on: Day, _setting: Setting
) -> None:
    """A promise was taken back; it no longer defers anything."""
    name = name_of(event.company, event.promise)
    at = index_of(account).promises.get(name)
    if at is None:
        keep_early(account, f"promise:{name}", event, event_id)
        return
    promised = account.promises[at]
    promised.withdrawn_on = min(promised.withdrawn_on, on)
