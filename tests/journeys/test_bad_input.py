"""Whatever somebody sends is answered row by row: nothing stops, is lost or ends in a 5xx."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.journeys.facts import Fact, fact, invoice, payment
from tests.journeys.installation import KEY, Installation, serving

DAY = "2012-06-01"


@pytest.fixture(scope="module")
def huikuan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with serving(tmp_path_factory.mktemp("bad-input")) as installation:
        installation.open_day(DAY)
        yield installation


def _with(change: dict[str, Any], **envelope: Any) -> Fact:
    """A good invoice, and what is wrong with it."""
    good = invoice("acme", "never", "100.00", "2012-06-30")
    return {**good, "data": {**good["data"], **change}, **envelope}


REJECTED: dict[str, tuple[Fact, str]] = {
    "an unknown event type": (_with({}, type="huikuan.invoice.eaten.v1"), "/type"),
    "a version that is not out yet": (_with({}, type="huikuan.invoice.issued.v9"), "/type"),
    "an event that only we may say": (_with({}, type="huikuan.escalation.raised.v1"), "/type"),
    "another version of CloudEvents": (_with({}, specversion="0.3"), "/specversion"),
    "no debtor": (_with({}, subject=""), "/subject"),
    "a debtor with a line break": (_with({}, subject="ac\nme"), "/subject"),
    "a number for an amount": (_with({"amount": 100.0}), "/data/amount"),
    "a negative amount": (_with({"amount": "-100.00"}), "/data/amount"),
    "half a cent": (_with({"amount": "100.005"}), "/data/amount"),
    "an amount with thousands": (_with({"amount": "1,000.00"}), "/data/amount"),
    "an amount that is none": (_with({"amount": "NaN"}), "/data/amount"),
    "an endless amount": (_with({"amount": "9" * 400}), "/data/amount"),
    "yen with decimals": (_with({"currency": "JPY", "amount": "100.50"}), "/data/amount"),
    "a currency that does not exist": (_with({"currency": "XYZ"}), "/data/currency"),
    "a day that does not exist": (_with({"due_on": "2012-02-30"}), "/data/due_on"),
    "a day of the year 9999": (_with({"due_on": "9999-12-31"}), "/data/due_on"),
    "no due date at all": (_with({"due_on": None}), "/data"),
    "a list for an object": (_with({}, data=[1, 2, 3]), "/data"),
    "no data": ({k: v for k, v in _with({}).items() if k != "data"}, "/data"),
    "money for more than there is": (
        payment("acme", "never", "10.00", DAY, remittance=[{"amount": "11.00", "invoice": "1"}]),
        "/data/remittance",
    ),
}


@pytest.mark.parametrize(("bad", "pointer"), REJECTED.values(), ids=REJECTED.keys())
def test_a_bad_row_is_rejected_by_name_and_its_neighbours_are_taken(
    huikuan: Installation, bad: Fact, pointer: str
) -> None:
    before = invoice("neighbour", bad["id"] + "-before", "1.00", "2012-06-30")
    after = invoice("neighbour", bad["id"] + "-after", "1.00", "2012-06-30")

    rows = huikuan.send([before, bad, after])

    assert [row["status"] for row in rows] == ["accepted", "rejected", "accepted"]
    assert rows[1]["reason"]["pointer"].startswith(pointer)
    assert rows[1]["reason"]["detail"]
    assert len(huikuan.debtor("neighbour")["items"]) >= 2
    assert huikuan.send([bad])[0]["status"] == "rejected", "what is rejected leaves no mark"


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "half a document": (b'[{"specversion": "1.0", "id": ', 400),
    "no JSON": (b"invoice;1;100,00", 400),
    "no UTF-8": (b'[{"id": "\xff\xfe"}]', 400),
    "NaN": (b'[{"specversion": "1.0", "id": NaN}]', 400),
    "a lone surrogate": (b'[{"specversion": "1.0", "id": "\\ud800"}]', 400),
    "deep nesting": (b"[" * 200_000 + b"]" * 200_000, 400),
    "deep data": (
        json.dumps([_with({})]).replace('"100.00"', "[" * 5000 + "]" * 5000).encode(),
        400,
    ),
    "a huge integer": (json.dumps([_with({"amount": 10**400})]).encode(), 200),
    "10 MB": (b"[" + b" " * (10 << 20) + b"]", 413),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_nobody_can_read_is_refused_in_words(
    huikuan: Installation, body: bytes, status: int
) -> None:
    answer = huikuan.ask(
        "POST",
        "ledger",
        "/v1/events",
        content=body,
        headers={"Content-Type": "application/cloudevents-batch+json"},
    )

    if answer.status_code == 200:
        assert {row["status"] for row in answer.json()["results"]} <= {"rejected"}
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"]
        assert answer.status_code in {status, 413, 422}
    assert answer.status_code < 500
    _still_works(huikuan)


def test_who_sends_ten_megabytes_before_he_listens_is_answered_too(huikuan: Installation) -> None:
    request = Request(  # noqa: S310 - our own address
        f"{huikuan.urls['ledger']}/v1/events",
        b"[" + b" " * (10 << 20) + b"]",
        {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
    )
    with pytest.raises(HTTPError) as refused:
        urlopen(request)  # noqa: S310
    with refused.value as answer:
        assert answer.code == 413
    _still_works(huikuan)


def test_the_same_row_again_is_a_duplicate(huikuan: Installation) -> None:
    sent = invoice("twice", "T1", "100.00", "2012-06-30")

    rows = huikuan.send([sent, sent]) + huikuan.send([sent])

    assert [row["status"] for row in rows] == ["accepted", "duplicate", "duplicate"]
    assert _open(huikuan, "twice") == "100.00"


def test_the_same_id_with_another_payload_is_a_conflict_and_changes_nothing(
    huikuan: Installation,
) -> None:
    first = invoice("torn", "C1", "100.00", "2012-06-30", id="torn-1")
    second = invoice("torn", "C1", "999.00", "2012-06-30", id="torn-1")

    assert huikuan.send([first])[0]["status"] == "accepted"
    (row,) = huikuan.send([second])

    assert row["status"] == "conflict"
    assert row["reason"]
    assert _open(huikuan, "torn") == "100.00"


def test_an_invoice_number_under_a_new_id_is_known_again(huikuan: Installation) -> None:
    huikuan.tell(invoice("again", "N1", "100.00", "2012-06-30"))

    (same,) = huikuan.send([invoice("again", "N1", "100.00", "2012-06-30")])
    (other,) = huikuan.send([invoice("again", "N1", "150.00", "2012-06-30")])

    assert (same["status"], other["status"]) == ("duplicate", "conflict")
    assert _open(huikuan, "again") == "100.00"


def test_a_payment_before_its_invoice_pays_it_when_it_comes(huikuan: Installation) -> None:
    huikuan.tell(payment("early", "E-pay", "100.00", DAY, pays="E1"))
    assert _balance(huikuan, "early")["unapplied"] == "100.00"

    huikuan.tell(invoice("early", "E1", "100.00", "2012-06-30"))

    balance = _balance(huikuan, "early")
    assert (balance["open"], balance["unapplied"]) == ("0.00", "0.00")


def test_a_payment_for_an_invoice_that_never_was_pays_what_there_is(huikuan: Installation) -> None:
    huikuan.tell(
        invoice("vague", "V1", "70.00", "2012-06-30"),
        payment("vague", "V-pay", "100.00", DAY, pays="no-such-invoice"),
    )

    balance = _balance(huikuan, "vague")
    assert balance["open"] == "0.00" or balance["unapplied"] == "100.00"
    assert huikuan.get("ledger", "/health/invariants")


def test_a_reversal_of_an_unknown_payment_waits_for_it(huikuan: Installation) -> None:
    reversal = fact("payment.reversed", "back", payment="B-pay", reversed_on=DAY, reason="bounced")
    huikuan.tell(invoice("back", "B1", "100.00", "2012-06-30"), reversal)
    assert _open(huikuan, "back") == "100.00"

    huikuan.tell(payment("back", "B-pay", "100.00", DAY, pays="B1"))

    assert _open(huikuan, "back") == "100.00", "the money came, and went back"


def test_a_wrong_question_is_refused_by_the_name_of_its_parameter(huikuan: Installation) -> None:
    for path, wrong in (
        ("/v1/debtors/acme", {"as_of": "2012-02-30"}),
        ("/v1/debtors/acme", {"known_at": "yesterday"}),
        ("/v1/debtors/acme", {"after_position": "not-a-token"}),
        ("/v1/ageing", {"buckets": "30,15"}),
        ("/v1/debtors", {"limit": "100000"}),
    ):
        answer = huikuan.ask("GET", "ledger", path, params=wrong)
        assert answer.status_code == 422, (wrong, answer.text)
        assert next(iter(wrong)) in answer.text


def test_nobody_without_a_key_gets_in(huikuan: Installation) -> None:
    for service, path in (("ledger", "/v1/debtors"), ("notifier", "/v1/escalations")):
        answer = huikuan.ask("GET", service, path, headers={"Authorization": "Bearer hk_live_x"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def _balance(huikuan: Installation, debtor: str) -> dict[str, str]:
    balance: dict[str, str] = huikuan.debtor(debtor)["balances"]["CNY"]
    return balance


def _open(huikuan: Installation, debtor: str) -> str:
    return _balance(huikuan, debtor)["open"]


def _still_works(huikuan: Installation) -> None:
    sent = invoice("survivor", "", "1.00", "2012-06-30")
    sent["data"]["invoice"] = sent["id"]
    huikuan.tell(sent)
    assert any(each["invoice"] == sent["id"] for each in huikuan.debtor("survivor")["items"])


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("ledger", "/v1/debtors/"),
        ("promises", "/v1/debtors//promises"),
        ("notifier", "/v1/debtors//escalations"),
        ("notifier", "/v1/debtors//standing"),
        ("notifier", "/v1/debtors//forecast"),
        ("notifier", "/v1/debtors//why?step=stop"),
        ("notifier", "/v1/debtors//overrides"),
    ],
)
def test_a_debtor_without_a_name_is_asked_for_in_vain(
    huikuan: Installation, service: str, path: str
) -> None:
    answer = huikuan.ask("GET", service, path)
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == ["debtor"]
