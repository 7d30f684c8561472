"""The quarantine over HTTP: what waits for a person, and what he decides."""

import uuid_utils
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from huikuan.events.invalid import InvalidFieldError
from huikuan.events.texts import fault_of_id, fault_of_reason, fault_of_word
from huikuan.web.asking import AfterPosition, Page
from huikuan.web.problems import FieldError, Problem
from huikuan.web.routers import v1_router
from huikuan.web.wording import Words, both
from services.ledger import described
from services.ledger.answers import answer_json
from services.ledger.asked import decoded
from services.ledger.domain.settling import Decision
from services.ledger.languages import listed
from services.ledger.service import Ledger
from services.ledger.settling import (
    NotFreeError,
    NothingThereError,
    Settled,
    SettledOtherwiseError,
)

_COMMAND_CHARACTERS_MAX = 200


def settling_router(ledger: Ledger) -> APIRouter:
    """``/v1/quarantine`` and ``/v1/look-alikes``."""
    router = v1_router("quarantine")

    @router.get("/quarantine", summary="Conflicts, and records that nobody could read")
    def quarantine(request: Request, waited: AfterPosition, page: Page) -> Response:
        del waited
        try:
            found = ledger.quarantine.page(page.after, page.limit)
            return answer_json(listed(found, request.headers.get("accept-language", "")))
        except ValueError:
            detail = Words("is no `next` of this list", "不是本列表给出的 next")
            raise Problem(422, errors=[FieldError(detail, parameter="after")]) from None

    @router.get("/look-alikes", summary="Accepted payments that look like earlier ones")
    def look_alikes(waited: AfterPosition, page: Page) -> Response:
        del waited
        return answer_json(ledger.quarantine.look_alikes(page.after, page.limit))

    @router.post(
        "/quarantine/{identifier:path}",
        summary="Release or discard one of them",
        openapi_extra=described.DECISION,
    )
    async def settle(identifier: str, request: Request) -> Response:
        decision = decoded(await request.body(), Decision)
        _check(decision)
        command = request.headers.get("idempotency-key", "") or str(uuid_utils.uuid7())
        if len(command) > _COMMAND_CHARACTERS_MAX or fault_of_id(command):
            detail = Words("is no id of 1 to 200 characters", "须为 1 至 200 个字符的编号")
            raise Problem(422, errors=[FieldError(detail, parameter="Idempotency-Key")])
        return await run_in_threadpool(_settle, ledger, identifier, decision, command)

    return router


def _check(decision: Decision) -> None:
    faults = {
        "by": fault_of_id(decision.by),
        "reason": fault_of_reason(decision.reason),
        "type": fault_of_word(decision.type),
    }
    errors = [FieldError(both(fault), f"/{name}") for name, fault in faults.items() if fault]
    if errors:
        raise Problem(422, errors=errors)


def _settle(ledger: Ledger, identifier: str, decision: Decision, command: str) -> Response:
    try:
        settled = ledger.settling.settle(identifier, decision, command)
    except NothingThereError:
        detail = Words("Nothing with this id waits here.", "此处没有该编号的待处理记录。")
        raise Problem(404, "nothing_set_aside", detail) from None
    except SettledOtherwiseError as error:
        detail = Words(f"It is {error} already.", f"已按另一结果（{error}）处理。")
        raise Problem(409, "settled_otherwise", detail) from None
    except NotFreeError as error:
        raise _not_free(error) from None
    except InvalidFieldError as error:
        detail = Words(
            "The record is not a fact as it stands. Send the fact right, and discard the record.",
            "该记录本身不是可用的事实。请以正确内容重新发送，并丢弃此记录。",
        )
        errors = [FieldError(both(error.reason), error.pointer)]
        raise Problem(422, "not_a_fact", detail, errors=errors) from None
    return answer_json(_answer(settled))


def _answer(settled: Settled) -> dict[str, object]:
    answer: dict[str, object] = {"id": settled.id, "outcome": settled.outcome}
    if settled.result is not None:
        answer["result"] = settled.result
    return {**answer, "position": settled.position.encode()}


def _not_free(error: NotFreeError) -> Problem:
    reason = error.verdict.reason
    detail = Words(
        "It still contradicts what is known. Where the known document is wrong, cancel it first "
        "(invoice.cancelled frees its number), then release this one; else discard it.",
        "仍与已有记录冲突。若已有单据有误，请先作废（invoice.cancelled 会释放单号）再放行；"
        "否则请丢弃。",
    )
    errors = [FieldError(both(reason.detail), reason.pointer)] if reason else []
    return Problem(409, "still_contradicts", detail, errors=errors)
