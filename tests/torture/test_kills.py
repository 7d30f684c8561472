"""Each service is killed again and again under load: nothing lost, nothing doubled, state equal.

What is right, one process says that nobody killed, on the embedded log and SQLite.
`HUIKUAN_KILLS` says how many, `HUIKUAN_SEED` repeats a run.
"""

import os
import random
from pathlib import Path

import pytest

from tests.journeys import portfolio
from tests.journeys.installation import apart, serving
from tests.rig.parts import SERVICES, Parts
from tests.torture.equal import are_equal
from tests.torture.killer import Killer
from tests.torture.load import Sender, requests

KILLS = int(os.environ.get("HUIKUAN_KILLS", "20"))
DELAY_SECONDS_MAX = 0.6
DEBTORS = 80

pytestmark = [pytest.mark.torture, pytest.mark.timeout(3600)]


def test_services_that_are_killed_end_as_one_that_was_not(
    seed: int, tmp_path: Path, parts: Parts
) -> None:
    draw = random.Random(seed)
    batches = list(requests(portfolio.days(seed, DEBTORS, max(60, KILLS * 3)), seed))
    kills = set(draw.sample(range(len(batches) * 95 // 100), KILLS))
    settings = parts("postgresql", "kafka")
    with (
        apart(tmp_path / "killed", settings) as (huikuan, system),
        serving(tmp_path / "oracle") as oracle,
    ):
        killer = Killer(system)
        senders = Sender(huikuan), Sender(oracle)
        for each in (huikuan, oracle):
            each.adopt(portfolio.LADDER)
        for number, batch in enumerate(batches):
            if number in kills:
                killer.strike(draw.choice(SERVICES), draw.uniform(0, DELAY_SECONDS_MAX))
            for sender in senders:
                sender.send(batch)
        killer.wait()
        are_equal(huikuan, oracle)
    print(f"{killer.deaths}, {len(batches)} batches, {senders[0].lost_answers} answers lost")
    assert killer.deaths.total() == KILLS
