"""``huikuan policy check`` refuses what ``adopt`` would refuse, and says where."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app

GOOD = """\
version: test-1
effective_on: 2012-01-01
steps:
  - {name: warning, kind: notice, when: {days_overdue: 5}}
  - {name: blocked, kind: stop_supply, when: {days_overdue: 7}}
"""


def test_a_good_policy_is_shown_as_a_ladder(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    done = CliRunner().invoke(app, ["policy", "check", str(file)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "warning\tnotice" in done.stdout
    assert "blocked\tstop_supply" in done.stdout


def test_a_misspelt_policy_is_refused_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD.replace("days_overdue: 7", "day_overdue: 7"))
    done = CliRunner().invoke(app, ["policy", "check", str(file)])
    assert done.exit_code == 4
    assert "/steps/1/when/day_overdue" in done.stderr


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["policy", "check", str(tmp_path / "none.yaml")])
    assert done.exit_code == 2


def test_a_server_that_does_not_answer_makes_no_policy_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD)
    monkeypatch.setenv("HUIKUAN_URL", "http://127.0.0.1:9")
    done = CliRunner().invoke(app, ["policy", "check", str(file)])
    assert done.exit_code == 0
    assert "Not asked about currencies" in done.stdout
