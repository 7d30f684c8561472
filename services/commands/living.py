"""Living through days as they are: a day opens, then what becomes known on it goes in."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from huikuan.events import codec
from huikuan.events.fields import Event
from services import sample
from services.commands import show
from services.commands.reach import Services
from services.commands.server_file import SERVICES

_BATCH = 500


class Told(NamedTuple):
    """One fact and the day on which it became known."""

    known_on: date
    debtor: str
    id: str
    event: Event


def live_through(reached: Services, facts: Iterable[Told], days: Sequence[date], label: str) -> int:
    """Open the days and send each day's facts; wait for all services; how many facts."""
    by_day = {
        day: [cloud_event(told) for told in group]
        for day, group in groupby(sorted(facts, key=_known_on), _known_on)
    }
    with show.progress(label, len(days)) as advance:
        opened = 0
        for number, day in enumerate(days, start=1):
            if day in by_day or day == days[-1]:  # days on which nothing comes open with the next
                position = _live(reached, day, by_day.get(day, []))
                advance(number - opened)
                opened = number
        for name in SERVICES:
            reached.wait(name, position)
    return sum(len(facts) for facts in by_day.values())


def _live(reached: Services, day: date, facts: Sequence[dict[str, Any]]) -> str:
    """Open the days through this one and send its facts; answers how far to fold."""
    position: str = reached.post("ledger", "/v1/days", {"date": day.isoformat()})["position"]
    for start in range(0, len(facts), _BATCH):
        answer = reached.post("ledger", "/v1/events", facts[start : start + _BATCH])
        position = answer["position"]
    return position


def cloud_event(told: Told) -> dict[str, Any]:
    """The fact as an ERP would send it."""
    return {
        "specversion": "1.0",
        "id": told.id,
        "source": sample.SOURCE,
        "type": told.event.TYPE,
        "subject": told.debtor,
        "data": msgspec.Raw(codec.encode(told.event)),
    }


def _known_on(told: Told) -> date:
    return told.known_on
