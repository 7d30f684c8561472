"""``huikuan import --complete``: whoever delivers a payments file also says that it is whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.installed import Served, run_here, serving

MAPPING = """\
source: bank
events:
  - type: huikuan.payment.received.v1
    id: "{number}"
    debtor: "{debtor}"
    data: {payment: "{number}", amount: "{amount}", currency: CNY, value_on: "{on}", kind: cash}
"""
HEADER = "number,debtor,amount,on\n"
GOOD, BAD = "P1,acme,10.00,2012-05-02\n", "P2,acme,-1,2012-05-02\n"
FEED = ("--complete", "payments/icbc", "2012-05-03")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("feed")) as running:
        day = running.post("/ledger/v1/days", {"date": "2012-05-04"})
        running.get("/notifier/v1/position", after_position=day["position"])
        yield running


def _import(served: Served, directory: Path, rows: str, *words: str) -> tuple[int, str, str]:
    file, mapping = directory / "payments.csv", directory / "mapping.yaml"
    file.write_text(HEADER + rows)
    mapping.write_text(MAPPING)
    done = run_here(served.said.parent, "import", str(file), "--mapping", str(mapping), *words)
    return done.returncode, done.stdout, done.stderr


def _feeds(served: Served) -> list[dict[str, Any]]:
    feeds: list[dict[str, Any]] = served.get("/notifier/v1/feeds")["items"]
    return feeds


def test_a_file_of_which_a_row_is_rejected_leaves_its_feed_open(
    served: Served, tmp_path: Path
) -> None:
    code, _, err = _import(served, tmp_path, GOOD + BAD, *FEED)
    assert code == 1
    assert "payments/icbc is not said to be complete" in err
    assert _feeds(served) == []


def test_a_clean_file_completes_its_feed_and_so_does_one_without_rows(
    served: Served, tmp_path: Path
) -> None:
    code, out, _ = _import(served, tmp_path, GOOD, *FEED, "--json")
    assert code == 0
    assert msgspec.json.decode(out)["complete_through"] == "2012-05-03"
    (feed,) = _feeds(served)
    assert (feed["source"], feed["feed"], feed["through_on"]) == (
        "bank", "payments/icbc", "2012-05-03",
    )  # fmt: skip
    later = (*FEED[:2], "2012-05-04")
    code, out, _ = _import(served, tmp_path, "", *later)
    assert code == 0
    assert "payments/icbc is complete through 2012-05-04." in out
    assert _feeds(served)[0]["through_on"] == "2012-05-04"


def test_a_feed_is_named_with_a_date(served: Served, tmp_path: Path) -> None:
    code, _, err = _import(served, tmp_path, GOOD, *FEED[:2], "yesterday")
    assert code == 2
    assert "yesterday" in err


def test_a_dry_run_completes_nothing(served: Served, tmp_path: Path) -> None:
    before = _feeds(served)
    code, out, _ = _import(served, tmp_path, GOOD, "--dry-run", *FEED)
    assert code == 0
    assert "complete" not in out
    assert _feeds(served) == before
