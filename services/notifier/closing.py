"""How a day closed, as known at a place: by what was there then, and by late records that count.

A record is there then where it stands before the next day's opening; one that came later counts
where its own date is no later than the day. What is dated later and came later is left out.
"""

from datetime import date

import msgspec

from huikuan.eventlog.known import Known
from huikuan.eventlog.record import Record
from huikuan.events.codec import FOLDED_TYPES, decode, effective_on
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened

_END = 2**62
_DATES = ("effective_on", "through_on", "on", "tripped_on", "date")
"""Where a word that is no fact says from when it counts; the first that it has."""


class Close:
    """The close of a day in one partition."""

    def __init__(self, day: date, everybody: list[Record]) -> None:
        """``everybody``: the records about everybody that were known."""
        self._day = day
        openings = (each.position for each in everybody if self._opens_later(each))
        self._position = min(openings, default=_END)

    def of(self, records: list[Record]) -> list[Record]:
        """Those among them by which the day closed."""
        at = self._position
        return [each for each in records if each.position < at or self._counts(each)]

    def _opens_later(self, record: Record) -> bool:
        return record.meta is not None and (
            record.meta.type == BusinessDayOpened.TYPE and not self._counts(record)
        )

    def _counts(self, record: Record) -> bool:
        """Whether it counts by the day; what nobody can read has no date."""
        event = _read(record)
        on = None if event is None else date_of(event)
        return on is None or on <= self._day


def closed(day: date, known: Known) -> Known:
    """One debtor's records by which a day closed, and those about everybody."""
    close = Close(day, known.everybody)
    return Known(close.of(known.own), close.of(known.everybody))


def _read(record: Record) -> Event | None:
    try:
        return decode(record.meta.type, record.value) if record.meta else None
    except msgspec.MsgspecError:
        return None


def date_of(event: Event) -> date | None:
    """From when a record counts; None for one that has no date of its own."""
    if event.TYPE in FOLDED_TYPES:
        return effective_on(event)
    return next((getattr(event, name) for name in _DATES if hasattr(event, name)), None)
