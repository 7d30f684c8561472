"""What the requests of several routes have in common, and how each is answered."""

from typing import Annotated, Any

import msgspec
import uuid_utils
from fastapi import Header, Path, Request
from pydantic import Field
from starlette.responses import Response

from huikuan.events.texts import fault_of_id, fault_of_reason
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import both

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="The same key with the same request is done once.",
    ),
]
Debtor = Annotated[str, Path(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
By = Annotated[str, Field(min_length=1, max_length=200)]


def name_in(by: str, pointer: str = "/by", parameter: str = "") -> str:
    """Who asks, or any other id; raises the ``Problem`` 422 where it is none."""
    if fault := fault_of_id(by):
        raise Problem(422, errors=[FieldError(both(fault), pointer, parameter)])
    return by.strip()


def reason_in(reason: str) -> str:
    """Why somebody decides; raises the ``Problem`` 422 where it says nothing or cannot be kept."""
    if fault := fault_of_reason(reason):
        raise Problem(422, errors=[FieldError(both(fault), "/reason")])
    return reason


def key_in(header: str) -> str:
    """The Idempotency-Key without the quotes of its draft standard, else one drawn here."""
    key = header.strip().removeprefix('"').removesuffix('"')
    if key and (fault := fault_of_id(key)):
        raise Problem(422, errors=[FieldError(both(fault), parameter="Idempotency-Key")])
    return key or str(uuid_utils.uuid7())


def trace_of(request: Request) -> str:
    """The ``traceparent`` under which a request came."""
    return str(getattr(request.state, "trace", ""))


def answered(content: Any, status: int = 200) -> Response:
    """The answer in JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")
