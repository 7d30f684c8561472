"""The front of a process: one port, its services by name, one word about how it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.testclient import TestClient

from huikuan.web.front import front_of
from tests.web.apps import KEY, Folded, app_with

WITH_KEY = {"Authorization": f"Bearer {KEY}"}


@asynccontextmanager
async def _nothing(_: Starlette) -> AsyncIterator[None]:
    yield


def _front(**services: Folded) -> TestClient:
    apps = {name: app_with(service) for name, service in services.items()}
    return TestClient(front_of(apps, services, _nothing), base_url="http://127.0.0.1:8080")


def test_a_visitor_is_shown_the_way_without_a_key() -> None:
    shown = _front(ledger=Folded(), notifier=Folded()).get("/").json()
    assert set(shown["services"]) == {"ledger", "notifier"}
    assert shown["services"]["ledger"]["api"] == "http://127.0.0.1:8080/ledger/v1"


def test_the_process_is_ready_when_all_its_services_are() -> None:
    ledger, notifier = Folded(), Folded()
    client = _front(ledger=ledger, notifier=notifier)
    assert client.get("/health/ready").status_code == 200
    notifier.ready = False
    assert client.get("/health/ready").json() == {"status": "not_ready"}
    assert client.get("/ledger/health/ready").status_code == 200
    assert client.get("/health/live").status_code == 200


def test_each_service_answers_below_its_name_only() -> None:
    client = _front(ledger=Folded(), notifier=Folded())
    assert client.get("/ledger/v1/asked", headers=WITH_KEY).status_code == 200
    assert client.get("/ledger/v1/asked").status_code == 401
    unknown = client.get("/v1/asked", headers=WITH_KEY)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_a_service_alone_answers_without_its_name_too() -> None:
    client = _front(ledger=Folded())
    for path in ("/v1/asked", "/ledger/v1/asked"):
        assert client.get(path, headers=WITH_KEY).status_code == 200
        assert client.get(path).status_code == 401
    assert client.get("/metrics", headers=WITH_KEY).status_code == 200
