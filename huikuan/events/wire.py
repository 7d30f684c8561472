"""CloudEvents 1.0 in JSON: what comes in at the edge, and what we publish.

A request holds one event or a list. A body that is no JSON is refused as a whole; an event that
is not well formed is answered for by itself.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from huikuan.events.invalid import InvalidFieldError
from huikuan.events.nesting import nesting
from huikuan.events.repeated import repeated
from huikuan.events.texts import fault_of_id

SPECVERSION = "1.0"
JSON = "application/json"
NESTING_MAX = 32
EVENTS_MAX = 10_000
SOURCE_LENGTH_MAX = 300

Extension = str | int | bool


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event as it came in: its envelope is well formed, its data are JSON, unread yet."""

    id: str
    source: str
    type: str
    subject: str
    """The debtor; empty where the event is about everybody."""
    data: bytes
    time: datetime | None = None
    """What the sender says; when we recorded it is ours to say."""
    dataschema: str = ""
    extensions: dict[str, Extension] = {}
    """Every other attribute, for instance ``traceparent``."""


class MalformedBodyError(ValueError):
    """The body of a request is not one CloudEvent in JSON, nor a list of them."""


_TEXTS = ("id", "source", "type", "subject", "dataschema", "datacontenttype")
_ATTRIBUTES = frozenset({"specversion", "time", "data", "data_base64", *_TEXTS})
_BOM = b"\xef\xbb\xbf"
_EXTENSION_NAME = re.compile("[a-z0-9]{1,40}")
_JSON_TYPE = re.compile(r"(application|text)/([a-z0-9.+-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_rows = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()
_text = msgspec.json.Decoder(str)
_time: msgspec.json.Decoder[datetime] = msgspec.json.Decoder(
    Annotated[datetime, msgspec.Meta(tz=True)]
)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def parse(body: bytes) -> list[CloudEvent | InvalidFieldError]:
    """The events of a request's body, in order; in place of a bad one what is wrong with it.

    Pointers are into the one event. Raises ``MalformedBodyError`` where nothing can be read.
    """
    body = body.removeprefix(_BOM).strip(b" \t\r\n")
    if not body.startswith(b"["):
        rows = [msgspec.Raw(body)]
        _must_be_json(body)
    else:
        try:
            rows = _rows.decode(body)
        except _UNREADABLE as error:
            raise MalformedBodyError(_reason(error)) from None
    if len(rows) > EVENTS_MAX:
        raise MalformedBodyError(f"more than {EVENTS_MAX} events; send them in several requests")
    return [_event_or_error(bytes(row)) for row in rows]


def _must_be_json(body: bytes) -> None:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except _UNREADABLE as error:
        raise MalformedBodyError(_reason(error)) from None


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"JSON is nested more than {NESTING_MAX} deep"
    return "text is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _event_or_error(row: bytes) -> CloudEvent | InvalidFieldError:
    try:
        return parse_one(row)
    except InvalidFieldError as error:
        return error


def parse_one(row: bytes) -> CloudEvent:
    """One event from its JSON; raises ``InvalidFieldError``."""
    if nesting(row, NESTING_MAX) > NESTING_MAX:
        raise InvalidFieldError("", f"is nested more than {NESTING_MAX} deep")
    try:
        raw = _row.decode(row)
    except _UNREADABLE as error:
        raise InvalidFieldError("", f"is not a CloudEvent: {_reason(error)}") from None
    _must_not_repeat(row)
    if b"null" in row:
        raw = {name: value for name, value in raw.items() if bytes(value) != b"null"}
    if _any_of(raw, "specversion") != SPECVERSION:
        raise InvalidFieldError("/specversion", 'must be "1.0" (CloudEvents 1.0)')
    texts = {name: _text_of(raw, name) for name in _TEXTS}
    _check_texts(texts)
    return CloudEvent(
        id=texts["id"],
        source=texts["source"],
        type=texts["type"],
        subject=texts["subject"],
        data=_data_of(raw),
        time=_time_of(raw),
        dataschema=texts["dataschema"],
        extensions={name: _extension_of(raw, name) for name in raw if name not in _ATTRIBUTES},
    )


def _must_not_repeat(row: bytes, at: str = "") -> None:
    twice = repeated(row)
    if twice is not None:
        raise InvalidFieldError(at or twice, "stands here twice; send it once")


def _text_of(raw: Mapping[str, msgspec.Raw], name: str) -> str:
    if name not in raw:
        return ""
    try:
        return _text.decode(raw[name])
    except _UNREADABLE as error:
        raise InvalidFieldError(f"/{name}", f"must be text: {_reason(error)}") from None


def _any_of(raw: Mapping[str, msgspec.Raw], name: str) -> Any:
    try:
        return _any.decode(raw[name]) if name in raw else None
    except _UNREADABLE as error:
        raise InvalidFieldError(f"/{name}", f"cannot be read: {_reason(error)}") from None


def _check_texts(texts: Mapping[str, str]) -> None:
    for name in ("id", "type", "subject"):
        if (texts[name] or name != "subject") and (fault := fault_of_id(texts[name])):
            what = " (it names the debtor)" if name == "subject" else ""
            raise InvalidFieldError(f"/{name}", fault + what)
    source = texts["source"]
    if not source or len(source) > SOURCE_LENGTH_MAX:
        raise InvalidFieldError(
            "/source", "must name the system that sends, in 1 to 300 characters"
        )
    if not source.isprintable() or " " in source or "|" in source:
        raise InvalidFieldError("/source", "must be a URI reference: no spaces, no `|`")
    content = texts["datacontenttype"]
    if content and not _JSON_TYPE.fullmatch(content):
        raise InvalidFieldError("/datacontenttype", "must be application/json")


def _time_of(raw: Mapping[str, msgspec.Raw]) -> datetime | None:
    if "time" not in raw:
        return None
    try:
        return _time.decode(raw["time"])
    except _UNREADABLE:
        raise InvalidFieldError(
            "/time", "must be a time with its zone, as in 2026-01-31T09:30:00Z"
        ) from None


def _extension_of(raw: Mapping[str, msgspec.Raw], name: str) -> Extension:
    if not _EXTENSION_NAME.fullmatch(name):
        raise InvalidFieldError("", "has an attribute whose name is not lower-case letters, digits")
    value = _any_of(raw, name)
    if isinstance(value, str) or (isinstance(value, int) and abs(value) < 1 << 31):
        return value
    raise InvalidFieldError(f"/{name}", "must be text, a whole number of 32 bits, true or false")


def _data_of(raw: Mapping[str, msgspec.Raw]) -> bytes:
    if "data_base64" in raw:
        if "data" in raw:
            raise InvalidFieldError("/data_base64", "stands beside data; send only one of them")
        return _unpacked(_text_of(raw, "data_base64"))
    if "data" not in raw:
        raise InvalidFieldError("/data", "is missing")
    return bytes(raw["data"])


def _unpacked(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
        msgspec.json.decode(data, type=msgspec.Raw)
    except (binascii.Error, ValueError, RecursionError):
        raise InvalidFieldError(
            "/data_base64", "is not JSON in base64; send data as JSON"
        ) from None
    if nesting(data, NESTING_MAX) > NESTING_MAX:
        raise InvalidFieldError("/data_base64", f"is nested more than {NESTING_MAX} deep")
    if data.startswith(b"{"):
        _must_not_repeat(data, "/data_base64")
    return data


def to_cloudevent(
    *,
    event_id: str,
    source: str,
    type_name: str,
    debtor: str,
    recorded_at: int,
    data: bytes,
    extensions: Mapping[str, Extension] | None = None,
) -> bytes:
    """The JSON of one CloudEvent that we publish; ``recorded_at`` is in ms since 1970 UTC.

    ``data`` is the JSON of the event; where ``debtor`` is empty there is no subject. An extension
    never replaces an attribute of its own meaning.
    """
    envelope: dict[str, Any] = {
        "specversion": SPECVERSION,
        "id": event_id,
        "source": source,
        "type": type_name,
    }
    if debtor:
        envelope["subject"] = debtor
    envelope["time"] = _EPOCH + timedelta(milliseconds=recorded_at)
    envelope["datacontenttype"] = JSON
    for name, value in (extensions or {}).items():
        envelope.setdefault(name, value)
    envelope["data"] = msgspec.Raw(data)
    return msgspec.json.encode(envelope)
