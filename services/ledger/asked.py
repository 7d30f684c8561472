"""What requests ask, read from bodies and parameters; whatever is wrong becomes a problem."""

from datetime import date
from itertools import pairwise
from typing import TypeVar

import msgspec

from huikuan.events.check import invalid_from
from huikuan.events.chinese import in_chinese
from huikuan.events.values import FIRST_DAY, LAST_DAY
from huikuan.events.wire import MalformedBodyError
from huikuan.web.problems import FieldError, Problem
from huikuan.web.wording import Words
from services.ledger.domain.reading import Row, read_body, read_lines

T = TypeVar("T")
ROWS_MAX = 1_000
BUCKETS_MAX = 20
DAYS_MAX = 36_500
_JSON = {
    "",
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
}
_LINES = {
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
}


class DayAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /v1/days``."""

    date: date


def rows_in(body: bytes, content_type: str) -> list[Row]:
    """The rows of ``POST /v1/events``."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _JSON | _LINES:
        raise Problem(
            415,
            detail=Words(
                "Send application/json, application/cloudevents+json, "
                "application/cloudevents-batch+json or application/x-ndjson.",
                "请使用 application/json、application/cloudevents+json、"
                "application/cloudevents-batch+json 或 application/x-ndjson。",
            ),
        )
    try:
        rows = read_lines(body) if media_type in _LINES else read_body(body)
    except MalformedBodyError as error:
        zh = f"无法读取请求体：{in_chinese(str(error))}。"
        detail = Words(f"This is not JSON: {error}.", zh)
        raise Problem(400, "malformed_json", detail) from None
    if len(rows) > ROWS_MAX:
        detail = Words(
            f"At most {ROWS_MAX} events go in one request; send the rest in others.",
            f"一次最多 {ROWS_MAX} 个事件，其余请分批发送。",
        )
        raise Problem(413, "too_many_events", detail)
    return rows


def decoded(body: bytes, kind: type[T]) -> T:
    """A request's body; raises ``Problem`` 400 where it is no JSON, 422 where it does not fit."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        wrong = invalid_from(error, kind)
        words = Words(wrong.reason, wrong.reason_zh)
        raise Problem(422, errors=[FieldError(words, wrong.pointer)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        detail = Words("The body is not JSON.", "请求体不是 JSON。")
        raise Problem(400, "malformed_json", detail) from None


def day_in(asked: DayAsked) -> date:
    """A day that may be opened."""
    if FIRST_DAY <= asked.date <= LAST_DAY:
        return asked.date
    detail = Words(
        f"must be a date from {FIRST_DAY} to {LAST_DAY}", f"须在 {FIRST_DAY} 至 {LAST_DAY} 之间"
    )
    raise Problem(422, errors=[FieldError(detail, "/date")])


def bounds_in(buckets: str) -> list[int]:
    """The last days of buckets: whole numbers above 0 that rise."""
    parts = [part.strip() for part in buckets.split(",")]
    if len(parts) <= BUCKETS_MAX and all(part.isdecimal() and len(part) < 6 for part in parts):
        bounds = [int(part) for part in parts]
        if all(low < high for low, high in pairwise([0, *bounds, DAYS_MAX])):
            return bounds
    detail = Words(
        "must be rising whole numbers above 0, as in 15,30", "须为大于 0 的递增整数，如 15,30"
    )
    raise Problem(422, errors=[FieldError(detail, parameter="buckets")])


def period_in(first: str, last: str) -> tuple[date, date]:
    """``from`` and ``to``, in order."""
    first_on, last_on = _date_in(first, "from"), _date_in(last, "to")
    if first_on < last_on:
        return first_on, last_on
    detail = Words("must be after from", "须晚于 from")
    raise Problem(422, errors=[FieldError(detail, parameter="to")])


def _date_in(text: str, parameter: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is not None and len(text) == 10 and FIRST_DAY <= day <= LAST_DAY:
        return day
    detail = Words("must be a date, as in 2026-01-31", "须为日期，如 2026-01-31")
    raise Problem(422, errors=[FieldError(detail, parameter=parameter)])
