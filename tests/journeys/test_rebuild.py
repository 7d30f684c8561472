"""A rebuild gives the same state and says nothing, while the service goes on following."""

import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.journeys import portfolio
from tests.journeys.installation import Installation, run, serving
from tests.rig.parts import SERVICES, Parts, Settings

PORTFOLIO = portfolio.days(seed=11, debtors=30, length_days=45)


@pytest.mark.parametrize(
    ("database", "log"),
    [
        ("sqlite", "embedded"),
        ("postgresql", "kafka"),
    ],
)
def test_each_service_is_rebuilt_while_facts_come_in(
    database: str, log: str, home: Path, parts: Parts
) -> None:
    settings = parts(database, log)
    begun = len(PORTFOLIO) // 3
    with serving(home, settings) as huikuan:
        huikuan.adopt(portfolio.LADDER)
        portfolio.play(huikuan, PORTFOLIO[:begun])
        writer = threading.Thread(target=portfolio.play, args=(huikuan, PORTFOLIO[begun:]))
        writer.start()
        reports = {service: _rebuild(home, service, settings) for service in SERVICES}
        writer.join()
        state, said = everything(huikuan), told(huikuan)
        assert said

        for service in SERVICES:
            assert reports[service]["records"] > 0
            _rebuild(home, service, settings, "--verify")
            assert everything(huikuan) == state
            assert told(huikuan) == said


def told(huikuan: Installation) -> dict[str, list[dict[str, Any]]]:
    """What the feed says of each debtor, in order.

    Between debtors the order is that in which their words went out while somebody was reading, so
    the cursors differ too.
    """
    words: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in huikuan.feed():
        words[item["debtor"]].append({k: v for k, v in item.items() if k != "cursor"})
    return words


def everything(huikuan: Installation) -> dict[str, Any]:
    """All that the services answer about every debtor."""
    debtors = sorted(each["debtor"] for each in huikuan.pages("ledger", "/v1/debtors"))
    answers: dict[str, Any] = {
        debtor: (
            huikuan.debtor(debtor),
            huikuan.get("promises", f"/v1/debtors/{debtor}/promises"),
            huikuan.escalations(debtor),
            huikuan.get("notifier", f"/v1/debtors/{debtor}/standing"),
        )
        for debtor in debtors
    }
    answers["ageing"] = huikuan.get("ledger", "/v1/ageing")
    return answers


def _rebuild(home: Path, service: str, settings: Settings, *more: str) -> dict[str, Any]:
    done = run(home, "rebuild", service, "--json", *more, settings=settings)
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = msgspec.json.decode(done.stdout)
    return report
