"""Health and metrics tell operators how it is, and strangers nothing."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.web.apps import KEY, Folded, app_with, client_of


def test_ready_is_one_word_and_a_status() -> None:
    service = Folded()
    client = client_of(app_with(service))
    assert client.get("/health/ready").json() == {"status": "ready"}
    service.ready = False
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not_ready"})
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("language", "said"), [("en", "A seq is missing."), ("zh-CN", "缺少序号。")]
)
def test_alarms_are_told_in_the_language_that_is_wanted(language: str, said: str) -> None:
    answer = client_of().get("/health/parts", headers={"Accept-Language": language})
    assert answer.json() == {"ready": True, "alarms": [said]}
    assert answer.headers["content-language"] == language[:2]


def test_invariants_that_hold_are_said_to_hold() -> None:
    answer = client_of().get("/health/invariants")
    assert (answer.status_code, answer.json()) == (200, {"status": "hold", "violations": []})


def test_a_violated_invariant_is_an_alarm() -> None:
    violated = app_with(violations=("acme: issued 10 is not open 9",))
    answer = client_of(violated).get("/health/invariants")
    assert answer.status_code == 503
    assert answer.json()["violations"] == ["acme: issued 10 is not open 9"]


def test_what_nothing_matches_is_counted_as_that_behind_the_front_too() -> None:
    front = Starlette()
    front.mount("/ledger", app_with())
    client = TestClient(front, headers={"Authorization": f"Bearer {KEY}"})
    assert client.get("/ledger/v1/nothing").status_code == 404
    assert 'route="unmatched",status="404"' in client.get("/ledger/metrics").text


def test_metrics_count_by_route_and_never_name_a_debtor() -> None:
    client = client_of()
    client.get("/v1/asked?after=acme")
    client.get("/v1/nothing/acme")
    page = client.get("/metrics").text
    assert 'huikuan_http_requests_total{method="GET",route="/v1/asked",status="200"} 1.0' in page
    assert 'route="unmatched",status="404"' in page
    assert 'huikuan_lag_records{partition="1"} 7.0' in page
    assert "acme" not in page
