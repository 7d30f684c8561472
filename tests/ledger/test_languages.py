"""Whoever wants Chinese is answered in Chinese, row by row."""

import re
from typing import Any

import pytest

from tests.ledger.desk import Desk, Json

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
PAUSE = {"from": "2012-05-01", "until": "2012-05-31", "reason": "talks"}


def reason(desk: Desk, event: Json, **headers: str) -> Json:
    """Why a row was not accepted."""
    (row,) = desk.post("/v1/events", [event], **headers).json()["results"]
    found: Json = row["reason"]
    return found


def bad_rows(desk: Desk) -> list[Json]:
    known, pause = desk.invoice("INV-1", "1.00", "2012-05-31"), desk.envelope("dunning.paused")
    desk.accept(known, pause | {"data": PAUSE | {"pause": "H1"}})
    return [
        desk.invoice("INV-2", "1.001", "2012-05-31"),
        desk.invoice("INV-2", "1.00", "2012-05-31", kind="gift"),
        desk.invoice("INV-1", "2.00", "2012-05-31"),
        known | {"data": known["data"] | {"amount": "3.00"}},
        pause | {"id": "H2", "data": PAUSE | {"pause": "H2"}},
        desk.envelope("policy.adopted", version="v1"),
        desk.envelope("nothing.happened"),
        desk.invoice("INV-3", "1.00", "2012-05-31") | {"specversion": "0.3"},
    ]


def test_why_a_row_is_refused_or_contradicts_is_told_in_the_language_wanted(desk: Desk) -> None:
    for event in bad_rows(desk):
        assert reason(desk, event)["detail"].isascii()
        detail = reason(desk, event, **CHINESE)["detail"]
        assert re.search("[一-龥]", detail), detail


def test_what_waits_in_the_quarantine_is_told_so_too(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "1.00", "2012-05-31"))
    desk.send(desk.invoice("INV-1", "2.00", "2012-05-31"))
    (item,) = desk.client.get("/v1/quarantine", headers=CHINESE).json()["items"]
    assert item["reason"]["detail"].startswith("该 invoice 曾以其他内容提交")


def test_which_words_are_allowed_is_told_in_both(desk: Desk) -> None:
    gift = desk.invoice("INV-2", "1.00", "2012-05-31", kind="gift")
    words = "debit_note, fee, invoice, opening"
    assert reason(desk, gift)["detail"] == f"is none of the words allowed here: one of {words}"
    assert reason(desk, gift, **CHINESE)["detail"] == f"不是允许的取值，可用：{words}"
    path, decision = "/v1/quarantine/0/0", {"outcome": "eaten", "by": "li", "reason": "seen"}
    (fault,) = desk.post(path, decision, **CHINESE).json()["errors"]
    assert fault["detail"] == "不是允许的取值，可用：discarded, released"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/days", {"by": 1}, "/by"),
        ("/v1/days", {"date": 5}, "/date"),
        ("/v1/days", [], ""),
        ("/v1/quarantine/0/0", {"outcome": "eaten", "by": "li"}, "/outcome"),
        ("/v1/quarantine/0/0", {"outcome": "released", "by": "", "reason": "seen"}, "/by"),
        ("/v1/quarantine/0/0", {"outcome": "released", "by": "li"}, "/reason"),
        ("/v1/quarantine/0/0", {"outcome": "released", "by": "li", "reason": ""}, "/reason"),
    ],
)
def test_what_is_wrong_with_a_request_is_named_in_both(
    desk: Desk, path: str, body: Any, pointer: str
) -> None:
    (chinese,) = desk.post(path, body, **CHINESE).json()["errors"]
    assert chinese["pointer"] == pointer
    assert re.search("[一-龥]", chinese["detail"])
    assert "eaten" not in desk.post(path, body).text


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b"\xff", b"nonsense"])
def test_why_a_body_cannot_be_read_is_told_in_chinese(desk: Desk, body: bytes) -> None:
    detail = desk.post("/v1/events", body, **CHINESE).json()["detail"]
    reason = detail.partition("：")[2]
    assert re.search("[一-龥]", reason), detail
