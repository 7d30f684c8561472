"""Two years of somebody's receivables through the API: every figure computed by hand beforehand.

The file is public but without a stated licence, so it is used from the shared folder and never
copied: the tests are skipped where it is absent, and fail there in CI (`data/README.md`).
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from huikuan.eventlog.open import open_log
from services.ledger.importing import Import, Imported
from tests.ledger.desk import Desk, a_desk

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "receivables.csv"
MAPPING = ROOT / "deploy" / "mappings" / "receivables.yaml"

pytestmark = [
    pytest.mark.skipif(
        not FILE.exists() and not os.environ.get("CI"),
        reason="shared/data/receivables.csv is not here, and may not be copied into the repository",
    ),
]


def import_through(desk: Desk, *, history: bool) -> Imported:
    errors = io.StringIO()

    def send(body: bytes) -> list[dict[str, Any]]:
        answer = desk.post("/v1/events", body)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    run = Import(FILE, MAPPING, send, lambda day: void(desk.open_day(day.isoformat())), errors)
    for _ in run.run(history=history):
        pass
    assert list(csv.reader(io.StringIO(errors.getvalue()))) == [["line", "status", "reason"]]
    return run.imported


def void(_answer: object) -> None:
    """Whoever opens days does not ask what was answered."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("receivables")
    log = open_log(f"embedded:{home / 'log.db'}")
    with a_desk(home, log) as desk:
        report = import_through(desk, history=True)
        assert report.counts == {"accepted": 2 * 2466}
        assert report.is_clean
        desk.fold()
        yield desk
    log.close()


def usd(answer: dict[str, Any]) -> dict[str, Any]:
    assert list(answer["currencies"]) == ["USD"]
    found: dict[str, Any] = answer["currencies"]["USD"]
    return found


def buckets(desk: Desk, as_of: str, **more: str) -> list[tuple[str, int]]:
    aged = usd(desk.ask("/v1/ageing", as_of=as_of, buckets="15,30", **more))
    return [(bucket["amount"], bucket["items"]) for bucket in aged["buckets"]]


def test_all_invoices_of_all_debtors_are_there(imported: Desk) -> None:
    invoices = payments = Decimal(0)
    numbers, debtors = set(), set()
    for record in imported.records():
        assert record.meta is not None
        if record.meta.type == "huikuan.invoice.issued.v1":
            data = imported_data(record.value)
            invoices += Decimal(data["amount"])
            numbers.add(data["invoice"])
            debtors.add(record.key)
        elif record.meta.type == "huikuan.payment.received.v1":
            payments += Decimal(imported_data(record.value)["amount"])
    assert (len(numbers), len(debtors)) == (2466, 100)
    assert invoices == payments == Decimal("147703.18")


def imported_data(value: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(value)
    return data


def test_what_was_open_at_the_end_of_2012(imported: Desk) -> None:
    aged = usd(imported.ask("/v1/ageing", as_of="2012-12-31", buckets="15,30"))
    assert (aged["items"], aged["total"]) == (99, "5725.06")
    assert buckets(imported, "2012-12-31") == [
        ("4936.32", 86),
        ("777.30", 12),
        ("11.44", 1),
        ("0.00", 0),
    ]


def test_what_was_open_in_the_middle_of_2013(imported: Desk) -> None:
    aged = usd(imported.ask("/v1/ageing", as_of="2013-06-30", buckets="15,30"))
    assert (aged["items"], aged["total"]) == (84, "5119.85")
    assert buckets(imported, "2013-06-30")[:2] == [("4284.29", 72), ("835.56", 12)]
    assert buckets(imported, "2013-06-30")[2:] == [("0.00", 0), ("0.00", 0)]


def test_debtors_add_up_to_the_portfolio(imported: Desk) -> None:
    page = imported.ask("/v1/debtors", as_of="2012-12-31", limit="60")
    rest = imported.ask("/v1/debtors", as_of="2012-12-31", limit="60", after=page["next"])
    assert "next" not in rest
    debtors = page["items"] + rest["items"]
    assert len({each["debtor"] for each in debtors}) == 100
    balances = [each["balances"].get("USD", {}) for each in debtors]
    assert sum(Decimal(each.get("open", "0")) for each in balances) == Decimal("5725.06")
    overdue = sum(Decimal(each.get("overdue", "0")) for each in balances)
    assert overdue == Decimal("777.30") + Decimal("11.44")


def test_everything_is_paid_in_the_end(imported: Desk) -> None:
    assert imported.ask("/v1/days")["open_on"] == "2014-01-31"
    assert imported.ask("/v1/ageing")["currencies"] == {}


def test_the_first_debtor_to_be_15_days_overdue(imported: Desk) -> None:
    items = imported.ask("/v1/debtors/1604-LIFKX", as_of="2012-02-17")["items"]
    assert max(item["days_overdue"] for item in items) == 15


def test_it_adds_up_for_every_debtor(imported: Desk) -> None:
    assert imported.ask("/health/invariants") == {"status": "hold", "violations": []}


def test_importing_it_again_changes_nothing(imported: Desk) -> None:
    before = len(imported.records())
    report = import_through(imported, history=False)
    assert report.counts == {"duplicate": 2 * 2466}
    assert len(imported.records()) == before


def test_all_at_once_it_comes_to_the_same(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        import_through(desk, history=False)
        desk.open_day("2013-06-30")
        aged = usd(desk.ask("/v1/ageing", buckets="15,30"))
        assert (aged["items"], aged["total"]) == (84, "5119.85")
