"""What the API answers when it cannot do what was asked: RFC 9457 problems, in English or Chinese.

A problem names the field and never repeats the value: values may be secrets or personal data.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from huikuan.web.wording import BY_ERROR_TYPE, TITLES, Words, code_of, words_of

MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 100
"""So that a body of many bad rows does not answer with a larger one."""
_POINTER_CHARACTERS_MAX = 200
_encode = msgspec.json.encode


class FieldError(NamedTuple):
    """What is wrong with one field: a JSON pointer into the body, or a parameter's name."""

    detail: Words | str
    pointer: str = ""
    parameter: str = ""


class Problem(HTTPException):
    """Raise it anywhere below the edge; ``code`` is for programs, the words are for people.

    ``errors`` are ``FieldError``s, or mappings with ``pointer`` or ``parameter``, and ``detail``.
    """

    def __init__(
        self,
        status: int,
        code: str = "",
        detail: Words | str = "",
        *,
        title: Words | str = "",
        errors: Sequence[FieldError | Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail=code or code_of(status), headers=headers)
        self.code = code or code_of(status)
        self.title = title or TITLES.get(status, TITLES[500])
        self.words = detail
        self.errors = errors
        self.members: Mapping[str, Any] = {}
        """What more the answer says, by name."""


def language_of(accept_language: str) -> str:
    """``zh`` where Chinese is wanted at least as much as English, else ``en``."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in accept_language[:500].lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name.split("-")[0].strip()
        if language in wanted:
            wanted[language] = max(wanted[language], _weight(weight))
    return "zh" if wanted["zh"] > 0 and wanted["zh"] >= wanted["en"] else "en"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def problem_response(problem: Problem, accept_language: str, request_id: str) -> Response:
    """The answer to a request that met this problem."""
    language = language_of(accept_language)
    body: dict[str, Any] = {
        "type": f"urn:huikuan:problem:{problem.code}",
        "title": _say(problem.title, language),
        "status": problem.status_code,
        "code": problem.code,
    }
    if problem.words:
        body["detail"] = _say(problem.words, language)
    if problem.errors:
        body["errors"] = [_field(each, language) for each in problem.errors[:ERRORS_MAX]]
    body.update(problem.members)
    if request_id:
        body["request_id"] = request_id
    headers = {**(problem.headers or {}), "Content-Language": language, "Vary": "Accept-Language"}
    return Response(_encode(body), problem.status_code, headers, MEDIA_TYPE)


def _say(words: Words | str, language: str) -> str:
    if isinstance(words, str):
        return words
    return words.zh if language == "zh" else words.en


def _field(error: FieldError | Mapping[str, str], language: str) -> dict[str, str]:
    if not isinstance(error, FieldError):
        return dict(error)
    place = {"pointer": error.pointer} if not error.parameter else {"parameter": error.parameter}
    return {**place, "detail": _say(error.detail, language)}


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem behind what FastAPI says of a request, without its inputs.

    JSON that cannot be parsed at all is 400, JSON that does not fit is 422.
    """
    if any(each["type"] == "json_invalid" for each in errors):
        return Problem(400, "malformed_json", BY_ERROR_TYPE["json_invalid"])
    return Problem(422, errors=[_from_pydantic(each) for each in errors])


def from_document(errors: Sequence[Mapping[str, Any]], code: str = "") -> Problem:
    """Likewise behind what Pydantic says of a document that the service validated itself."""
    within = [{**each, "loc": ("body", *each["loc"])} for each in errors]
    return Problem(422, code, errors=[_from_pydantic(each) for each in within])


def _from_pydantic(error: Mapping[str, Any]) -> FieldError:
    where, *path = [str(part) for part in error["loc"]] or ["body"]
    detail = words_of(error)
    if where in {"query", "path", "header", "cookie"}:
        return FieldError(detail, parameter=path[0] if path else where)
    if path[-1:] == ["[key]"]:  # a key that does not fit is at its own place
        path = path[:-1]
    return FieldError(detail, pointer_of(path)[:_POINTER_CHARACTERS_MAX])


def pointer_of(place: Iterable[str | int]) -> str:
    """A place in a document as a JSON pointer; what is no character becomes a question mark."""
    parts = (str(part).encode("utf-8", "replace").decode() for part in place)
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


async def answer_problem(request: Request, problem: Exception) -> Response:
    """The exception handler for ``Problem``, and for the 404 and 405 of the router."""
    assert isinstance(problem, HTTPException), "registered for it alone"
    if not isinstance(problem, Problem):
        problem = Problem(problem.status_code, headers=problem.headers)
    return _answer(request, problem)


async def answer_invalid(request: Request, invalid: Exception) -> Response:
    """The exception handler for a request that FastAPI could not validate."""
    assert isinstance(invalid, RequestValidationError), "registered for it alone"
    return _answer(request, from_validation(invalid.errors()))


def _answer(request: Request, problem: Problem) -> Response:
    accepted = request.headers.get("accept-language", "")
    return problem_response(problem, accepted, request.scope.get("state", {}).get("request_id", ""))
