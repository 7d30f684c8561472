"""The routes about policies: adopt one, check one, see which is in force."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huikuan.web.asking import AfterPosition, AsOf
from huikuan.web.openapi import taking
from huikuan.web.problems import FieldError, Problem, language_of
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words
from services.notifier.adopting import CONFIRMATION_NEEDED, document_of
from services.notifier.considering import difference, in_words, warnings
from services.notifier.document import read_policy
from services.notifier.domain.policies import in_force_on
from services.notifier.domain.policy import Policy
from services.notifier.requests import answered, trace_of
from services.notifier.service import Notifier

_A_POLICY = taking({"application/json": Policy.__name__, "application/yaml": Policy.__name__})
_NO_POLICY = Words("No policy was adopted yet.", "尚未采用任何策略。")

Confirm = Annotated[bool | None, Query(description="Though effective in the past.")]


def policy_router(notifier: Notifier) -> APIRouter:
    """The routes, below ``/v1``."""
    router = v1_router("policy")

    @router.put("/policy", summary="Adopt a policy document, YAML or JSON", openapi_extra=_A_POLICY)
    async def adopt(request: Request, confirm: Confirm = None) -> Response:
        body = await request.body()
        return await run_in_threadpool(_adopt, notifier, request, body, confirm=bool(confirm))

    @router.post(
        "/policy/checks",
        summary="Whether a document would be adopted, and its oddities",
        openapi_extra=_A_POLICY,
    )
    async def check(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_check, notifier, request, body)

    @router.get("/policy", summary="The policy in force, and all that were")
    def policy(waited: AfterPosition, as_of: AsOf) -> Response:
        del waited
        return _tagged(answered(_in_force(notifier, as_of)), notifier)

    return router


def _adopt(notifier: Notifier, request: Request, body: bytes, *, confirm: bool) -> Response:
    policy = read_policy(body)
    noticed = warnings(notifier.service, policy)
    try:
        adoption = notifier.adopting.adopt(
            policy,
            confirm=confirm,
            if_match=request.headers.get("if-match", ""),
            trace=trace_of(request),
        )
    except Problem as problem:
        if problem.code == CONFIRMATION_NEEDED:
            found = difference(notifier.service, notifier.backtests, policy)
            words = in_words(found, policy.effective_on)
            problem.errors = [*problem.errors, FieldError(words, "/effective_on")]
            problem.members = {"difference": found}
        raise
    answer = msgspec.to_builtins(adoption) | {"warnings": _shown(noticed, request)}
    return _tagged(answered(answer), notifier)


def _tagged(response: Response, notifier: Notifier) -> Response:
    response.headers["ETag"] = notifier.adopting.tag()
    return response


def _check(notifier: Notifier, request: Request, body: bytes) -> Response:
    policy = read_policy(body)
    return answered(
        {
            "version": policy.version,
            "effective_on": policy.effective_on,
            "warnings": _shown(warnings(notifier.service, policy), request),
        }
    )


def _shown(noticed: list[FieldError], request: Request) -> list[dict[str, str]]:
    chinese = language_of(request.headers.get("accept-language", "")) == "zh"
    return [
        {"pointer": each.pointer, "detail": _said(each.detail, chinese=chinese)} for each in noticed
    ]


def _said(words: Words | str, *, chinese: bool) -> str:
    if isinstance(words, str):
        return words
    return words.zh if chinese else words.en


def _in_force(notifier: Notifier, as_of: date | None) -> dict[str, Any]:
    shared = notifier.service.shared()
    day = as_of or shared.setting.open_on or date.max
    now = in_force_on(shared.policies, day)
    if not shared.policies:
        raise Problem(404, "no_policy", _NO_POLICY)
    return {
        "version": now.version if now else None,
        "effective_on": now.effective_on if now else None,
        "document": document_of(now) if now else None,
        "adopted": [
            {"version": each.version, "effective_on": each.effective_on} for each in shared.policies
        ],
    }
