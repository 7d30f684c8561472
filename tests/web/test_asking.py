"""What questions have in common: dates, knowledge, pages, and waiting for one's own writes."""

import inspect
import threading
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huikuan.eventlog.position import Position
from huikuan.web.asking import AfterPosition, AsOf, KnownAt, Page, milliseconds_of
from tests.web.apps import Folded, app_with, client_of

TOKEN = Position({"ledger": {3: 7}}).encode()


def test_a_question_without_words_asks_about_today_and_everything() -> None:
    expected = {"as_of": None, "known_at": None, "limit": 100, "after": ""}
    assert client_of().get("/v1/asked").json() == expected


def test_a_question_may_name_dates_and_pages() -> None:
    url = "/v1/asked?as_of=2013-06-30&known_at=2013-07-01T00:00:00%2B08:00&limit=7&after=abc"
    instant = datetime(2013, 6, 30, 16, tzinfo=UTC).timestamp() * 1000
    expected = {"as_of": "2013-06-30", "known_at": instant, "limit": 7, "after": "abc"}
    assert client_of().get(url).json() == expected


@pytest.mark.parametrize("asked", [AfterPosition, AsOf, KnownAt, Page])
def test_no_parameter_costs_a_trip_to_a_thread(asked: Any) -> None:
    depends = get_args(asked)[1]
    assert inspect.iscoroutinefunction(depends.dependency)


def test_knowledge_may_be_a_position() -> None:
    assert client_of().get(f"/v1/asked?known_at={TOKEN}").json()["known_at"] == TOKEN


@pytest.mark.parametrize("known_at", ["yesterday", "2013-13-01", "2013-01-01T25:00:00Z"])
def test_knowledge_that_is_neither_is_refused(known_at: str) -> None:
    answer = client_of().get(f"/v1/asked?known_at={known_at}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "known_at"


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))
def test_a_plus_that_the_query_lost_is_found_again(local: datetime) -> None:
    text = local.isoformat(timespec="milliseconds")
    assert milliseconds_of(f"{text}+08:00") == milliseconds_of(f"{text} 08:00")
    assert milliseconds_of(f"{text}Z") == milliseconds_of(text)


def test_a_date_alone_means_its_end() -> None:
    assert milliseconds_of("2013-06-30") + 1 == milliseconds_of("2013-07-01T00:00:00Z")


def test_a_reader_of_his_own_writes_waits_for_them() -> None:
    service = Folded()
    threading.Timer(0.05, service.fold).start()
    answer = client_of(app_with(service)).get(f"/v1/waited?after_position={TOKEN}")
    assert answer.json() == {"asked": True}


def test_who_waits_in_vain_is_told_when_to_come_again() -> None:
    answer = client_of().get(f"/v1/waited?after_position={TOKEN}")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_yet_folded")
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("token", ["nonsense", "a" * 9000, "eyJhIjoxfQ"])
def test_a_position_that_we_never_gave_out_is_refused(token: str) -> None:
    answer = client_of().get(f"/v1/waited?after_position={token}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "after_position"


def test_nobody_waits_who_does_not_ask() -> None:
    assert client_of().get("/v1/waited").json() == {"asked": False}


def test_a_service_says_how_far_it_has_folded() -> None:
    service = Folded()
    service.fold()
    answer = client_of(app_with(service)).get(f"/v1/position?after_position={TOKEN}")
    assert answer.json() == {"position": TOKEN}
