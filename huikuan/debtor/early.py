"""Facts about things that do not exist yet: kept until the thing comes, never refused."""

from huikuan.debtor.account import Account, Early
from huikuan.events import codec
from huikuan.events.fields import Event


def keep_early(account: Account, thing: str, event: Event, event_id: str) -> None:
    """Keep a fact until ``thing`` (``payment:<name>``, ``invoice:<name>`` …) is made."""
    early = Early(thing, event_id, event.TYPE, codec.encode(event))
    account.early = (*account.early, early)


def take_early(account: Account, thing: str) -> list[tuple[str, Event]]:
    """The facts that waited for a thing, in canonical order; they wait no longer."""
    taken = [early for early in account.early if early.thing == thing]
    if taken:
        account.early = tuple(early for early in account.early if early.thing != thing)
    return [(early.id, codec.decode(early.type, early.value)) for early in taken]
