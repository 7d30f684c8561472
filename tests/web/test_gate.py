"""What every request passes: key, size, request id; and what it answers when something falls."""

import asyncio
import gzip
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message

from tests.web.apps import KEY, LIMIT, app_with, client_of

OPEN = ["/health/live", "/health/ready", "/openapi.json"]


@pytest.mark.parametrize("path", OPEN)
def test_that_it_lives_needs_no_key(path: str) -> None:
    assert client_of().get(path, headers={"Authorization": ""}).status_code == 200


def test_every_other_route_needs_a_key() -> None:
    app = app_with()
    paths = [*app.openapi()["paths"], "/metrics", "/nowhere"]
    closed = [path for path in paths if path not in OPEN]
    assert len(closed) > 5
    for path in closed:
        answer = client_of(app).get(path, headers={"Authorization": ""})
        assert (path, answer.status_code) == (path, 401)
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", "Bearer", "Basic " + KEY, KEY, "Bearer " + KEY[:-1], "Bearer \xff"],
)
def test_a_wrong_key_opens_nothing(authorization: str) -> None:
    answer = client_of().get(
        "/v1/asked", headers={b"Authorization": authorization.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert KEY[:-1] not in answer.text


def test_a_key_in_the_url_opens_nothing() -> None:
    path = f"/v1/asked?authorization=Bearer%20{KEY}&key={KEY}"
    assert client_of().get(path, headers={"Authorization": ""}).status_code == 401


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    client = client_of()
    assert client.post("/v1/raw", content=b"x" * LIMIT).json() == {"bytes": LIMIT}
    refused = client.post("/v1/raw", content=b"x" * (LIMIT + 1))
    assert refused.status_code == 413
    assert refused.json()["code"] == "body_too_large"


def test_a_body_without_a_length_is_counted_while_it_is_read() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 100 * LIMIT:
            taken += 100
            yield b"x" * 100

    refused = client_of().post("/v1/raw", content=endless())
    assert refused.status_code == 413


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({b"content-length": b"5000"}, 5_000),
        ({b"transfer-encoding": b"chunked"}, 5_000),
        ({b"content-length": b"5000", b"expect": b"100-continue"}, 0),
        ({b"content-length": b"9999999999"}, 0),
    ],
)
def test_a_body_that_is_too_large_is_taken_before_it_is_refused(
    headers: dict[bytes, bytes], taken: int
) -> None:
    sent, answers = 0, list[Message]()

    async def receive() -> Message:
        nonlocal sent
        sent += 100
        return {"type": "http.request", "body": b"x" * 100, "more_body": sent < 5_000}

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/raw", "query_string": b""}
    key = (b"authorization", f"Bearer {KEY}".encode())
    asyncio.run(app_with()({**scope, "headers": [key, *headers.items()]}, receive, send))
    assert (answers[0]["status"], sent) == (413, taken)


@pytest.mark.parametrize("path", ["/v1/asked%00", "/v1/asked?after=a%00b"])
def test_an_address_that_no_database_can_look_for_is_refused(path: str) -> None:
    answer = client_of().get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
    assert "NUL" in answer.json()["detail"]


def test_a_body_may_come_in_chunks() -> None:
    assert client_of().post("/v1/raw", content=iter([b"abc", b"de"])).json() == {"bytes": 5}


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 30, "٣"])
def test_a_senseless_length_is_refused(length: str) -> None:
    headers = {b"Content-Length": length.encode()}
    assert client_of().post("/v1/raw", content=b"", headers=headers).status_code in {400, 413}


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "identity, br", "x" * 300])
def test_a_compressed_body_is_never_inflated_and_whoever_sent_it_is_told(encoding: str) -> None:
    bomb = gzip.compress(b"x" * 100_000)
    answer = client_of().post("/v1/raw", content=bomb, headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_encoding")
    assert "without Content-Encoding" in answer.json()["detail"]
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
def test_a_body_that_is_said_to_be_as_it_is_is_read(encoding: str) -> None:
    answer = client_of().post("/v1/raw", content=b"abc", headers={"Content-Encoding": encoding})
    assert answer.json() == {"bytes": 3}


def test_what_falls_inside_is_told_to_the_log_and_not_to_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client_of().get("/v1/broken")
    assert answer.status_code == 500
    assert "password" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "the password of the database" in caplog.text


def test_every_answer_says_which_request_it_answers() -> None:
    client = client_of()
    assert (
        client.get("/v1/asked", headers={"X-Request-Id": "erp-42"}).headers["x-request-id"]
        == "erp-42"
    )
    forged = client.get("/v1/asked", headers={b"X-Request-Id": "a b\u202e".encode()})
    assert len(forged.headers["x-request-id"]) == 32
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    traced = client.get("/v1/asked", headers={"traceparent": trace})
    assert traced.headers["x-request-id"] == "0af7651916cd43dd8448eb211c80319c"


def test_no_answer_may_be_framed_sniffed_or_kept() -> None:
    for answer in (client_of().get("/v1/asked"), client_of().get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_no_page_loads_anything_from_elsewhere() -> None:
    for path in ("/docs", "/redoc"):
        assert client_of().get(path).status_code == 404


def test_a_mounted_app_keeps_its_door() -> None:
    outer = Starlette()
    outer.mount("/ledger", app_with())
    client = TestClient(outer)
    assert client.get("/ledger/health/live").status_code == 200
    assert client.get("/ledger/v1/asked").status_code == 401
    assert client.get("/ledger/v1/asked/health/live").status_code == 401
    with_key = {"Authorization": f"Bearer {KEY}"}
    assert client.get("/ledger/v1/asked", headers=with_key).status_code == 200
