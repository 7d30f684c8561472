"""A straight route is like any other, to whoever asks."""

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from huikuan.web.problems import Problem, answer_problem
from huikuan.web.straight import StraightRoute


def a_client() -> TestClient:
    router = APIRouter(prefix="/v1", route_class=StraightRoute)

    @router.post("/echo", summary="Says it again")
    async def echo(request: Request) -> Response:
        body = await request.body()
        if not body:
            raise Problem(422, "nothing_said")
        return Response(body, media_type="text/plain")

    app = FastAPI()
    app.include_router(router)
    app.add_exception_handler(Problem, answer_problem)
    return TestClient(app)


def test_it_answers() -> None:
    answer = a_client().post("/v1/echo", content=b"words")
    assert (answer.status_code, answer.content) == (200, b"words")


def test_another_method_is_refused() -> None:
    answer = a_client().get("/v1/echo")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_its_problems_are_answered() -> None:
    answer = a_client().post("/v1/echo")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_said")


def test_it_is_documented() -> None:
    document = a_client().get("/openapi.json").json()
    assert document["paths"]["/v1/echo"]["post"]["summary"] == "Says it again"
