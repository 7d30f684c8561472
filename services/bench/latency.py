"""From a fact accepted by HTTP to its escalation on the feed, against a real ``huikuan serve``."""

import asyncio
import statistics
import time
from collections.abc import Mapping

import httpx2
import msgspec

from services.bench.plain_http import PlainClient

RATE_PER_S = 200
DAY = "2026-01-31"
POLICY = {
    "version": "bench-latency",
    "effective_on": "2026-01-01",
    "steps": [{"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}],
}


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from sending the fact to reading its escalation."""

    facts: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class _Word(msgspec.Struct):
    debtor: str


_words = msgspec.json.Decoder(_Word)


async def measure(url: str, key: str, seconds: int) -> Latency:
    """Send ``RATE_PER_S`` overdue invoices a second, each of a new debtor; follow the stream."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        await _prepare(client)
    plain = PlainClient(url, key)
    try:
        sent: dict[str, float] = {}
        seen: dict[str, float] = {}
        total = RATE_PER_S * seconds
        listening = asyncio.create_task(_listen(plain, seen, total))
        await asyncio.sleep(0.5)
        await _send(plain, sent, total)
        await asyncio.wait_for(listening, timeout=60)
    finally:
        plain.close()
    return _summary(sent, seen)


async def _prepare(client: httpx2.AsyncClient) -> None:
    adopted = await client.put("/notifier/v1/policy", json=POLICY)
    adopted.raise_for_status()
    opened = await client.post("/ledger/v1/days", json={"date": DAY})
    opened.raise_for_status()
    position = opened.json()["position"]
    folded = await client.get(
        "/notifier/v1/escalations", params={"after_position": position, "limit": 1}
    )
    folded.raise_for_status()


async def _send(client: PlainClient, sent: dict[str, float], total: int) -> None:
    started_s = time.perf_counter()
    posts = []
    for number in range(total):
        wait_s = started_s + number / RATE_PER_S - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        posts.append(asyncio.create_task(_post(client, sent, f"L{number:06d}")))
    await asyncio.gather(*posts)


async def _post(client: PlainClient, sent: dict[str, float], debtor: str) -> None:
    event = {
        "specversion": "1.0",
        "id": debtor,
        "source": "bench",
        "subject": debtor,
        "type": "huikuan.invoice.issued.v1",
        "data": {
            "invoice": debtor,
            "amount": "100.00",
            "currency": "CNY",
            "issued_on": "2025-12-01",
            "due_on": "2025-12-31",
        },
    }
    body = msgspec.json.encode(event)
    sent[debtor] = time.perf_counter()
    await client.post("/ledger/v1/events", body)


async def _listen(client: PlainClient, seen: dict[str, float], total: int) -> None:
    async for data in client.events("/notifier/v1/escalations/stream"):
        read_s = time.perf_counter()
        seen.setdefault(_words.decode(data).debtor, read_s)
        if len(seen) >= total:
            return


def _summary(sent: Mapping[str, float], seen: Mapping[str, float]) -> Latency:
    took_ms = sorted((seen[debtor] - at) * 1000 for debtor, at in sent.items())
    return Latency(
        facts=len(took_ms),
        p50_ms=statistics.median(took_ms),
        p99_ms=took_ms[int(len(took_ms) * 0.99)],
        max_ms=took_ms[-1],
    )
