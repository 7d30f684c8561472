"""A policy is tried on the past: by command, on a server or without one, and by the API."""

import time
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import msgspec

from tests.cli.installed import Served, Told, run, run_here, serving

LIVE = """\
version: live-1
effective_on: 2025-01-01
steps:
  - {name: reminder, kind: notice, when: {days_overdue: 1}}
  - {name: stop, kind: stop_supply, when: {days_overdue: 15}}
"""
GENTLE = LIVE.replace("live-1", "gentle-1").replace("days_overdue: 15", "days_overdue: 25")
PERIOD = ("--from", "2025-01-01", "--to", "2025-04-30")


def test_a_policy_is_tried_by_command_and_by_the_api_with_the_same_answer(tmp_path: Path) -> None:
    home = tmp_path / "home"
    live, gentle = tmp_path / "live.yaml", tmp_path / "gentle.yaml"
    live.write_text(LIVE)
    gentle.write_text(GENTLE)
    with serving(home) as served:
        assert run_here(home, "policy", "adopt", str(live)).returncode == 0
        words = ("--debtors", "20", "--days", "120", "--from", "2025-01-01")
        assert run_here(home, "sample", "--send", *words).returncode == 0

        same, other = _tried(home, live), _tried(home, gentle)
        assert same["totals"]["debtors_that_differ"] == 0
        assert same["totals"]["now"]["raised"] > 10
        stop = {each["step"]: each for each in other["totals"]["steps"]}["stop"]
        assert 0 < stop["now"]["days_held"] < stop["then"]["days_held"]
        assert stop["removed"] + stop["moved"] > 0
        assert len(other["items"]) == other["totals"]["debtors_that_differ"] > 0

        asked = {"policy": GENTLE, "from": "2025-01-01", "to": "2025-04-30"}
        by_api = _ended(served, served.client.post("/notifier/v1/backtests", json=asked).json())
        assert _found(by_api) == _found(other)

        told = run_here(home, "backtest", str(gentle), *PERIOD)
        assert told.returncode == 0, told.stderr
        raised = f"{stop['then']['raised']} → {stop['now']['raised']}"
        assert f"stop\tstop_supply\t{raised}\t" in told.stdout
        refused = run_here(home, "backtest", str(gentle), "--from", "2024-12-31")
        assert refused.returncode == 4
        assert "/from: The period begins before the first business day" in refused.stderr
    alone = run(home, "backtest", str(gentle), *PERIOD, "--json")
    assert _found(_answered(alone)) == _found(other), "without a server it serves itself"


def _tried(home: Path, policy: Path) -> dict[str, Any]:
    return _answered(run_here(home, "backtest", str(policy), *PERIOD, "--json"))


def _answered(done: Told | CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = msgspec.json.decode(done.stdout)
    return answer


def _ended(served: Served, job: dict[str, Any]) -> dict[str, Any]:
    path = f"/notifier/v1/backtests/{job['id']}"
    while (job := served.get(path, limit="1000"))["state"] == "running":
        time.sleep(0.05)
    assert job["state"] == "done"
    return job


def _found(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in ("policy", "against", "from", "to", "totals", "items")}
