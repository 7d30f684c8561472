"""What a row of a request is: a fact, or why it is none."""

import json
from typing import Any

import pytest

from huikuan.events import codec
from huikuan.events.wire import MalformedBodyError
from services.ledger.domain.intake import Reason
from services.ledger.domain.marks import Sent
from services.ledger.domain.reading import Row, read_body, read_lines

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def envelope(**changes: Any) -> dict[str, Any]:
    data = {
        "invoice": "INV-1",
        "amount": "100",
        "currency": "CNY",
        "issued_on": "2012-05-01",
        "due_on": "2012-05-31",
    }
    given = {
        "specversion": "1.0",
        "id": "e1",
        "source": "erp",
        "type": "huikuan.invoice.issued.v1",
        "subject": "ACME",
        "data": data | changes.pop("data", {}),
    }
    return given | changes


def one(row: object) -> Row:
    (read,) = read_body(json.dumps(row).encode())
    return read


def reason(row: object) -> Reason:
    fact = one(row).fact
    assert isinstance(fact, Reason)
    return fact


def test_a_fact_comes_with_its_debtor_and_normalised_amounts() -> None:
    fact = one(envelope(traceparent=TRACE)).fact
    assert isinstance(fact, Sent)
    assert (fact.event_id, fact.debtor, fact.trace) == ("erp|e1", "ACME", TRACE)
    assert b'"100.00"' in codec.encode(fact.event)


def test_a_trace_that_is_none_is_left_out() -> None:
    fact = one(envelope(traceparent="nonsense")).fact
    assert isinstance(fact, Sent)
    assert fact.trace == ""


def test_a_bad_row_keeps_its_id_and_the_others_their_places() -> None:
    rows = [envelope(), envelope(id="e2", specversion="2.0"), 7, envelope(id="e3")]
    read = read_body(json.dumps(rows).encode())
    assert [row.id for row in read] == ["e1", "e2", "", "e3"]
    assert [isinstance(row.fact, Sent) for row in read] == [True, False, False, True]


def test_a_field_that_is_wrong_is_named() -> None:
    assert reason(envelope(data={"amount": "-1"})).pointer == "/data/amount"


@pytest.mark.parametrize(
    "type_name", sorted(name for name in codec.TYPES if name not in codec.FACT_TYPES)
)
def test_what_only_our_services_say_is_refused_with_what_to_do_instead(type_name: str) -> None:
    refused = reason(envelope(type=type_name))
    assert refused.pointer == "/type"
    assert "is no fact from outside" in refused.detail
    assert "one of our services" not in refused.detail


def test_lines_are_rows() -> None:
    body = json.dumps(envelope()) + "\n\n{nonsense\r\n" + json.dumps(envelope(id="e2")) + "\n"
    read = read_lines(body.encode())
    assert [isinstance(row.fact, Sent) for row in read] == [True, False, True]


def test_no_lines_are_no_request() -> None:
    with pytest.raises(MalformedBodyError):
        read_lines(b"\n\n")
