"""A file through its mapping into intake: nothing is lost, what does not go in is listed."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from services.ledger.importing import Import, Imported
from tests.ledger.desk import Desk

MAPPING = """
source: erp
events:
  - type: huikuan.invoice.issued.v1
    id: "{No}"
    debtor: "{Debtor}"
    data:
      invoice: "{No}"
      amount: "{Amount}"
      currency: CNY
      issued_on: "{Date}"
      due_on: "{Due}"
"""
HEADER = "Debtor,No,Amount,Date,Due"


def imported(
    desk: Desk, home: Path, *rows: str, history: bool = False, through: date | None = None
) -> tuple[Imported, list[list[str]]]:
    """The report, and the lines of the error file."""
    path, mapping_path, errors = home / "rows.csv", home / "mapping.yaml", io.StringIO()
    path.write_text("\n".join((HEADER, *rows)))
    mapping_path.write_text(MAPPING)

    def send(body: bytes) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = desk.post("/v1/events", body).json()["results"]
        return results

    def open_day(day: date) -> None:
        desk.open_day(day.isoformat())

    run = Import(path, mapping_path, send, open_day, errors)
    shares = [report.share_done for report in run.run(history=history, through=through)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return run.imported, list(csv.reader(io.StringIO(errors.getvalue())))[1:]


def test_good_rows_go_in_and_bad_ones_are_listed(desk: Desk, tmp_path: Path) -> None:
    report, errors = imported(
        desk,
        tmp_path,
        "ACME,INV-1,100.00,2012-05-01,2012-05-31",
        "ACME,INV-2,abc,2012-05-01,2012-05-31",
        "ACME,INV-1,120.00,2012-05-01,2012-05-31",
        "ACME,INV-1,100.00,2012-05-01,2012-05-31",
        "BOLT,INV-3,100.00",
    )
    assert report.counts == {"accepted": 1, "conflict": 1, "duplicate": 1}
    assert (report.bad_rows, report.is_clean) == (2, False)
    assert [(line, status) for line, status, _ in errors] == [
        ("3", "rejected"),
        ("6", "rejected"),
        ("4", "conflict"),
    ]
    assert "must be digits" in errors[0][2]
    assert "came before with other data" in errors[2][2]
    desk.open_day("2012-06-10")
    assert desk.open_of() == {"INV-1": "100.00"}


def test_history_opens_the_days_between_the_facts(desk: Desk, tmp_path: Path) -> None:
    rows = ("A,INV-2,1.00,2012-05-03,2012-05-31", "A,INV-1,1.00,2012-05-01,2012-05-31")
    report, errors = imported(desk, tmp_path, *rows, history=True, through=date(2012, 5, 5))
    assert (errors, report.opened_on, report.is_clean) == ([], date(2012, 5, 5), True)
    told = [
        record.meta.id
        for record in desk.records()
        if record.meta and record.partition == desk.records()[0].partition
    ]
    opened = [each for each in told if each.startswith("day/")]
    assert opened == [f"day/2012-05-0{day}" for day in range(1, 6)]


def test_an_import_that_broke_off_is_simply_run_again(desk: Desk, tmp_path: Path) -> None:
    rows = [f"ACME,INV-{n},1.00,2012-05-0{n},2012-05-31" for n in range(1, 6)]
    imported(desk, tmp_path, *rows[:3], history=True)
    report, _ = imported(desk, tmp_path, *rows, history=True)
    assert report.counts == {"accepted": 2, "duplicate": 3}
    assert desk.ask("/v1/days")["open_on"] == "2012-05-05"
    assert len(desk.open_of()) == 5
