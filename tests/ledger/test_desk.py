"""Facts through the API: answered row by row, folded in the order of their dates, read back."""

from itertools import pairwise

import pytest

from huikuan.eventlog.position import Position
from tests.ledger.desk import Desk

DISPUTE = {
    "dispute": "X-1",
    "invoice": "INV-2",
    "amount": "20.00",
    "reason": "quality",
    "opened_on": "2012-06-01",
}
LIMIT = {"amount": "500.00", "currency": "CNY", "effective_on": "2012-05-01"}


def test_facts_are_answered_in_order(desk: Desk) -> None:
    first = desk.invoice("INV-1", "100.00", "2012-05-31")
    other = desk.invoice("INV-1", "120.00", "2012-05-31")
    assert desk.statuses(first, {"id": "x"}, first, other) == [
        "accepted",
        "rejected",
        "duplicate",
        "conflict",
    ]


def test_one_event_needs_no_list(desk: Desk) -> None:
    answer = desk.post("/v1/events", desk.invoice("INV-1", "100.00", "2012-05-31"))
    assert answer.json()["results"] == [{"id": "e1", "status": "accepted"}]


def test_the_fact_on_the_log_carries_its_source_and_its_debtor(desk: Desk) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    desk.accept(desk.invoice("INV-1", "100", "2012-05-31") | {"traceparent": trace})
    (record,) = desk.records()
    assert record.meta is not None
    assert (record.key, record.meta.id, record.meta.source) == ("ACME", "erp|e1", "erp")
    assert (record.meta.publisher, record.meta.seq, record.meta.trace) == ("ledger", 1, trace)
    assert record.meta.recorded_at > 0
    assert b'"100.00"' in record.value


def test_the_answer_says_how_far_to_read_to_see_it(desk: Desk) -> None:
    event = desk.invoice("INV-1", "100.00", "2012-05-31")
    first = desk.post("/v1/events", event).json()["position"]
    again = desk.post("/v1/events", event).json()["position"]
    assert Position.decode(first).seqs["ledger"]
    assert again == first
    day = desk.open_day("2012-05-31")["position"]
    assert desk.open_of(after_position=day, as_of="2012-05-31") == {"INV-1": "100.00"}


def test_before_the_first_day_questions_are_answered_and_empty(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    assert desk.ask("/v1/days") == {"open_on": None}
    assert desk.ask("/v1/ageing") == {"as_of": None, "currencies": {}}
    assert desk.ask("/v1/debtors/ACME")["balances"] == {}
    assert desk.ask("/v1/debtors/NOBODY")["items"] == []
    assert desk.ask("/v1/debtors")["items"] == [{"debtor": "ACME", "balances": {}}]
    assert desk.ask("/v1/kpis", **{"from": "2012-01-01", "to": "2012-02-01"})["currencies"] == {}


def test_a_debtor_exists_from_his_first_fact(desk: Desk) -> None:
    desk.open_day("2012-05-31")
    desk.fold()
    assert desk.client.get("/v1/debtors/ACME").status_code == 404
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    assert desk.open_of() == {"INV-1": "100.00"}


def test_a_debtor_may_have_any_printable_name(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31", debtor="客户/1001?"))
    desk.open_day("2012-05-31")
    desk.fold()
    answer = desk.client.get("/v1/debtors/%E5%AE%A2%E6%88%B7%2F1001%3F")
    assert answer.json()["debtor"] == "客户/1001?"


def test_balances_and_items_say_what_is_owed(desk: Desk) -> None:
    desk.accept(
        desk.invoice("INV-1", "100.00", "2012-05-31", company="branch"),
        desk.invoice("INV-2", "50.00", "2012-06-30"),
        desk.payment("PAY-1", "30.00", "2012-06-01", company="branch"),
        desk.envelope("dispute.opened", **DISPUTE),
        desk.envelope("credit_limit.set", **LIMIT),
    )
    desk.open_day("2012-06-10")
    answer = desk.ask("/v1/debtors/ACME")
    assert answer["balances"]["CNY"] == {
        "open": "120.00",
        "overdue": "70.00",
        "unapplied": "0.00",
        "disputed": "20.00",
        "exposure": "120.00",
        "exposure_by": answer["balances"]["CNY"]["exposure_by"],
        "limit": "500.00",
    }
    assert answer["balances"]["CNY"]["exposure_by"]["invoiced"] == "120.00"
    items = {item["invoice"]: item for item in answer["items"]}
    assert items["INV-1"] == {
        "invoice": "INV-1",
        "company": "branch",
        "currency": "CNY",
        "due_on": "2012-05-31",
        "amount": "100.00",
        "open": "70.00",
        "days_overdue": 10,
        "disputed": "0.00",
    }
    assert (items["INV-2"]["days_overdue"], items["INV-2"]["disputed"]) == (-20, "20.00")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_payment_may_come_before_its_invoice(desk: Desk, *, reverse: bool) -> None:
    named = [{"invoice": "INV-2", "amount": "50.00"}]
    events = [
        desk.invoice("INV-1", "100.00", "2012-05-31"),
        desk.invoice("INV-2", "50.00", "2012-06-30"),
        desk.payment("PAY-1", "50.00", "2012-05-20", remittance=named),
    ]
    for event in reversed(events) if reverse else events:
        desk.accept(event)
    desk.open_day("2012-06-10")
    assert desk.open_of() == {"INV-1": "100.00"}


def test_a_payment_of_an_unknown_invoice_is_unapplied_cash(desk: Desk) -> None:
    named = [{"invoice": "NEVER", "amount": "50.00"}]
    desk.accept(desk.payment("PAY-1", "50.00", "2012-05-20", remittance=named))
    desk.open_day("2012-06-10")
    assert desk.ask("/v1/debtors/ACME")["balances"]["CNY"]["unapplied"] == "50.00"


def test_a_reversal_of_an_unknown_payment_waits_for_it(desk: Desk) -> None:
    desk.accept(desk.envelope("payment.reversed", payment="PAY-9", reversed_on="2012-05-20"))
    desk.open_day("2012-06-10")
    assert desk.ask("/v1/debtors/ACME")["items"] == []
    assert desk.ask("/health/invariants")["status"] == "hold"


def test_a_fact_of_a_later_day_waits_for_it(desk: Desk) -> None:
    desk.open_day("2012-05-30")
    desk.accept(desk.invoice("INV-1", "100.00", "2012-06-30", issued_on="2012-06-01"))
    assert desk.open_of() == {}
    assert desk.open_of(as_of="2012-06-01") == {"INV-1": "100.00"}
    desk.open_day("2012-06-01")
    assert desk.open_of() == {"INV-1": "100.00"}


def test_the_past_is_answered_as_it_was_and_as_it_was_known(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    desk.open_day("2012-06-05")
    known = desk.ask("/v1/position")["position"]
    desk.accept(desk.payment("PAY-1", "40.00", "2012-06-02"))
    assert desk.open_of() == {"INV-1": "60.00"}
    assert desk.open_of(as_of="2012-06-01") == {"INV-1": "100.00"}
    assert desk.open_of(known_at=known) == {"INV-1": "100.00"}
    totals = [
        desk.ask("/v1/ageing", **asked)["currencies"]["CNY"]["total"]
        for asked in (
            {},
            {"as_of": "2012-06-01"},
            {"known_at": known},
            {"known_at": known, "debtor": "ACME"},
        )
    ]
    assert totals == ["60.00", "100.00", "100.00", "100.00"]
    desk.accept(desk.invoice("INV-2", "9.00", "2012-05-31", debtor="LATER"))
    (then,) = desk.ask("/v1/debtors", known_at=known)["items"]
    assert (then["debtor"], then["balances"]["CNY"]["open"]) == ("ACME", "100.00")
    period = {"from": "2012-05-01", "to": "2012-06-05"}
    ends = [desk.ask("/v1/kpis", **period, **asked) for asked in ({}, {"known_at": known})]
    assert [each["currencies"]["CNY"]["end"] for each in ends] == ["69.00", "100.00"]


def test_ageing_is_per_currency_in_the_buckets_that_are_asked_for(desk: Desk) -> None:
    desk.accept(
        desk.invoice("INV-1", "100.00", "2012-05-31"),
        desk.invoice("INV-2", "10", "2012-06-10", currency="JPY", debtor="BOLT"),
        desk.invoice("INV-3", "1.00", "2012-06-09"),
    )
    desk.open_day("2012-06-10")
    answer = desk.ask("/v1/ageing")
    assert answer["as_of"] == "2012-06-10"
    assert answer["currencies"]["JPY"]["total"] == "10"
    assert answer["currencies"]["CNY"]["buckets"][:2] == [
        {"from_days": None, "to_days": 0, "amount": "0.00", "items": 0},
        {"from_days": 1, "to_days": 30, "amount": "101.00", "items": 2},
    ]
    assert answer["currencies"]["CNY"]["buckets"][-1]["to_days"] is None
    one = desk.ask("/v1/ageing", buckets="1,9", debtor="ACME")["currencies"]
    assert [bucket["items"] for bucket in one["CNY"]["buckets"]] == [0, 1, 0, 1]
    assert list(one) == ["CNY"]


def test_kpis_of_a_period_follow_their_definitions(desk: Desk) -> None:
    desk.accept(
        desk.invoice("INV-1", "100.00", "2012-05-31"),
        desk.invoice("INV-2", "300.00", "2012-07-31", issued_on="2012-06-10"),
        desk.payment("PAY-1", "50.00", "2012-06-20"),
    )
    desk.open_day("2012-07-01")
    answer = desk.ask("/v1/kpis", **{"from": "2012-06-01", "to": "2012-07-01"})
    assert answer["currencies"]["CNY"] == {
        "begin": "100.00",
        "sales": "300.00",
        "end": "350.00",
        "current": "300.00",
        "days": 30,
        "dso": "35.00",
        "bpdso": "30.00",
        "add": "5.00",
        "cei": "50.00",
    }


def test_what_is_cancelled_or_divided_later_was_sold_when_it_was_issued(desk: Desk) -> None:
    parts = [{"instalment": "1", "amount": "100.00", "due_on": "2012-08-31"}]
    desk.accept(
        desk.invoice("INV-1", "100.00", "2012-05-31"),
        desk.invoice("INV-2", "40.00", "2012-05-31"),
        desk.envelope("invoice.amended", invoice="INV-1", on="2012-06-10", instalments=parts),
        desk.envelope("invoice.cancelled", invoice="INV-2", on="2012-06-10"),
    )
    desk.open_day("2012-07-01")
    ends = ("2012-04-30", "2012-05-31", "2012-07-01")
    periods = [{"from": first, "to": last} for first, last in pairwise(ends)]
    may, june = (desk.ask("/v1/kpis", **each)["currencies"]["CNY"] for each in periods)
    assert (may["begin"], may["sales"], may["end"]) == ("0.00", "140.00", "140.00")
    assert (june["begin"], june["sales"], june["end"]) == ("140.00", "0.00", "100.00")


def test_days_are_opened_in_order_each_once(desk: Desk) -> None:
    assert desk.open_day("2012-05-30")["opened"] == ["2012-05-30"]
    assert desk.open_day("2012-06-02")["opened"] == ["2012-05-31", "2012-06-01", "2012-06-02"]
    before = desk.open_day("2012-06-02")
    assert (before["opened"], before["open_on"]) == ([], "2012-06-02")
    assert desk.open_day("2012-01-01")["position"] == before["position"]
    said = [record for record in desk.records() if record.key == ""]
    assert len(said) == 4 * desk.log.partitions
    assert {record.meta.id for record in said if record.meta} == {
        "day/2012-05-30",
        "day/2012-05-31",
        "day/2012-06-01",
        "day/2012-06-02",
    }


def test_all_days_of_a_long_absence_are_opened(desk: Desk) -> None:
    desk.open_day("2012-01-01")
    assert len(desk.open_day("2012-12-31")["opened"]) == 365
    assert desk.ask("/v1/ageing")["as_of"] == "2012-12-31"


def test_a_slip_of_the_year_opens_no_centuries(desk: Desk) -> None:
    desk.open_day("2012-05-30")
    answer = desk.post("/v1/days", {"date": "2112-05-30"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_days")
    assert desk.ask("/v1/days")["open_on"] == "2012-05-30"


def test_lists_come_in_pages(desk: Desk) -> None:
    for name in ("C", "A", "B"):
        desk.accept(desk.invoice(f"INV-{name}", "1.00", "2012-05-31", debtor=name))
    desk.open_day("2012-06-10")
    first = desk.ask("/v1/debtors", limit="2")
    assert [each["debtor"] for each in first["items"]] == ["A", "B"]
    rest = desk.ask("/v1/debtors", limit="2", after=first["next"])
    assert [each["debtor"] for each in rest["items"]] == ["C"]
    assert "next" not in rest
    assert "next" not in desk.ask("/v1/debtors", limit="3"), "there is nothing after the last"


def test_a_database_that_fails_takes_nothing_and_says_so(desk: Desk) -> None:
    event = desk.invoice("INV-1", "100.00", "2012-05-31")
    with desk.ledger.service.transaction() as connection:
        connection.exec_driver_sql("alter table outbox rename to gone")
    answer = desk.post("/v1/events", event)
    with desk.ledger.service.transaction() as connection:
        connection.exec_driver_sql("alter table gone rename to outbox")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.statuses(event) == ["accepted"]
