"""``huikuan demo`` shows real output of all three services, and leaves nothing behind."""

from pathlib import Path

import pytest

from tests.cli.installed import run


@pytest.mark.slow
def test_the_demo_tells_a_story_from_shipment_to_stop_and_back(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", HUIKUAN_LEDGER_DB_URL=f"sqlite:///{tmp_path / 'real.db'}")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    told = [
        "2025-02-12\tnotifier\treminder (notice) is raised",
        "2025-02-20\tERP, bank\tpromises 48000.00 by 2025-02-28",
        "2025-02-28\tpromises\tpromise P-1: partly_kept, 10000.00 came",
        "2025-03-13\tnotifier\tstop (stop_supply) is raised",
        "2025-03-20\tERP, bank\tpays 38000.00",
        "2025-03-20\tnotifier\tstop is lifted",
        "2025-04-02\tnotifier\treminder is lifted",
    ]
    assert [line for line in lines if line in told] == told
    assert "  State: stop. In force: reminder, second_notice, stop." in lines
    assert lines.count("  State: clear. Nothing is in force.") == 1
    assert "731 business days" in lines[0]
    assert not list(tmp_path.iterdir())
