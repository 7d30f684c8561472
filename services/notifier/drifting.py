"""How far a debtor's facts may be folded together: for as long as none of them needs a look."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from huikuan.debtor.account import Account
from huikuan.debtor.things import Day
from huikuan.eventlog.record import Record
from huikuan.events.codec import UnknownTypeError, decode, effective_on
from huikuan.events.fields import Event
from services.notifier.domain.unpaid import Unpaid
from services.notifier.timeline import Timeline
from services.notifier.watched import Watched, loud_from


class Drift(NamedTuple):
    """Facts that come next, at none of which anything is demanded."""

    facts: list[tuple[str, Event]]
    """Each with its id."""
    loud_on: Day
    """The first day on which a step may be demanded after them; it may be later in truth."""


def drift(watched: Watched, records: Sequence[Record], stop: int, line: Timeline) -> Drift:
    """The first of a debtor's records, at none of which before ``stop`` anything is demanded.

    ``watched``: as he was followed so far; nothing is demanded of him on the day that is open then.
    He is left as he is.
    """
    account, facts = watched.account, list[tuple[str, Event]]()
    last_on, loud_on = account.last_key[0], loud_from(watched, line.ladder)
    quiet_to = min(stop, line.stop_before(loud_on))
    if not records or records[0].position >= quiet_to:
        return Drift(facts, loud_on)
    unpaid = Unpaid(account, line.ladder)
    with suppress(msgspec.MsgspecError, UnknownTypeError):  # what cannot be read is no fact
        for record in records:
            meta, position = record.meta, record.position
            if meta is None or position >= quiet_to:
                break
            event = decode(meta.type, record.value)
            if not unpaid.take(event):
                break
            if last_on and effective_on(event).toordinal() <= last_on:
                break
            if unpaid.loud_on != loud_on:
                quiet_to = min(stop, line.stop_before(unpaid.loud_on))
                if position >= quiet_to:
                    break
                loud_on = unpaid.loud_on
            facts.append((meta.id, event))
    return Drift(facts, loud_on)


def sort_after(account: Account, facts: Iterable[tuple[str, Event]]) -> bool:
    """Whether each of these facts is of a later day than all that was folded."""
    last_on = account.last_key[0]
    return all(effective_on(event).toordinal() > last_on for _, event in facts)
