"""Whatever is sent: a clear answer for every row, never a 5xx, never a lost or half-taken row."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.desk import Desk, Json

DEEP = 100_000


def rejected(desk: Desk, event: Json) -> tuple[str, str]:
    """Pointer and detail of the one row; a good row beside it is accepted all the same."""
    good = desk.payment(f"GOOD-{event.get('id')}", "1.00", "2012-05-01")
    bad, well = desk.send(event, good)
    assert (bad["status"], well["status"]) == ("rejected", "accepted")
    assert bad["id"] == (event["id"] if isinstance(event.get("id"), str) else "")
    return bad["reason"]["pointer"], bad["reason"]["detail"]


@pytest.mark.parametrize(
    ("field", "value", "pointer", "detail"),
    [
        ("amount", 249.95, "/data/amount", "must be text in quotes"),
        ("amount", 10**30, "/data/amount", "must be text in quotes"),
        ("amount", 10**400, "/data/amount", "out of range"),
        ("amount", None, "/data/amount", ""),
        ("amount", "-249.95", "/data/amount", "is negative"),
        ("amount", "249.955", "/data/amount", "has more decimals than CNY has (2)"),
        ("amount", "NaN", "/data/amount", "must be digits"),
        ("amount", "1e5", "/data/amount", "must be digits"),
        ("amount", "9" * 400, "/data/amount", "has more than 15 digits"),
        ("currency", "XAU", "/data/currency", "is no currency of ISO 4217"),
        ("currency", "cny", "/data/currency", 'must be in capitals: "CNY"'),
        ("due_on", "2012-02-30", "/data/due_on", "must be a date of the calendar"),
        ("due_on", "0000-00-00", "/data/due_on", "must be a date of the calendar"),
        ("due_on", "9999-12-31", "/data/due_on", "must be a date from 1900-01-01"),
        ("due_on", 20120531, "/data/due_on", "must be a date of the calendar"),
        ("issued_on", [], "/data/issued_on", "must be a date of the calendar"),
        ("invoice", "", "/data/invoice", "is empty"),
        ("invoice", "x" * 201, "/data/invoice", "is longer than 200 characters"),
        ("invoice", "a\u202eb", "/data/invoice", "has a character that cannot be seen"),
        ("kind", "gift", "/data/kind", ""),
    ],
    ids=lambda part: str(part)[:20],
)
def test_a_wrong_value_is_named(
    desk: Desk, field: str, value: object, pointer: str, detail: str
) -> None:
    event = desk.invoice("INV-1", "249.95", "2012-05-31")
    event["data"][field] = value
    found = rejected(desk, event)
    assert found[0] == pointer
    assert detail in found[1]


@pytest.mark.parametrize(
    ("attribute", "value", "pointer"),
    [
        ("type", "huikuan.invoice.eaten.v1", "/type"),
        ("type", "huikuan.escalation.raised.v1", "/type"),
        ("type", "huikuan.business_day.opened.v1", "/type"),
        ("type", 7, "/type"),
        ("id", 7, "/id"),
        ("id", "", "/id"),
        ("subject", "", "/subject"),
        ("subject", None, "/subject"),
        ("source", "my erp", "/source"),
        ("specversion", "0.3", "/specversion"),
        ("time", "yesterday", "/time"),
        ("data", [], "/data"),
        ("data", "text", "/data"),
        ("datacontenttype", "text/xml", "/datacontenttype"),
    ],
)
def test_a_wrong_envelope_is_named(desk: Desk, attribute: str, value: object, pointer: str) -> None:
    event = desk.invoice("INV-1", "249.95", "2012-05-31")
    event[attribute] = value
    assert rejected(desk, event)[0] == pointer


def test_a_row_without_data_is_named(desk: Desk) -> None:
    event = desk.invoice("INV-1", "249.95", "2012-05-31")
    del event["data"]
    assert rejected(desk, event) == ("/data", "is missing")


def test_deep_nesting_is_a_rejected_row(desk: Desk) -> None:
    event = desk.invoice("INV-1", "249.95", "2012-05-31")
    event["data"]["note"] = json.loads("[" * 200 + "]" * 200)
    assert "nested more than 32 deep" in rejected(desk, event)[1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"nonsense", 400),
        (b"\xff\xfe", 400),
        (b'[{"id": NaN}]', 400),
        (b"[" * DEEP, 400),
        (b"[" * DEEP + b"]" * DEEP, 400),
        (b'{"a":' * DEEP + b"1" + b"}" * DEEP, 400),
        (b" " * 10_000_000, 413),
        (b'[{"id": "' + b"x" * 10_000_000 + b'"}]', 413),
        (b"[" + b"1," * 1000 + b"1]", 413),
        (b"[]", 200),
        (b"7", 200),
        (b"null", 200),
        (b"[null, 1.5, [], {}]", 200),
        (b'{"id": 123456789012345678901234567890}', 200),
    ],
    ids=lambda part: str(part)[:20],
)
def test_any_body_is_answered(desk: Desk, body: bytes, status: int) -> None:
    answer = desk.post("/v1/events", body)
    assert answer.status_code == status
    if status == 200:
        assert {row["status"] for row in answer.json()["results"]} <= {"rejected"}
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"]


def test_another_media_type_is_refused_with_those_that_are_read(desk: Desk) -> None:
    answer = desk.post("/v1/events", b"a=b", **{"content-type": "text/csv"})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json; charset=utf-8",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    ],
)
def test_cloudevents_have_their_own_media_types(desk: Desk, media_type: str) -> None:
    event = desk.invoice("INV-1", "1.00", "2012-05-31")
    answer = desk.post("/v1/events", event, **{"content-type": media_type})
    assert [row["status"] for row in answer.json()["results"]] == ["accepted"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_may_be_sent(desk: Desk, mark: bytes) -> None:
    events = [desk.invoice(f"INV-{n}", "1.00", "2012-05-31") for n in range(3)]
    body = "\n".join(json.dumps(event) for event in events[:2]) + "\n{\n"
    lines = mark + body.encode()
    answer = desk.post("/v1/events", lines, **{"content-type": "application/x-ndjson"})
    assert [row["status"] for row in answer.json()["results"]] == ["accepted"] * 2 + ["rejected"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 422),
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b'{"date": 20120531}', 422),
        (b'{"date": "2012-02-30"}', 422),
        (b'{"date": "0001-01-01"}', 422),
        (b'{"date": "9999-12-31"}', 422),
        (b'{"date": "2012-05-31", "dat": 1}', 422),
    ],
)
def test_an_impossible_day_is_refused(desk: Desk, body: bytes, status: int) -> None:
    answer = desk.post("/v1/days", body)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/v1/ageing?buckets=30,15",
        "/v1/ageing?buckets=",
        "/v1/ageing?buckets=a",
        "/v1/ageing?buckets=0,30",
        "/v1/ageing?as_of=yesterday",
        "/v1/ageing?known_at=yesterday",
        "/v1/ageing?after_position=nonsense",
        "/v1/debtors?limit=0",
        "/v1/debtors?limit=1001",
        "/v1/kpis?from=2012-01-01&to=2012-01-01",
        "/v1/kpis?from=2012-01-01",
        "/v1/quarantine?after=nonsense",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(desk: Desk, path: str) -> None:
    desk.open_day("2012-05-31")
    desk.fold()
    answer = desk.client.get(path)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"]


@pytest.mark.parametrize("as_of", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_dates_too(desk: Desk, as_of: str) -> None:
    desk.accept(desk.invoice("INV-1", "1.00", "2012-05-31"))
    desk.open_day("2012-05-31")
    for path in ("/v1/ageing", "/v1/debtors/ACME", "/v1/debtors"):
        desk.ask(path, as_of=as_of)


ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIELDS = ["invoice", "amount", "currency", "issued_on", "due_on", "instalments", "remittance"]
ATTRIBUTES = ["specversion", "id", "source", "type", "subject", "time", "data", "data_base64"]


@st.composite
def nearly_events(draw: st.DrawFn) -> Any:
    """A good event of which some parts became something else."""
    data: Json = {"invoice": "INV-1", "amount": "1.00", "currency": "CNY"}
    data |= {"issued_on": "2012-05-01", "due_on": "2012-05-31"}
    data |= draw(st.dictionaries(st.sampled_from(FIELDS), TREES, max_size=2))
    event: Json = {"specversion": "1.0", "id": "e1", "source": "erp", "subject": "ACME"}
    event |= {"type": "huikuan.invoice.issued.v1", "data": data}
    event |= draw(st.dictionaries(st.sampled_from(ATTRIBUTES), TREES, max_size=1))
    return event


BODIES = st.one_of(
    st.binary(max_size=200),
    TREES.map(lambda tree: json.dumps(tree).encode()),
    st.lists(nearly_events(), max_size=4).map(lambda events: json.dumps(events).encode()),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.ledger.desk import a_desk  # noqa: PLC0415 - beside its only use

    with a_desk(tmp_path_factory.mktemp("fuzz")) as desk:
        yield desk


@given(BODIES)
def test_no_body_breaks_intake(shared: Desk, body: bytes) -> None:
    answer = shared.post("/v1/events", body)
    assert answer.status_code in {200, 400, 413}
    if answer.status_code == 200:
        words = {"accepted", "duplicate", "conflict", "rejected"}
        assert {row["status"] for row in answer.json()["results"]} <= words


@given(BODIES)
@settings(max_examples=50)
def test_no_body_breaks_days_or_the_quarantine(shared: Desk, body: bytes) -> None:
    for path in ("/v1/days", "/v1/quarantine/0/0"):
        assert shared.post(path, body).status_code in {400, 404, 422}


def test_what_was_accepted_meanwhile_folds(shared: Desk) -> None:
    shared.open_day("2030-01-01")
    assert shared.ask("/health/invariants")["status"] == "hold"
