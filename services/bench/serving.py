"""What a user waits for: the first answer of ``huikuan serve``, an escalation, the demo."""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from services.bench import latency

LATENCY_SECONDS = 10
START_SECONDS_MAX = 30
KEY = "hk_live_bench_0123456789abcdef0123456789abcdef"

Spread = tuple[float, float, float]
"""Median, least and most."""


def measure(home: Path, runs: int, told: Callable[[str], None]) -> dict[str, Spread]:
    """Name → (median, least, most) of ``runs`` runs."""
    starts_ms: list[float] = []
    measured: list[latency.Latency] = []
    for number in range(runs):
        told(f"serving ({number + 1}/{runs})")
        with served(home / f"serve{number}") as (url, start_ms):
            starts_ms.append(start_ms)
            measured.append(asyncio.run(latency.measure(url, KEY, LATENCY_SECONDS)))
    demos_ms = [_demo_ms() for _ in range(runs)]
    return {
        "first answer, ms after the command": spread(starts_ms),
        f"fact → escalation at {latency.RATE_PER_S}/s, p50 ms": spread(
            [one.p50_ms for one in measured]
        ),
        f"fact → escalation at {latency.RATE_PER_S}/s, p99 ms": spread(
            [one.p99_ms for one in measured]
        ),
        "huikuan demo, ms": spread(demos_ms),
    }


@contextmanager
def served(home: Path) -> Iterator[tuple[str, float]]:
    """A server on this home: its address, and how many milliseconds it took to answer."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "HUIKUAN_HOME": str(home), "HUIKUAN_API_KEY": KEY}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [*_huikuan(), "serve", "--port", str(port), "--clock", "manual"]
    asking = httpx2.Client(timeout=1, trust_env=False)  # made first, as that takes 70 ms
    started_s = time.perf_counter()
    with (
        asking,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server,
    ):
        try:
            _wait_until_answered(asking, url, started_s)
            yield url, (time.perf_counter() - started_s) * 1000
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def _wait_until_answered(asking: httpx2.Client, url: str, started_s: float) -> None:
    while time.perf_counter() - started_s < START_SECONDS_MAX:
        try:
            asking.get(f"{url}/ledger/health/live").raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.01)
        else:
            return
    message = f"{url} did not answer within {START_SECONDS_MAX} s"
    raise TimeoutError(message)


def _demo_ms() -> float:
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started_s = time.perf_counter()
    subprocess.run([*_huikuan(), "demo"], env=environment, check=True, capture_output=True)
    return (time.perf_counter() - started_s) * 1000


def _huikuan() -> list[str]:
    return [str(Path(sys.executable).with_name("huikuan"))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def spread(values: list[float]) -> Spread:
    """Median, least and most."""
    return statistics.median(values), min(values), max(values)
