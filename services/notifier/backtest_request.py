"""A request for a backtest, read: documents as at adoption, a period that the log has."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.notifier.document import read_policy
from services.notifier.domain.backtest import Period
from services.notifier.domain.policy import Policy
from services.notifier.shared import Shared
from services.notifier.trying import EVERY_SHARE, Trial

_NO_DAY = Words("No business day was opened yet.", "尚未开启任何营业日。")
_TOO_EARLY = Words(
    "The period begins before the first business day, {day}.", "期间早于首个营业日 {day}。"
)
_TOO_LATE = Words(
    "The period reaches beyond the open business day, {day}.", "期间超出当前营业日 {day}。"
)
_BACKWARDS = Words("The period ends before it begins.", "期间的结束早于开始。")
_DEBTORS_MAX = 10_000


def _document_or_text(given: Any) -> Any:
    """As it is, or one fault instead of one for each of the two that it might have been."""
    if isinstance(given, str | dict):
        return given
    raise PydanticCustomError("policy_type", "no policy document")


Document = Annotated[
    str | dict[str, Any],
    BeforeValidator(_document_or_text),
    Field(description="A policy document: its YAML or JSON as text, or the object itself"),
]


class BacktestBody(BaseModel):
    """What is to be tried."""

    model_config = ConfigDict(extra="forbid")

    policy: Document
    from_on: date | None = Field(None, alias="from", description="Default: the first business day")
    to_on: date | None = Field(None, alias="to", description="Default: the open business day")
    against: Document | None = Field(None, description="Default: what happened")
    debtors: list[Annotated[str, Field(max_length=200)]] | None = Field(
        None, min_length=1, max_length=_DEBTORS_MAX, description="Only these"
    )
    assume_approved: bool = Field(
        False,
        description="Whatever is proposed is approved at once, and notices that are waited for "
        "arrive at once; else as the log has it",
    )
    share: Decimal = Field(
        Decimal(1),
        ge=Decimal("0.0001"),
        le=1,
        description="The part of the debtors that has the policy, by hash",
    )
    seed: int = Field(0, ge=0, le=2**31, description="Another seed chooses other debtors")


def read_trial(body: BacktestBody, shared: Shared) -> Trial:
    """The trial; raises the ``Problem`` 422 with the place in the body, 409 before any day."""
    policy = _document(body.policy, "/policy")
    against = None if body.against is None else _document(body.against, "/against")
    return Trial(
        policy=policy,
        against=against,
        period=_period(body, shared),
        debtors=frozenset(body.debtors) if body.debtors else None,
        assume_approved=body.assume_approved,
        share_of_10000=int(body.share * EVERY_SHARE),
        seed=body.seed,
    )


def _document(given: str | dict[str, Any], place: str) -> Policy:
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    try:
        # Half a character, which JSON can name, is then refused as what is not in UTF-8.
        return read_policy(text.encode(errors="surrogatepass"))
    except Problem as problem:
        problem.errors = [
            FieldError(each.detail, place + each.pointer) if isinstance(each, FieldError) else each
            for each in problem.errors
        ]
        raise


def _period(body: BacktestBody, shared: Shared) -> Period:
    first, open_on = shared.first_open_on, shared.setting.open_on
    if first is None or open_on is None:
        raise Problem(409, "no_business_day", _NO_DAY)
    period = Period(body.from_on or first, body.to_on or open_on)
    if period.first_on < first:
        raise _refused(_TOO_EARLY, "/from", first)
    if period.first_on > open_on:
        raise _refused(_TOO_LATE, "/from", open_on)
    if period.last_on > open_on:
        raise _refused(_TOO_LATE, "/to", open_on)
    if period.last_on < period.first_on:
        raise _refused(_BACKWARDS, "/to", open_on)
    return period


def _refused(words: Words, pointer: str, day: date) -> Problem:
    said = Words(words.en.format(day=day), words.zh.format(day=day))
    return Problem(422, "period_refused", errors=[FieldError(said, pointer)])
