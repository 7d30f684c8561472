"""Run tasks in fresh processes, several times in turn, and take medians."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """What several runs of one task showed: medians, with the least and the most."""

    name: str
    events: int
    per_s: int
    per_s_min: int
    per_s_max: int
    rss_mb: int

    @property
    def us(self) -> float:
        """Microseconds per event."""
        return 1_000_000 / self.per_s


class Run(msgspec.Struct, frozen=True):
    """One run of one task, as the child printed it."""

    events: int
    seconds: float
    rss_mb: float


Task = Callable[[int], Sequence[str]]
"""The words of a task for a round, so that each round can have a fresh database."""

Tasks = Mapping[str, Task]


class ChildError(Exception):
    """A measured process ended badly; carries the end of what it printed."""


def run(task: Sequence[str]) -> Run:
    """One run of ``services.bench.task`` in a process of its own."""
    command = [sys.executable, "-m", "services.bench.task", *task]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    if child.returncode:
        message = f"{' '.join(task)}: {child.stderr[-2000:]}"
        raise ChildError(message)
    return msgspec.convert(json.loads(child.stdout.splitlines()[-1]), Run)


def side_by_side(tasks: Tasks, runs: int, told: Callable[[str], None]) -> list[Figure]:
    """Run every task in turn, ``runs`` times over, so that a slow minute hits all alike."""
    rounds: dict[str, list[Run]] = {name: [] for name in tasks}
    for number in range(runs):
        for name, task in tasks.items():
            told(f"{name} ({number + 1}/{runs})")
            rounds[name].append(run(task(number)))
    return [_figure(name, done) for name, done in rounds.items()]


def _figure(name: str, done: Sequence[Run]) -> Figure:
    rates = [one.events / one.seconds for one in done]
    return Figure(
        name=name,
        events=done[0].events,
        per_s=int(statistics.median(rates)),
        per_s_min=int(min(rates)),
        per_s_max=int(max(rates)),
        rss_mb=int(max(one.rss_mb for one in done)),
    )
