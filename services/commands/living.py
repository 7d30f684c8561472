"""Living through days as they are: a day opens, then what becomes known on it goes in."""

from collections.abc import Iterable, Iterator, Sequence
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
    position = ""
    with show.progress(label, len(days)) as advance:
        for day in days:
            position = reached.post("ledger", "/v1/days", {"date": day.isoformat()})["position"]
            for batch in _batches(by_day.get(day, [])):
                position = reached.post("ledger", "/v1/events", batch)["position"]
            advance(1)
        for name in SERVICES:
            reached.wait(name, position)
    return sum(len(facts) for facts in by_day.values())


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


def _batches(facts: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(facts), _BATCH):
        yield facts[start : start + _BATCH]
