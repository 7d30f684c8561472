"""Feeds that are complete and exchange rates: said to every partition, refused where wrong."""

from typing import Any

import pytest

from huikuan.events.codec import decode
from huikuan.events.ledger import ExchangeRateSet, FeedCompleted
from tests.ledger.desk import Desk

FEED = {"source": "bank", "feed": "payments", "through_on": "2012-05-31"}
RATE = {"base": "USD", "quote": "CNY", "rate": "7.1234", "effective_on": "2012-05-31"}


def said(desk: Desk, kind: type) -> list[Any]:
    """What is on the log of this type, by partition."""
    desk.ledger.service.drain()
    found = []
    for partition in range(desk.log.partitions):
        for records in desk.log.scan(partition, 0, desk.log.end(partition)):
            events = [decode(each.meta.type, each.value) for each in records if each.meta]
            found += [event for event in events if isinstance(event, kind)]
    return found


def test_a_complete_feed_is_said_to_every_partition_once(desk: Desk) -> None:
    desk.open_day("2012-06-01")
    first, again = desk.post("/v1/feeds", FEED), desk.post("/v1/feeds", FEED)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["position"]
    events = said(desk, FeedCompleted)
    assert len(events) == desk.log.partitions
    assert {(each.source, each.feed, str(each.through_on)) for each in events} == {
        ("bank", "payments", "2012-05-31")
    }


def test_a_rate_is_said_to_every_partition_and_may_be_corrected(desk: Desk) -> None:
    for rate in ("7.1234", "7.2", "7.1234"):
        answer = desk.post("/v1/exchange-rates", RATE | {"rate": rate})
        assert (answer.status_code, answer.json()["rate"]) == (200, rate)
    events = said(desk, ExchangeRateSet)
    assert [each.rate for each in events[:3]] == ["7.1234", "7.2", "7.1234"]


def test_a_rate_under_a_key_is_said_once(desk: Desk) -> None:
    header = {"Idempotency-Key": "k1"}
    assert desk.post("/v1/exchange-rates", RATE, **header).status_code == 200
    assert desk.post("/v1/exchange-rates", RATE, **header).status_code == 200
    other = desk.post("/v1/exchange-rates", RATE | {"rate": "9"}, **header)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(said(desk, ExchangeRateSet)) == desk.log.partitions


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"feed": "payment"}, "/feed"),
        ({"feed": ""}, "/feed"),
        ({"source": ""}, "/source"),
        ({"source": None}, "/source"),
        ({"through_on": "2012-06-02"}, "/through_on"),
        ({"through_on": "9999-12-31"}, "/through_on"),
        ({"through_on": "yesterday"}, "/through_on"),
        ({"ended": "perhaps"}, "/ended"),
    ],
)
def test_a_wrong_feed_is_refused_with_its_place(
    change: dict[str, Any], pointer: str, desk: Desk
) -> None:
    desk.open_day("2012-06-01")
    answer = desk.post("/v1/feeds", FEED | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert said(desk, FeedCompleted) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"rate": "0"}, "/rate"),
        ({"rate": "0.000"}, "/rate"),
        ({"rate": "-7"}, "/rate"),
        ({"rate": 7.1}, "/rate"),
        ({"rate": "NaN"}, "/rate"),
        ({"base": "XXY"}, "/base"),
        ({"quote": "usd"}, "/quote"),
        ({"quote": "USD"}, "/quote"),
        ({"effective_on": "2012-02-30"}, "/effective_on"),
    ],
)
def test_a_wrong_rate_is_refused_with_its_place(
    change: dict[str, Any], pointer: str, desk: Desk
) -> None:
    answer = desk.post("/v1/exchange-rates", RATE | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert said(desk, ExchangeRateSet) == []


@pytest.mark.parametrize("path", ["/v1/feeds", "/v1/exchange-rates"])
@pytest.mark.parametrize("body", [b"", b"[1]", b"payments;bank", b'{"source": "\xff"}'])
def test_what_is_no_object_is_refused(path: str, body: bytes, desk: Desk) -> None:
    assert desk.post(path, body).status_code in {400, 422}


def test_what_is_wrong_with_a_feed_is_told_in_chinese_too(desk: Desk) -> None:
    desk.open_day("2012-06-01")
    header = {"Accept-Language": "zh-CN"}
    answer = desk.post("/v1/feeds", FEED | {"feed": "money"}, **header).json()
    assert "数据来源" in answer["errors"][0]["detail"]
    late = desk.post("/v1/feeds", FEED | {"through_on": "2013-01-01"}, **header).json()
    assert "营业日" in late["errors"][0]["detail"]
