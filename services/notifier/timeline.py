"""What was said to everybody in one partition during a period, as under one policy document.

The document is adopted, for this reading only, just before the period's first day opens, and is in
force to its last, whatever was adopted meanwhile. Steps that are in force then go on under it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import structs

from huikuan.debtor.things import Day
from huikuan.eventlog.record import EVERYBODY, Meta, Record
from huikuan.eventlog.rules import Due
from huikuan.events.codec import decode, encode
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import BreakerTripped, PolicyAdopted
from services.notifier.domain.backtest import Period
from services.notifier.domain.policy import Policy
from services.notifier.rules import NotifierRules
from services.notifier.shared import Shared
from services.notifier.words import PUBLISHER

END = 2**62
"""Beyond the last position of any log."""
_VERSION = "backtest"
"""The document's own may be that of another content on the log."""


class Entry(msgspec.Struct, frozen=True):
    """One record about everybody, and what was shared after it."""

    record: Record
    due: Due
    shared: Shared


class Timeline:
    """The days of a period; the first entry is the opening of its first day."""

    def __init__(self, before: Shared, entries: Sequence[Entry], stop: int) -> None:
        self.before = before
        """What was shared until the first day opened."""
        self.entries = entries
        self.stop = stop
        """The position at which the period is over."""
        self.positions = [entry.record.position for entry in entries]
        self.days_on = [day_of(entry.shared).toordinal() for entry in entries]
        """The day that is open at each entry, as a day number."""
        ladder = entries[0].shared.ladder_now()
        assert ladder is not None, "the document is in force from the first day to the last"
        self.ladder = ladder
        everyone = [
            at for at, entry in enumerate(entries) if entry.due.everyone or entry.due.refold
        ]
        self._everyone_after = _after(everyone, len(entries))
        through = [(at, entry.due.through) for at, entry in enumerate(entries)]
        self._days = [day.toordinal() for _, day in through if day is not None]
        self._days_at = [at for at, day in through if day is not None]
        self._day_after = [bisect_right(self._days_at, at) for at in range(len(entries))]

    def stop_before(self, day: Day) -> int:
        """The position up to which every day that is open lies before this one."""
        return self.start(bisect_left(self.days_on, day))

    def start(self, at: int) -> int:
        """The position of an entry; where there is none after so many, the period's end."""
        return self.positions[at] if at < len(self.positions) else self.stop

    def at(self, position: int) -> int:
        """Which entry was the last before this position."""
        return bisect_right(self.positions, position) - 1

    def bound(self, at: int) -> int:
        """The position up to which an entry is the last."""
        return self.start(at + 1)

    def next_due(self, at: int, review_on: date | None) -> int:
        """Which entry after this one makes a debtor due; their number where none does."""
        found = self._everyone_after[at]
        if review_on is None:
            return found
        day = max(bisect_left(self._days, review_on.toordinal()), self._day_after[at])
        return min(found, self._days_at[day]) if day < len(self._days) else found


def _after(places: Sequence[int], length: int) -> list[int]:
    """Of each place the first of these after it; ``length`` where none is."""
    later = [bisect_right(places, at) for at in range(length)]
    return [places[at] if at < len(places) else length for at in later]


def day_of(shared: Shared) -> date:
    """The open day of an entry."""
    on = shared.setting.open_on
    assert on is not None, "a period begins with a day"
    return on


def timeline(
    rules: NotifierRules,
    records: Sequence[Record],
    period: Period,
    policy: Policy,
    stop: int = END,
) -> Timeline | None:
    """The period under the policy; None where it never began before the position ``stop``.

    ``records``: those about everybody in the partition, in order.
    """
    shared = rules.blank_shared()
    verdicts = _verdicts(records)
    before: Shared | None = None
    entries: list[Entry] = []
    for record in records:
        event = _read(record)
        if record.position >= stop:
            break
        if event is None or _is_said(record) or _is_replaced(event, period, before):
            continue
        if isinstance(event, BusinessDayOpened) and event.date > period.last_on:
            return Timeline(before, entries, record.position) if before else None
        if before is None and _is_first(event, period):
            rules.everybody(shared, _adoption(policy, period, record))
            before = _copied(shared)
        due = rules.everybody(shared, record)
        if isinstance(event, BusinessDayOpened) and event.date in verdicts:
            rules.everybody(shared, verdicts[event.date])
        if before is not None:
            entries.append(Entry(record, due, _copied(shared)))
    return Timeline(before, entries, stop) if before else None


def _copied(shared: Shared) -> Shared:
    """A copy that what comes later does not change: it replaces whole fields."""
    return structs.replace(shared, setting=structs.replace(shared.setting))


def _read(record: Record) -> Any:
    try:
        return decode(record.meta.type, record.value) if record.meta else None
    except msgspec.MsgspecError:
        return None


def _is_first(event: Any, period: Period) -> bool:
    return isinstance(event, BusinessDayOpened) and event.date >= period.first_on


def _is_said(record: Record) -> bool:
    """Whether we said it in consequence of a record; it stands on the log some time later."""
    meta = record.meta
    return meta is not None and meta.said and meta.publisher == PUBLISHER


def _verdicts(records: Sequence[Record]) -> dict[date, Record]:
    """The days on which the breaker tripped.

    It weighs a whole day, but a trial goes debtor by debtor: its verdicts are taken as they were.
    """
    said = [(_read(record), record) for record in records if _is_said(record)]
    return {each.tripped_on: record for each, record in said if isinstance(each, BreakerTripped)}


def _is_replaced(event: Any, period: Period, before: Shared | None) -> bool:
    if not isinstance(event, PolicyAdopted):
        return False
    return before is not None or event.effective_on >= period.first_on


def _adoption(policy: Policy, period: Period, opening: Record) -> Record:
    named = policy.model_copy(update={"version": _VERSION, "effective_on": period.first_on})
    event = PolicyAdopted(version=_VERSION, effective_on=period.first_on, document=named.document())
    recorded_at = opening.meta.recorded_at if opening.meta else 0
    meta = Meta("notifier", 0, f"policy/{_VERSION}", event.TYPE, recorded_at)
    return Record(opening.partition, opening.position, EVERYBODY, encode(event), meta)
