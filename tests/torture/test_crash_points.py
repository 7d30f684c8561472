"""Each service dies of itself at every named point between two effects (`HUIKUAN_CRASH_AT`)."""

import os
import random
from pathlib import Path

import pytest

from huikuan.eventlog.crash import POINTS
from tests.journeys import portfolio
from tests.journeys.installation import apart, serving
from tests.rig.parts import Parts
from tests.torture.equal import are_equal
from tests.torture.killer import Trapper
from tests.torture.load import Sender, requests

DEATHS = max(5, int(os.environ.get("HUIKUAN_KILLS", "20")) // 4)
DEBTORS = 50

pytestmark = [pytest.mark.torture, pytest.mark.timeout(3600)]


def test_services_that_die_between_two_effects_end_as_one_that_did_not(
    seed: int, tmp_path: Path, parts: Parts
) -> None:
    with (
        apart(tmp_path / "trapped", parts("postgresql", "kafka")) as (huikuan, system),
        serving(tmp_path / "oracle") as oracle,
    ):
        for each in (huikuan, oracle):
            each.adopt(portfolio.LADDER)
        trapper = Trapper(system, sorted(POINTS), random.Random(seed))
        senders = Sender(huikuan), Sender(oracle)
        trapper.begin()
        for batch in requests(portfolio.days(seed, DEBTORS, 40 + DEATHS * 2), seed):
            for sender in senders:
                sender.send(batch)
        trapper.end()
        are_equal(huikuan, oracle)
    print(f"{trapper.deaths}, {senders[0].lost_answers} answers lost")
    assert trapper.deaths.total() >= DEATHS
