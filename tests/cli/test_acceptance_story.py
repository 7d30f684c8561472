"""A ladder of warning 5, blocked 7 and cancelled 11 days, climbed through the public API.

Invoices 249.95 and 500.00 due 2012-05-31 and 700.00 due 2012-06-02; the first two are paid in
full on 2012-06-02; an invoice 200.00 due 2012-06-03 follows.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.cli.installed import Served, fact, serving

DEBTOR = "acme"
POLICY = """\
version: ladder-1
effective_on: 2012-01-01
steps:
  - {name: warning,   kind: notice,         when: {days_overdue: 5}}
  - {name: blocked,   kind: stop_supply,    when: {days_overdue: 7}}
  - {name: cancelled, kind: stop_service,   when: {days_overdue: 11}}
"""
STATES = {
    "2012-06-02": "clear",
    "2012-06-05": "clear",
    "2012-06-07": "warning",
    "2012-06-09": "blocked",
    "2012-06-13": "cancelled",
}
STEPS = [
    ("warning", "2012-06-07"),
    ("blocked", "2012-06-09"),
    ("cancelled", "2012-06-13"),
]


def _invoice(invoice: str, amount: str, due_on: str) -> dict[str, object]:
    data = {
        "invoice": invoice,
        "amount": amount,
        "currency": "USD",
        "issued_on": "2012-05-01",
        "due_on": due_on,
    }
    return fact(invoice, "invoice.issued", DEBTOR, data)


def _payment(payment: str, amount: str, invoice: str) -> dict[str, object]:
    data = {
        "payment": payment,
        "amount": amount,
        "currency": "USD",
        "value_on": "2012-06-02",
        "remittance": [{"invoice": invoice, "amount": amount}],
    }
    return fact(payment, "payment.received", DEBTOR, data)


FACTS: dict[str, list[dict[str, object]]] = {
    "2012-06-01": [
        _invoice("A", "249.95", "2012-05-31"),
        _invoice("B", "500.00", "2012-05-31"),
        _invoice("C", "700.00", "2012-06-02"),
    ],
    "2012-06-02": [_payment("PA", "249.95", "A"), _payment("PB", "500.00", "B")],
    "2012-06-03": [_invoice("D", "200.00", "2012-06-03")],
}


def _live_through(served: Served, first: str, last: str) -> str:
    """Facts of a day first, then the day; answers the last position."""
    position = ""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        for told in FACTS.get(day.isoformat(), []):
            results = served.post("/ledger/v1/events", told)["results"]
            assert [result["status"] for result in results] == ["accepted"]
        position = served.post("/ledger/v1/days", {"date": day.isoformat()})["position"]
        day += timedelta(days=1)
    return position


def _adopt(served: Served) -> None:
    headers = {"Content-Type": "application/yaml"}
    answer = served.client.put("/notifier/v1/policy", content=POLICY, headers=headers)
    assert answer.is_success, answer.text
    served.get("/notifier/v1/position", after_position=answer.json()["position"])


def _escalations(served: Served, **parameters: str) -> Any:
    return served.get(f"/notifier/v1/debtors/{DEBTOR}/escalations", **parameters)


def _steps(answer: Any) -> list[tuple[str, str]]:
    return [(entry["step"], entry["effective_on"]) for entry in answer["history"]]


def test_the_ladder_is_climbed_day_by_day(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        _adopt(served)
        first = "2012-06-01"
        for day, state in STATES.items():
            position = _live_through(served, first, day)
            now = _escalations(served, after_position=position)
            assert (day, now["state"]) == (day, state)
            first = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        assert _steps(now) == STEPS
        for day, state in STATES.items():
            assert (day, _escalations(served, as_of=day)["state"]) == (day, state)
        balance = served.get(f"/ledger/v1/debtors/{DEBTOR}")["balances"]["USD"]
        assert (balance["open"], balance["overdue"]) == ("900.00", "900.00")
        assert served.get("/ledger/health/invariants")["status"] == "hold"


def test_a_notifier_that_was_down_reports_the_same_steps(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        _adopt(served)
        _live_through(served, "2012-06-01", "2012-06-04")
    with serving(tmp_path, "ledger", name="ledger") as alone:
        _live_through(alone, "2012-06-05", "2012-06-13")
    with serving(tmp_path) as served:
        position = served.get("/ledger/v1/position")["position"]
        answer = _escalations(served, after_position=position)
        assert _steps(answer) == STEPS
        assert answer["state"] == "cancelled"
