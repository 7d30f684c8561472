"""``huikuan sample``: a made-up portfolio as CloudEvents, into a file or through the services."""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from huikuan.events.currencies import DECIMALS
from services import sample as portfolios
from services.commands import living, show
from services.commands.reach import services
from services.commands.trouble import REFUSED, CommandError
from services.commands.words import say


class Wanted(NamedTuple):
    """Which portfolio; the same words make the same one everywhere."""

    seed: int
    debtors: int
    first_on: date
    days: int
    currency: str


def write(wanted: Wanted, file: Path | None) -> None:
    """One CloudEvent a line, in the order in which they become known."""
    if file is None:
        for told in _facts(wanted):
            sys.stdout.buffer.write(_line(told))
        return
    count = 0
    with file.open("wb") as lines:
        for told in _facts(wanted):
            lines.write(_line(told))
            count += 1
    show.note(say(f"{count} facts in {file}", f"{count} 条事实：{file}"))


def send(wanted: Wanted) -> None:
    """Through intake, day by day, with the business days between."""
    days = [wanted.first_on + timedelta(days=n) for n in range(wanted.days)]
    with services() as reached:
        count = living.live_through(reached, _facts(wanted), days, say("Sending", "写入"))
    show.line(say(f"{count} facts, open: {days[-1]}", f"{count} 条事实，营业日：{days[-1]}"))


def must_have_cents(currency: str) -> None:
    """Raises ``CommandError`` for a currency in which the made-up amounts would be none."""
    if DECIMALS.get(currency) != 2:
        sentence = say(
            f'"{currency}" is no currency with two decimals, as CNY is one',
            f"“{currency}”不是有两位小数的币种（例如 CNY）",
        )
        raise CommandError(sentence, REFUSED)


def _facts(wanted: Wanted) -> Iterator[living.Told]:
    for fact in portfolios.portfolio(*wanted):
        yield living.Told(fact.known_on, fact.debtor, fact.id, fact.event)


def _line(told: living.Told) -> bytes:
    return msgspec.json.encode(living.cloud_event(told)) + b"\n"
