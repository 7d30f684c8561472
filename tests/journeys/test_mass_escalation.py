"""An empty payment file and a doubled invoice file in one day: nobody is stopped, one alarm."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.installed import run_here
from tests.journeys.facts import fact, payment
from tests.journeys.installation import PROJECT, Answer, Installation, run, serving

DEBTORS = [f"C-{number:04}" for number in range(640)]
LATE = DEBTORS[:5]
"""They do owe, whatever the files say."""
LADDER = """
version: guards-1
effective_on: 2026-01-01
steps:
  - {name: reminder, kind: notice,      when: {days_overdue: 1}}
  - {name: stop,     kind: stop_supply, when: {days_overdue: 3, overdue_amount: {CNY: "150.00"}}}
"""
HEAD = "客户编号,单据类型,单据号,单据日期,到期日,币种,金额,已收款日,银行流水号,关联发票"
MAPPING = PROJECT / "deploy" / "mappings" / "example.yaml"


def import_file(home: Path, name: str, rows: Sequence[str]) -> None:
    """As the ERP and the bank hand them over: files, by command, to the server that runs."""
    file = home / name
    file.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    done = run_here(home, "import", str(file), "--mapping", str(MAPPING))
    assert done.returncode == 0, done.stdout + done.stderr


def invoice_row(debtor: str, number: str) -> str:
    return f"{debtor},发票,{number},2026-02-01,2026-03-02,人民币,100.00,,,"


def metric(huikuan: Installation, name: str) -> float:
    page = huikuan.ask("GET", "notifier", "/metrics").text
    return float(next(line for line in page.splitlines() if line.startswith(name)).split()[1])


def alarms(huikuan: Installation) -> list[str]:
    parts: Answer = huikuan.ask("GET", "notifier", "/health/parts").json()
    found: list[str] = parts["alarms"]
    return found


def stops(huikuan: Installation, status: str) -> set[str]:
    return {
        each["debtor"]
        for each in huikuan.feed()
        if each["kind"] == "stop_supply" and each["status"] == status
    }


@pytest.mark.timeout(300)
def test_an_empty_payment_file_and_a_doubled_invoice_file_stop_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(home) as huikuan:
        huikuan.adopt(LADDER)
        import_file(home, "invoices.csv", [invoice_row(each, f"A-{each}") for each in DEBTORS])
        huikuan.open_day("2026-03-04")

        import_file(home, "payments.csv", [])
        doubled = [invoice_row(each, f"{copy}-{each}") for copy in "AB" for each in DEBTORS]
        import_file(home, "invoices-of-today.csv", doubled)
        huikuan.open_day("2026-03-05")

        assert huikuan.debtor(DEBTORS[7])["balances"]["CNY"]["overdue"] == "200.00"
        assert stops(huikuan, "raised") == set()
        assert stops(huikuan, "proposed") == set(DEBTORS), "all wait for a person"
        assert huikuan.get("notifier", "/v1/holds")["items"] == []
        assert len(alarms(huikuan)) == 1
        breaker = huikuan.get("notifier", "/v1/breaker")
        assert breaker["state"] == "tripped"
        assert [day["steps"] for day in breaker["items"]] == [640]
        assert metric(huikuan, "huikuan_breaker_steps_held") == 640
        _is_explained(huikuan, DEBTORS[7])

        _truth_comes(huikuan)
        assert stops(huikuan, "voided") == set(DEBTORS) - set(LATE), (
            "what was never owed is dropped"
        )
        huikuan.open_day("2026-03-06")
        assert stops(huikuan, "raised") == set(), "a new day releases nothing by itself"

        _release(huikuan, "2026-03-05")
        assert alarms(huikuan) == []
        huikuan.open_day("2026-03-07")
        assert stops(huikuan, "raised") == set(LATE), "and who does owe is stopped after all"
        huikuan.settle()
    rebuilt = run(home, "rebuild", "notifier", "--verify")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr


def _is_explained(huikuan: Installation, debtor: str) -> None:
    held = huikuan.escalations(debtor)
    assert (held["state"], held["in_force"]) == ("reminder", ["reminder"])
    assert held["history"][-1]["held"]["reason"] == "mass_escalation"
    why = huikuan.get("notifier", f"/v1/debtors/{debtor}/why", step="stop")
    assert why["in_force"] is False
    assert "熔断" in why["escalations"][0]["held"]["zh"]


def _truth_comes(huikuan: Installation) -> None:
    """The bank's file of three days ago, and the copies cancelled."""
    prompt = [each for each in DEBTORS if each not in LATE]
    huikuan.tell(
        *(payment(each, f"P-{each}", "100.00", "2026-03-02", pays=f"A-{each}") for each in prompt)
    )
    huikuan.tell(
        *(fact("invoice.cancelled", each, invoice=f"B-{each}", on="2026-03-05") for each in prompt)
    )


def _release(huikuan: Installation, tripped_on: str) -> None:
    body = {"tripped_on": tripped_on, "by": "li", "reason": "files mended"}
    answer = huikuan.ask("POST", "notifier", "/v1/breaker/releases", json=body)
    assert answer.status_code == 201, answer.text
    huikuan.position = answer.json()["position"]
    assert huikuan.get("notifier", "/v1/breaker")["state"] == "closed"
