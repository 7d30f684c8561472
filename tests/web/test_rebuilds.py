"""A rebuild is begun, followed while it runs, and never doubled."""

import time
from typing import Any

from starlette.testclient import TestClient

from tests.web.apps import Folded, app_with, client_of


def _until(client: TestClient, status: str) -> dict[str, Any]:
    for _ in range(500):
        latest: dict[str, Any] = client.get("/v1/rebuilds/latest").json()
        if latest["status"] == status:
            return latest
        time.sleep(0.01)
    raise AssertionError(latest)


def test_a_rebuild_says_how_far_it_is_and_what_it_found() -> None:
    service = Folded()
    client = client_of(app_with(service))
    assert client.get("/v1/rebuilds/latest").json()["status"] == "none"
    assert client.post("/v1/rebuilds", json={"verify": True}).status_code == 202
    running = _until(client, "running")
    assert (running["verify"], running["report"]) == (True, None)
    again = client.post("/v1/rebuilds")
    assert (again.status_code, again.json()["code"]) == (409, "rebuild_running")
    service.fold()
    done = _until(client, "done")
    assert (done["records"], done["records_in_all"]) == (10, 10)
    assert done["report"] == {"accounts": 3, "verify": True}


def test_a_rebuild_that_fails_says_so_and_may_be_tried_again() -> None:
    service = Folded()
    service.ready = False
    client = client_of(app_with(service))
    client.post("/v1/rebuilds")
    _until(client, "failed")
    service.ready = True
    service.fold()
    assert client.post("/v1/rebuilds").status_code == 202
    _until(client, "done")
