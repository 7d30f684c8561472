"""Each service dies of itself at every named point between two effects (`HUIKUAN_CRASH_AT`)."""

import os
import random
from collections import deque
from itertools import cycle, product
from pathlib import Path

import pytest

from huikuan.eventlog.crash import POINTS
from tests.journeys import portfolio
from tests.journeys.installation import apart
from tests.rig.parts import SERVICES, Parts
from tests.torture.equal import answers, answers_left_alone, are_equal
from tests.torture.killer import Trap
from tests.torture.load import Sender, requests

PLACES = [*product(SERVICES, sorted(POINTS))]
DEATHS = max(4, int(os.environ.get("HUIKUAN_KILLS", "20")) // 5)
PASSES_MAX = 3
BATCHES_PER_TRAP = 12
PATIENCE_SECONDS = 3.0
"""For a process to come by the point, when nothing more is sent."""
DEBTORS = 40
DAYS = 20 + 2 * DEATHS

pytestmark = [pytest.mark.torture, pytest.mark.timeout(3600)]


def test_services_that_die_between_two_effects_end_as_one_that_did_not(
    seed: int, tmp_path: Path, parts: Parts
) -> None:
    draw = random.Random(seed)
    batches = list(requests(portfolio.days(seed, DEBTORS, DAYS), seed))
    wanted = answers_left_alone(tmp_path / "left-alone", batches)
    places = cycle(draw.sample(PLACES, len(PLACES)))

    settings = parts("postgresql", "kafka")
    with apart(tmp_path / "trapped", settings, HUIKUAN_LEASE_SECONDS="2") as (huikuan, system):
        huikuan.adopt(portfolio.LADDER)
        waiting, sender = deque(batches), Sender(huikuan)
        died: list[str] = []
        while waiting and len(died) < DEATHS:
            name, point = next(places)
            trap = Trap(system[name], point, draw.randint(1, PASSES_MAX))
            for _ in range(min(BATCHES_PER_TRAP, len(waiting))):
                sender.send(waiting.popleft())
                sender.wait_a_little(name)  # so that the service comes by for each batch
                if trap.has_sprung:
                    break
            trap.clear(PATIENCE_SECONDS)
            if trap.has_sprung:
                died.append(f"{name} {point}")
        for batch in waiting:
            sender.send(batch)
        are_equal(answers(huikuan), wanted)
    print(f"{died}, {sender.lost_answers} answers lost")
    assert len(died) >= DEATHS // 2, "a service that says little does not spring every trap"
