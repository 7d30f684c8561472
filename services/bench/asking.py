"""Why, forecast and history of one debtor, asked of a real ``huikuan serve`` with a portfolio."""

import asyncio
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx2
import msgspec

from services import sample
from services.bench.fill import FOUR_STEPS
from services.bench.serving import KEY, Spread, served, spread
from services.commands import living
from services.commands.reach import Endpoint, Services
from services.commands.server_file import SERVICES
from services.notifier.domain.policy import Policy

RATE_PER_S = 100
SECONDS = 10
DEBTORS = 2_000
_SEED = 2026
_FIRST_ON = date(2024, 1, 1)
_DAYS = 365
_INVOICES_PER_DEBTOR = 8
_WARMING = 60
"""Questions that do not count: what a process makes once is made by then."""
_STEPS = [step.name for step in Policy.model_validate(FOUR_STEPS).steps]

Answered = dict[str, list[float]]
"""What was asked → milliseconds of each answer."""


def measure(home: Path, runs: int, told: Callable[[str], None]) -> dict[str, Spread]:
    """Name → (median, least, most) of ``runs`` runs, over one portfolio."""
    answered: list[Answered] = []
    with served(home / "asked") as (url, _):
        told(f"living through {_DAYS} days of {DEBTORS:,} debtors")
        _live(url)
        for number in range(runs):
            told(f"asking ({number + 1}/{runs})")
            answered.append(asyncio.run(_ask(url, _questions(number))))
    return {
        f"{kind}, {name} ms": spread([percentile(each[kind]) for each in answered])
        for kind in sorted(answered[0])
        for name, percentile in (("p50", statistics.median), ("p99", _p99))
    }


def _live(url: str) -> None:
    reached = Services({name: Endpoint(f"{url}/{name}", KEY) for name in SERVICES})
    try:
        policy = msgspec.json.encode(FOUR_STEPS)
        reached.put("notifier", "/v1/policy", policy, "application/json")
        days = [_FIRST_ON + timedelta(days=number) for number in range(_DAYS)]
        living.live_through(reached, _facts(), days, "")
    finally:
        reached.close()


def _facts() -> Iterator[living.Told]:
    portfolio = sample.portfolio(
        _SEED, DEBTORS, _FIRST_ON, _DAYS, invoices_per_debtor=_INVOICES_PER_DEBTOR
    )
    for fact in portfolio:
        yield living.Told(fact.known_on, fact.debtor, fact.id, fact.event)


def _questions(seed: int) -> list[tuple[str, str]]:
    """Kinds and paths, in the order in which they are asked: of any debtor, each kind as often."""
    chance = random.Random(seed)  # noqa: S311 - the same questions every time
    asked = []
    for number in range(_WARMING + RATE_PER_S * SECONDS):
        debtor = f"/notifier/v1/debtors/D{chance.randrange(DEBTORS):06d}"
        kinds = {
            "why": f"{debtor}/why?step={chance.choice(_STEPS)}",
            "forecast": f"{debtor}/forecast",
            "history": f"{debtor}/escalations",
        }
        asked.append(list(kinds.items())[number % len(kinds)])
    return asked


async def _ask(url: str, questions: list[tuple[str, str]]) -> Answered:
    """Send ``RATE_PER_S`` questions a second, whether those before were answered or not."""
    headers = {"Authorization": f"Bearer {KEY}"}
    limits = httpx2.Limits(max_connections=32)
    answered: Answered = defaultdict(list)

    async with httpx2.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=30
    ) as client:

        async def ask(kind: str, path: str) -> None:
            sent_s = time.perf_counter()
            (await client.get(path)).raise_for_status()
            answered[kind].append((time.perf_counter() - sent_s) * 1000)

        for question in questions[:_WARMING]:
            await ask(*question)
        answered.clear()
        started_s = time.perf_counter()
        under_way = []
        for number, question in enumerate(questions[_WARMING:]):
            wait_s = started_s + number / RATE_PER_S - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            under_way.append(asyncio.create_task(ask(*question)))
        await asyncio.gather(*under_way)
    return answered


def _p99(took_ms: list[float]) -> float:
    return sorted(took_ms)[int(len(took_ms) * 0.99)]
