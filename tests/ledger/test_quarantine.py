"""Conflicts and records that nobody could read: kept, listed, settled by people."""

import json
import re
from typing import Any

import pytest

from tests.ledger.desk import Desk, Json

BY = {"by": "li.wei", "reason": "called the ERP team"}


def conflicting(desk: Desk) -> str:
    """INV-1 reissued with another amount; answers the conflict's id."""
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    (result,) = desk.send(desk.invoice("INV-1", "120.00", "2012-05-31", issued_on="2012-05-03"))
    desk.open_day("2012-06-10")
    conflict: str = result["conflict"]
    return conflict


def settle(desk: Desk, identifier: str, outcome: str, **more: str) -> Any:
    return desk.post(f"/v1/quarantine/{identifier}", {"outcome": outcome, **BY, **more})


def settled(desk: Desk, identifier: str, outcome: str, **more: str) -> Json:
    answer = settle(desk, identifier, outcome, **more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def listed(desk: Desk) -> list[Json]:
    items: list[Json] = desk.ask("/v1/quarantine")["items"]
    return items


def test_a_conflict_is_kept_and_its_debtor_waits(desk: Desk) -> None:
    conflict = conflicting(desk)
    assert desk.unsettled() == [conflict]
    (item,) = listed(desk)
    assert (item["conflict"], item["status"], item["debtor"]) == (conflict, "open", "ACME")
    assert item["data"]["amount"] == "120.00"
    assert item["known"]["event"] == "erp|e1"
    assert desk.open_of() == {"INV-1": "100.00"}


def test_a_conflict_counts_from_the_open_day_whatever_its_date(desk: Desk) -> None:
    desk.open_day("2012-06-10")
    conflicting(desk)
    (said,) = (r for r in desk.records() if r.meta and "conflicted" in r.meta.type)
    assert json.loads(said.value)["on"] == "2012-06-10"


def test_a_conflict_sent_again_is_still_the_same(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    other = desk.invoice("INV-1", "120.00", "2012-05-31")
    first, second, third = (desk.send(other)[0] for _ in range(3))
    assert first["conflict"] == second["conflict"] == third["conflict"]
    assert len(listed(desk)) == 1
    said = [record for record in desk.records() if record.meta and "conflicted" in record.meta.type]
    assert len(said) == 1


def test_a_discarded_conflict_lets_the_debtor_go(desk: Desk) -> None:
    conflict = conflicting(desk)
    settled(desk, conflict, "discarded")
    assert desk.unsettled() == []
    assert desk.open_of() == {"INV-1": "100.00"}
    (item,) = listed(desk)
    assert (item["status"], item["by"], item["because"]) == ("discarded", BY["by"], BY["reason"])


def test_settling_twice_is_answered_twice_but_not_otherwise(desk: Desk) -> None:
    conflict = conflicting(desk)
    settled(desk, conflict, "discarded")
    settled(desk, conflict, "discarded")
    answer = settle(desk, conflict, "released")
    assert (answer.status_code, answer.json()["code"]) == (409, "settled_otherwise")


def test_what_still_contradicts_is_not_released(desk: Desk) -> None:
    conflict = conflicting(desk)
    answer = settle(desk, conflict, "released")
    assert (answer.status_code, answer.json()["code"]) == (409, "still_contradicts")
    assert "invoice.cancelled" in answer.json()["detail"]
    assert desk.unsettled() == [conflict]


def test_a_number_that_was_freed_lets_the_kept_invoice_in(desk: Desk) -> None:
    conflict = conflicting(desk)
    desk.accept(desk.envelope("invoice.cancelled", invoice="INV-1", on="2012-05-02"))
    assert settled(desk, conflict, "released")["result"]["status"] == "accepted"
    assert desk.unsettled() == []
    assert desk.open_of() == {"INV-1": "120.00"}
    again = desk.invoice("INV-1", "120.00", "2012-05-31", issued_on="2012-05-03", event_id="e2")
    assert desk.statuses(again) == ["duplicate"]


def test_the_same_id_with_other_data_is_released_under_an_id_of_its_own(desk: Desk) -> None:
    desk.accept(desk.payment("PAY-1", "10.00", "2012-06-01", event_id="p"))
    other = desk.payment("PAY-2", "20.00", "2012-06-01", event_id="p")
    (result,) = desk.send(other)
    desk.open_day("2012-06-10")
    settled(desk, result["conflict"], "released")
    assert desk.ask("/v1/debtors/ACME")["balances"]["CNY"]["unapplied"] == "30.00"
    assert desk.statuses(other) == ["duplicate"]


def test_a_number_of_another_debtor_stops_both_until_it_is_settled(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31", debtor="ACME"))
    (result,) = desk.send(desk.invoice("INV-1", "100.00", "2012-05-31", debtor="BOLT"))
    desk.open_day("2012-06-10")
    assert desk.unsettled("ACME") == desk.unsettled("BOLT") == [result["conflict"]]
    settled(desk, result["conflict"], "discarded")
    assert desk.unsettled("ACME") == desk.unsettled("BOLT") == []


def test_a_foreign_record_is_listed_and_its_debtor_waits(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    desk.open_day("2012-06-10")
    place = desk.foreign(b"\xff nonsense")
    assert desk.unsettled() == [place]
    (item,) = listed(desk)
    assert (item["place"], item["debtor"], item["status"]) == (place, "ACME", "open")
    assert settle(desk, place, "released").status_code == 422
    settled(desk, place, "discarded")
    assert desk.unsettled() == []
    assert listed(desk)[0]["status"] == "discarded"
    assert desk.open_of() == {"INV-1": "100.00"}


def test_a_foreign_record_that_is_a_cloudevent_can_be_released(desk: Desk) -> None:
    desk.open_day("2012-06-10")
    event = desk.invoice("INV-1", "100.00", "2012-05-31", debtor="BOLT")
    place = desk.foreign(json.dumps(event).encode())
    desk.fold()
    assert settled(desk, place, "released")["result"]["status"] == "accepted"
    assert desk.unsettled() == []
    assert desk.open_of("BOLT") == {"INV-1": "100.00"}
    assert desk.statuses(event) == ["duplicate"]


def test_a_foreign_record_that_is_data_is_released_as_what_the_person_says(desk: Desk) -> None:
    desk.open_day("2012-06-10")
    data = desk.invoice("INV-1", "100", "2012-05-31")["data"]
    places = [desk.foreign(json.dumps(data).encode()) for _ in range(2)]
    desk.fold()
    word = {"type": "huikuan.invoice.issued.v1"}
    results = [settled(desk, place, "released", **word)["result"]["status"] for place in places]
    assert results == ["accepted", "duplicate"]
    assert desk.open_of() == {"INV-1": "100.00"}


def test_a_record_without_a_debtor_is_listed_and_settled_too(desk: Desk) -> None:
    place = desk.foreign(b"{}", key="")
    desk.fold()
    settled(desk, place, "discarded")
    assert [(item["place"], item["status"]) for item in listed(desk)] == [(place, "discarded")]


@pytest.mark.parametrize("identifier", ["0/99", "9/9", "x/y", "0", "nonsense", "0/" + "9" * 40])
def test_what_is_not_there_cannot_be_settled(desk: Desk, identifier: str) -> None:
    assert settle(desk, identifier, "discarded").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "eaten", "by": "me"}, "/outcome"),
        ({"outcome": "released"}, "/by"),
        ({"outcome": "released", "by": "", "reason": "seen"}, "/by"),
        ({"outcome": "released", "by": "me", "reason": "a\nb"}, "/reason"),
        ({"outcome": "released", "by": "me"}, "/reason"),
        ({"outcome": "discarded", "by": "me", "reason": " "}, "/reason"),
    ],
)
def test_a_decision_says_what_and_by_whom_and_why(desk: Desk, body: Json, pointer: str) -> None:
    answer = desk.post("/v1/quarantine/0/0", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_times_are_told_as_everywhere(desk: Desk) -> None:
    desk.accept(
        desk.invoice("INV-1", "1.00", "2012-05-31"), desk.payment("P", "5.00", "2012-05-20")
    )
    desk.send(desk.invoice("INV-1", "2.00", "2012-05-31"), desk.payment("Q", "5.00", "2012-05-20"))
    (conflict,) = listed(desk)
    settled(desk, conflict["conflict"], "discarded")
    (there,) = listed(desk)
    (alike,) = desk.ask("/v1/look-alikes")["items"]
    for told in (there["kept_at"], there["settled_at"], alike["taken_at"]):
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told)


def test_the_list_comes_in_pages_conflicts_first(desk: Desk) -> None:
    for number in range(3):
        desk.accept(desk.invoice(f"INV-{number}", "1.00", "2012-05-31"))
        desk.send(desk.invoice(f"INV-{number}", "2.00", "2012-05-31"))
    places = [desk.foreign(b"?") for _ in range(3)]
    seen: list[Json] = []
    page = desk.ask("/v1/quarantine", limit="2")
    seen += page["items"]
    while "next" in page:
        page = desk.ask("/v1/quarantine", limit="2", after=page["next"])
        assert 0 < len(page["items"]) <= 2
        seen += page["items"]
    assert ["conflict" in item for item in seen] == [True] * 3 + [False] * 3
    assert [item["place"] for item in seen[3:]] == places


def test_payments_that_look_alike_are_accepted_and_listed(desk: Desk) -> None:
    desk.accept(desk.payment("PAY-1", "50.00", "2012-05-20"))
    (result,) = desk.send(desk.payment("PAY-2", "50.00", "2012-05-20"))
    assert (result["status"], result["resembles"]) == ("accepted", "erp|e1")
    page = desk.ask("/v1/look-alikes", limit="1")
    assert "next" not in page
    (item,) = page["items"]
    assert (item["event"], item["resembles"]) == ("erp|e2", "erp|e1")


def test_what_waits_for_a_person_is_a_metric(desk: Desk) -> None:
    def waiting() -> dict[str, float]:
        lines = desk.client.get("/metrics").text.splitlines()
        found = [line.split() for line in lines if line.startswith("huikuan_quarantine_waiting{")]
        return {name.split('"')[1]: float(number) for name, number in found}

    assert waiting() == {"conflict": 0, "record": 0}
    conflict = conflicting(desk)
    desk.foreign(b"who knows")
    desk.fold()
    assert waiting() == {"conflict": 1, "record": 1}
    settled(desk, conflict, "discarded")
    assert waiting() == {"conflict": 0, "record": 1}
