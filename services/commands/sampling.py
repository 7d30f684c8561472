"""``huikuan sample``: a made-up portfolio, told to an installation day by day, or to a file."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from huikuan.events import codec
from huikuan.events.fields import Event
from services import sample
from services.commands import show
from services.commands.reach import Services, services
from services.commands.server_file import SERVICES
from services.commands.words import say

_BATCH = 500

Told = tuple[date, str, str, Event]
"""When it becomes known, the debtor, the fact's id, the fact."""


def facts_of(seed: int, debtors: int, first_on: date, days: int, invoices: int) -> Iterator[Told]:
    """The portfolio in the order in which it becomes known."""
    portfolio = sample.portfolio(seed, debtors, first_on, days, invoices_per_debtor=invoices)
    return ((fact.known_on, fact.debtor, fact.id, fact.event) for fact in portfolio)


def load_sample(facts: Sequence[Told], first_on: date, days: int) -> None:
    """Tell the facts to the installation of this environment, and open the days among them."""
    with services() as reached:
        load(reached, facts, first_on, days)
    show.line(say(f"{len(facts)} facts over {days} days.", f"{days} 天，{len(facts)} 条事实。"))


def load(reached: Services, facts: Sequence[Told], first_on: date, days: int) -> None:
    """Everything in the order in which it became known, day by day, until all have folded it."""
    by_day = {
        day: [cloud_event(debtor, identifier, event) for _, debtor, identifier, event in group]
        for day, group in groupby(facts, lambda fact: fact[0])
    }
    position = ""
    with show.progress(say(f"{days} days, one by one", f"{days} 天，逐日"), days) as advance:
        for n in range(days):
            day = first_on + timedelta(days=n)
            for batch in _batches(by_day.get(day, [])):
                reached.post("ledger", "/v1/events", batch)
            answer = reached.post("ledger", "/v1/days", {"date": day.isoformat()})
            position = answer["position"]
            advance(1)
        for name in SERVICES:
            reached.wait(name, position)


def write_sample(facts: Sequence[Told], file: Path) -> None:
    """Write the facts as CloudEvents, one a line; ``-`` is stdout."""
    lines = (msgspec.json.encode(cloud_event(*fact[1:])) + b"\n" for fact in facts)
    if str(file) == "-":
        sys.stdout.buffer.writelines(lines)
        return
    with file.open("wb") as opened:
        opened.writelines(lines)


def cloud_event(debtor: str, identifier: str, event: Event) -> dict[str, Any]:
    """The fact as an ERP would send it."""
    return {
        "specversion": "1.0",
        "id": identifier,
        "source": sample.SOURCE,
        "type": event.TYPE,
        "subject": debtor,
        "data": msgspec.Raw(codec.encode(event)),
    }


def _batches(facts: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(facts), _BATCH):
        yield facts[start : start + _BATCH]
