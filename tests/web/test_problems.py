"""Problems name the field, in the reader's language, and never repeat what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huikuan.web.problems import language_of
from tests.web.apps import client_of


def test_a_missing_field_is_named_by_its_pointer() -> None:
    answer = client_of().post("/v1/payments", json={"count": 1})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "invalid_request"
    assert body["errors"] == [{"pointer": "/amount", "detail": "This field is required."}]


def test_a_wrong_value_is_not_repeated() -> None:
    card = "6222021234567890123"
    answer = client_of().post("/v1/payments", json={"amount": "1", "count": card + "x"})
    assert answer.status_code == 422
    assert card not in answer.text
    assert answer.json()["errors"][0]["pointer"] == "/count"


def test_a_misspelt_field_is_named_escaped() -> None:
    answer = client_of().post("/v1/payments", json={"amount": "1", "a/b~c": 1})
    assert answer.json()["errors"][0]["pointer"] == "/a~1b~0c"


@pytest.mark.parametrize("path", ["/v1/away", "/v1/crowded"])
@pytest.mark.parametrize(
    ("language", "words"), [("en", "send the request again"), ("zh", "稍后重新发送请求")]
)
def test_a_database_that_is_away_is_told_in_our_words_and_when_to_ask_again(
    language: str, words: str, path: str
) -> None:
    answer = client_of().get(path, headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["code"] == "database_away"
    assert words in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "password" not in answer.text


def test_a_parameter_is_named_as_one() -> None:
    answer = client_of().get("/v1/asked?as_of=2013-02-30&limit=1001")
    assert answer.status_code == 422
    assert {each["parameter"] for each in answer.json()["errors"]} == {"as_of", "limit"}
    assert "2013-02-30" not in answer.text
    assert "(at most 1000)" in answer.text


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"amount": NaN', b"[" * 900])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client_of().post("/v1/payments", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_problem_speaks_the_readers_language() -> None:
    chinese = client_of().get("/v1/refused", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert chinese.status_code == 409
    assert chinese.json()["detail"] == "已存在。"
    assert chinese.json()["title"] == "请求与已有记录冲突。"
    assert chinese.headers["content-language"] == "zh"
    english = client_of().get("/v1/refused", headers={"Accept-Language": "de"})
    assert english.json()["detail"] == "It exists."
    assert english.json()["type"] == "urn:huikuan:problem:promise_exists"
    assert english.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("zh-Hant-TW", "zh"),
        ("en-GB, zh;q=0.9", "en"),
        ("zh;q=0", "en"),
        ("zh;q=x", "en"),
        ("fr, zh;q=0.2", "zh"),
    ],
)
def test_language_is_what_was_asked_for_most(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@given(st.text(max_size=200))
def test_no_language_header_is_too_strange(accepted: str) -> None:
    assert language_of(accepted) in {"en", "zh"}


def test_unknown_paths_and_methods_are_problems_too() -> None:
    unknown = client_of().get("/v1/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    wrong = client_of().delete("/v1/payments")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


def test_the_document_describes_problems_and_the_key() -> None:
    document = client_of().get("/openapi.json").json()
    assert "HTTPValidationError" not in str(document)
    responses = document["paths"]["/v1/payments"]["post"]["responses"]
    assert "application/problem+json" in responses["default"]["content"]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
