"""The words of problems, in both languages, by status and by what is wrong with a field."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from huikuan.events.chinese import in_chinese


class Words(NamedTuple):
    """The same sentence twice."""

    en: str
    zh: str


def both(reason: str) -> Words:
    """What is wrong with a value, as the checks of events say it, in both languages."""
    return Words(reason, in_chinese(reason))


TITLES: dict[int, Words] = {
    400: Words("The request cannot be read.", "无法读取请求。"),
    401: Words("An API key is needed.", "需要 API 密钥。"),
    403: Words("This key may not do that.", "该密钥无权执行此操作。"),
    404: Words("There is no such thing here.", "此处没有该资源。"),
    405: Words("This method is not possible here.", "此处不支持该方法。"),
    406: Words("None of the accepted formats can be given.", "无法提供可接受的格式。"),
    408: Words("The request took too long to arrive.", "请求到达超时。"),
    409: Words("The request contradicts what is recorded.", "请求与已有记录冲突。"),
    412: Words("It has changed since it was read.", "读取之后数据已变更。"),
    413: Words("The request is too large.", "请求过大。"),
    415: Words("This media type cannot be read.", "不支持该媒体类型。"),
    422: Words("The request does not fit.", "请求内容不符合要求。"),
    428: Words("A condition is required.", "需要附带条件。"),
    429: Words("Too many requests.", "请求过于频繁。"),
    500: Words("Something went wrong on our side.", "服务端出现错误。"),
    503: Words("Not now; please try again.", "暂时不可用，请稍后重试。"),
}

CODES: dict[int, str] = {
    400: "malformed_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    412: "precondition_failed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}

BY_ERROR_TYPE: dict[str, Words] = {
    "json_invalid": Words("The body is not JSON.", "请求体不是合法的 JSON。"),
    "missing": Words("This field is required.", "此字段必填。"),
    "extra_forbidden": Words("This field is unknown.", "未知字段。"),
    "string_type": Words("A string is needed.", "应为字符串。"),
    "string_unicode": Words("Text with a broken character.", "含有残缺字符。"),
    "invalid_key": Words("The name of a field must be text.", "字段名应为文本。"),
    "string_too_short": Words("Too short.", "过短。"),
    "string_too_long": Words("Too long.", "过长。"),
    "string_pattern_mismatch": Words("The form is not right.", "格式不正确。"),
    "int_type": Words("A whole number is needed.", "应为整数。"),
    "int_parsing": Words("A whole number is needed.", "应为整数。"),
    "int_from_float": Words("A whole number is needed.", "应为整数。"),
    "int_parsing_size": Words("The number is too large.", "数值过大。"),
    "bool_type": Words("True or false is needed.", "应为布尔值。"),
    "bool_parsing": Words("True or false is needed.", "应为布尔值。"),
    "list_type": Words("A list is needed.", "应为列表。"),
    "tuple_type": Words("A list is needed.", "应为列表。"),
    "too_long": Words("Too many entries.", "条目过多。"),
    "too_short": Words("Too few entries.", "条目过少。"),
    "dict_type": Words("An object is needed.", "应为对象。"),
    "model_type": Words("An object is needed.", "应为对象。"),
    "model_attributes_type": Words("An object is needed.", "应为对象。"),
    "date_type": Words("A date like 2026-01-31 is needed.", "应为日期，例如 2026-01-31。"),
    "date_parsing": Words("A date like 2026-01-31 is needed.", "应为日期，例如 2026-01-31。"),
    "date_from_datetime_parsing": Words(
        "A date like 2026-01-31 is needed.", "应为日期，例如 2026-01-31。"
    ),
    "date_from_datetime_inexact": Words("A date without a time is needed.", "应为不含时间的日期。"),
    "literal_error": Words("Not one of the words that are allowed.", "不是允许的取值。"),
    "enum": Words("Not one of the words that are allowed.", "不是允许的取值。"),
    "greater_than": Words("Too small.", "数值过小。"),
    "greater_than_equal": Words("Too small.", "数值过小。"),
    "less_than": Words("Too large.", "数值过大。"),
    "less_than_equal": Words("Too large.", "数值过大。"),
    "decimal_parsing": Words("A decimal number is needed.", "应为十进制数。"),
    "policy_type": Words(
        "A policy document is needed: an object, or its YAML or JSON as text.",
        "应为策略文档：对象，或以文本写出的 YAML 或 JSON。",
    ),
    "position_unknown": Words("Not a position that we gave out.", "不是本系统给出的位置标记。"),
    "position_not_folded": Words(
        "There is no such place on the log, or this service has not folded that far yet: "
        "wait for it by after_position.",
        "日志中没有该位置，或本服务尚未处理到该位置；可用 after_position 等待。",
    ),
    "position_elsewhere": Words(
        "This position does not name every part of the log that is asked about; give a time, or "
        "a position that GET …/v1/position answered.",
        "该位置未涵盖所查询的全部日志分区；请给出时间，或使用 GET …/v1/position 返回的位置。",
    ),
    "instant_unreadable": Words(
        "A time like 2026-01-31T12:00:00Z or a position is needed.",
        "应为时间（例如 2026-01-31T12:00:00Z）或位置标记。",
    ),
    "other": Words("This does not fit.", "不符合要求。"),
}


_FROM_SCHEMA = {
    "expected": Words("{}", "{}"),
    "ge": Words("at least {}", "至少 {}"),
    "gt": Words("more than {}", "大于 {}"),
    "le": Words("at most {}", "至多 {}"),
    "lt": Words("less than {}", "小于 {}"),
    "min_length": Words("at least {}", "至少 {}"),
    "max_length": Words("at most {}", "至多 {}"),
    "pattern": Words("{}", "{}"),
}
"""What Pydantic adds from the schema; everything else it adds may be from the input."""


def code_of(status: int) -> str:
    """The word by which programs know a status that has no closer one."""
    return CODES.get(status, "unavailable" if status >= 500 else "malformed_request")


def words_of(error: Mapping[str, Any]) -> Words:
    """Our words for what Pydantic says, with the schema's bound or choices; never the input."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":  # a sentence of one of our own validators
        sentence = str(context.get("error", ""))
        return Words(sentence, sentence)
    words = BY_ERROR_TYPE.get(error["type"], BY_ERROR_TYPE["other"])
    for name, bound in _FROM_SCHEMA.items():
        if name in context:
            en, zh = (said.format(context[name]) for said in bound)
            return Words(f"{words.en} ({en})", f"{words.zh}（{zh.replace(' or ', ' 或 ')}）")
    return words
