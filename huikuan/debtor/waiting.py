"""Facts whose day has not come: kept in canonical order until it opens."""

from bisect import insort

from huikuan.debtor.account import Account, Key, Waiting
from huikuan.debtor.things import Day
from huikuan.events import cash, codec
from huikuan.events.fields import Event


def waiting_key(fact: Waiting) -> Key:
    """The canonical key of a fact that waits."""
    return (fact.on, fact.rank, fact.name, fact.id)


def coming_moneys(account: Account) -> dict[tuple[str, str], int]:
    """Payments recorded whose day has not come: minor units per company and currency."""
    coming: dict[tuple[str, str], int] = {}
    for fact in account.waiting:
        if fact.type == cash.PaymentReceived.TYPE:
            event = codec.decode(fact.type, fact.value)
            if isinstance(event, cash.PaymentReceived):
                pair = (event.company, event.currency)
                coming[pair] = coming.get(pair, 0) + codec.minor(event.amount)
    return coming


def wait(account: Account, event: Event, key: Key) -> None:
    """Let a fact wait for its day; once more changes nothing."""
    if any(waiting_key(fact) == key for fact in account.waiting):
        return
    waiting = list(account.waiting)
    insort(waiting, Waiting(*key, event.TYPE, codec.encode(event)), key=waiting_key)
    account.waiting = tuple(waiting)


def ready_keys(account: Account, open_on: Day) -> list[Key]:
    """The canonical keys of the waiting facts whose day is open."""
    return [waiting_key(fact) for fact in account.waiting if fact.on <= open_on]
