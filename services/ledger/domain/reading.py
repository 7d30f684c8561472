"""From CloudEvents as they come in to facts that intake can judge."""

import re
from typing import NamedTuple

import msgspec

from huikuan.events import codec
from huikuan.events.check import read
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.wire import CloudEvent, MalformedBodyError, parse, parse_one
from services.ledger.domain.intake import Reason
from services.ledger.domain.marks import Sent

_TAKEN_ELSEWHERE = {
    "huikuan.business_day.opened.v1": "open days by POST /ledger/v1/days",
    "huikuan.record.conflicted.v1": "intake says it itself",
    "huikuan.record.settled.v1": "settle it by POST /ledger/v1/quarantine/{id}",
    "huikuan.rules.changed.v1": "a service says it itself when its rules change",
    "huikuan.feed.completed.v1": "say it by POST /ledger/v1/feeds",
    "huikuan.exchange_rate.set.v1": "set it by POST /ledger/v1/exchange-rates",
    "huikuan.breaker.released.v1": "release a day by POST /notifier/v1/breaker/releases",
    "huikuan.policy.adopted.v1": "adopt a policy by PUT /notifier/v1/policy",
    "huikuan.escalation.acknowledged.v1": (
        "acknowledge by POST /notifier/v1/escalations/{id}/acknowledgements"
    ),
    "huikuan.notice.delivered.v1": ("report it by POST /notifier/v1/escalations/{id}/deliveries"),
    "huikuan.escalation.approved.v1": ("approve by POST /notifier/v1/escalations/{id}/approvals"),
}
_TAKEN_BY_PREFIX = {
    "huikuan.promise.": "the promises service says it itself from what was received",
    "huikuan.escalation.": "the notifier says it itself, by the policy in force",
    "huikuan.fee.": "the notifier says it itself, by the policy in force",
    "huikuan.breaker.": "the notifier says it itself, by the policy in force",
}


_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LINE_END = re.compile(rb"\r?\n")
_rows = msgspec.json.Decoder(list[msgspec.Raw])


class Row(NamedTuple):
    """One row of a request: a fact, or why it is none."""

    id: str
    """As sent; empty where it cannot be read."""
    fact: Sent | Reason


_BOM = b"\xef\xbb\xbf"


class _Named(msgspec.Struct):
    id: str = ""


def read_body(body: bytes) -> list[Row]:
    """The rows of a body that is one CloudEvent or a list; raises ``MalformedBodyError``."""
    parsed = parse(body)
    if all(isinstance(each, CloudEvent) for each in parsed):
        raws: list[bytes] = [b""] * len(parsed)
    else:
        text = body.removeprefix(_BOM).strip(b" \t\r\n")
        raws = [bytes(raw) for raw in _rows.decode(text)] if text.startswith(b"[") else [text]
    return [_row(each, raw) for each, raw in zip(parsed, raws, strict=True)]


def read_lines(body: bytes) -> list[Row]:
    """The rows of a body with one CloudEvent a line (NDJSON); blank lines are no rows."""
    lines = [line for line in _LINE_END.split(body.removeprefix(_BOM)) if line.strip()]
    if not lines:
        raise MalformedBodyError("there is no event in it")
    return [_row(_parsed(line), line) for line in lines]


def _parsed(line: bytes) -> CloudEvent | InvalidFieldError:
    try:
        return parse_one(line)
    except InvalidFieldError as error:
        return error


def _row(parsed: CloudEvent | InvalidFieldError, raw: bytes) -> Row:
    if isinstance(parsed, InvalidFieldError):
        return Row(_id_in(raw), _reason_of(parsed))
    try:
        return Row(parsed.id, read_fact(parsed))
    except InvalidFieldError as error:
        return Row(parsed.id, _reason_of(error))


def _id_in(raw: bytes) -> str:
    """The id of a row that is otherwise not well formed, so that its sender finds it again."""
    try:
        return msgspec.json.decode(raw, type=_Named).id[:200]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def read_fact(envelope: CloudEvent) -> Sent:
    """The fact in an envelope; raises ``InvalidFieldError``, which says what to do instead."""
    if envelope.type not in codec.FACT_TYPES and envelope.type in codec.TYPES:
        raise InvalidFieldError("/type", f"is no fact from outside: {_instead(envelope.type)}")
    event = read(envelope)
    trace = str(envelope.extensions.get("traceparent", ""))
    return Sent(
        source=envelope.source,
        id=envelope.id,
        debtor=envelope.subject,
        event=event,
        trace=trace if _TRACE.fullmatch(trace) else "",
    )


def _reason_of(error: InvalidFieldError) -> Reason:
    return Reason(error.pointer, error.reason)


def _instead(type_name: str) -> str:
    if type_name in _TAKEN_ELSEWHERE:
        return _TAKEN_ELSEWHERE[type_name]
    for prefix, instead in _TAKEN_BY_PREFIX.items():
        if type_name.startswith(prefix):
            return instead
    return "one of our services says it"  # pragma: no cover - every type has its words above
