"""Each service is killed again and again under load: nothing lost, nothing doubled, state equal.

What is right, one process says that nobody killed, on the embedded log and SQLite.
`HUIKUAN_KILLS` says how many, `HUIKUAN_SEED` repeats a run.
"""

import os
import random
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.journeys import portfolio
from tests.journeys.installation import apart
from tests.rig.parts import SERVICES, Parts
from tests.torture.equal import answers, answers_left_alone, are_equal
from tests.torture.killer import Killer
from tests.torture.load import Sender, requests

KILLS = int(os.environ.get("HUIKUAN_KILLS", "20"))
DELAY_SECONDS_MAX = {"ledger": 0.04, "promises": 0.3, "notifier": 0.3}
"""The ledger dies with a request in its hands, the others over what they were just sent."""
DEBTORS = 40
DAYS = max(30, KILLS)

pytestmark = [pytest.mark.torture, pytest.mark.timeout(3600)]


def test_services_that_are_killed_end_as_one_that_was_not(
    seed: int, tmp_path: Path, parts: Parts
) -> None:
    draw = random.Random(seed)
    batches = list(requests(portfolio.days(seed, DEBTORS, DAYS), seed))
    wanted = answers_left_alone(tmp_path / "left-alone", batches)
    victims = list(islice(cycle(SERVICES), KILLS))
    draw.shuffle(victims)
    kills = dict(zip(draw.sample(range(len(batches)), KILLS), victims, strict=True))

    settings = parts("postgresql", "kafka")
    with apart(tmp_path / "killed", settings, HUIKUAN_LEASE_SECONDS="2") as (huikuan, system):
        killer, sender = Killer(system), Sender(huikuan)
        huikuan.adopt(portfolio.LADDER)
        for number, batch in enumerate(batches):
            if number in kills:
                victim = kills[number]
                killer.strike(victim, draw.uniform(0, DELAY_SECONDS_MAX[victim]))
            sender.send(batch)
        killer.wait()
        are_equal(answers(huikuan), wanted)
    print(f"{killer.deaths}, {len(batches)} batches, {sender.lost_answers} answers lost")
    assert killer.deaths.total() == KILLS
