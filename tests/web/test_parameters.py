"""A parameter that nobody knows is refused: what was asked is not what would be answered."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from huikuan.web.edge import make_app
from huikuan.web.keys import Keys
from huikuan.web.routers import v1_router
from huikuan.web.straight import StraightRoute
from tests.web.apps import KEY, Folded, client_of

router = v1_router(route_class=StraightRoute)


@router.post("/echo")
async def echo(request: Request) -> Response:
    return Response(await request.body())


def errors(query: str, language: str = "en") -> Any:
    answer = client_of().get(f"/v1/asked?{query}", headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.text
    return answer.json()["errors"]


def test_a_parameter_that_is_not_known_is_named_with_those_that_are() -> None:
    assert errors("asof=2026-01-01&limit=5") == [
        {
            "parameter": "asof",
            "detail": "This parameter is unknown; known here: after, as_of, known_at, limit.",
        }
    ]
    assert errors("asof=2026-01-01", "zh") == [
        {"parameter": "asof", "detail": "未知参数；此处可用：after、as_of、known_at、limit。"}
    ]


def test_every_one_of_them_is_named_whatever_it_is_called() -> None:
    found = errors("as_of=2026-01-01&As_of=1&%F0%9F%A6%8A=1&=1&" + "x" * 5_000 + "=1")
    assert [each.get("parameter", "") for each in found] == ["As_of", "🦊", "", "x" * 100]


@pytest.mark.parametrize("query", ["", "as_of=2026-01-01&limit=5", "as_of=2026-01-01&", "&"])
def test_what_is_known_is_answered(query: str) -> None:
    assert client_of().get(f"/v1/asked?{query}").status_code == 200


def test_where_none_is_known_that_is_said() -> None:
    answer = client_of().post("/v1/raw?dry_run=true")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"parameter": "dry_run", "detail": "This parameter is unknown; none is known here."}
    ]


def test_a_straight_route_is_no_way_around_it() -> None:
    app = make_app(
        title="T", service=Folded(), routers=[router], keys=Keys.of(KEY), invariants=tuple
    )
    client = client_of(app)
    assert client.post("/v1/echo", content=b"1").status_code == 200
    refused = client.post("/v1/echo?dry_run=true", content=b"1")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "dry_run"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json"])
def test_whoever_watches_may_add_what_he_likes(path: str) -> None:
    assert client_of().get(f"{path}?t=1").status_code == 200


def test_a_path_that_is_not_there_stays_so() -> None:
    assert client_of().get("/v1/nothing?asof=1").status_code == 404
    assert client_of().delete("/v1/asked?asof=1").status_code == 405
