"""Our CloudEvents and those of the CNCF's own library are the same; hostile ones are told."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as OtherCloudEvent
from hypothesis import given
from hypothesis import strategies as st

from huikuan.events.check import read
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.nesting import nesting
from huikuan.events.repeated import repeated
from huikuan.events.wire import (
    EVENTS_MAX,
    CloudEvent,
    MalformedBodyError,
    parse,
    parse_one,
    to_cloudevent,
)
from tests.events.strategies import any_event, ids, json_objects

GOOD = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/erp",
    "type": "huikuan.promise.withdrawn.v1",
    "subject": "D1",
    "data": {"promise": "P1", "on": "2026-02-01"},
}
sources = st.from_regex(r"[a-z/][a-z0-9/:._-]{0,30}", fullmatch=True)
types = st.from_regex(r"[a-z]+(\.[a-z_]+){0,3}", fullmatch=True)
extensions = st.dictionaries(
    st.from_regex(r"x[a-z0-9]{1,15}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=9)
    | st.integers(-(2**31) + 1, 2**31 - 1)
    | st.booleans(),
    max_size=3,
)
moments = st.integers(0, 4_000_000_000_000)


def _body(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def _refused(body: bytes) -> InvalidFieldError:
    (answer,) = parse(body)
    assert isinstance(answer, InvalidFieldError)
    return answer


@given(any_event, ids, sources, ids, moments, extensions)
def test_the_oracle_reads_what_we_publish(
    event: Event,
    event_id: str,
    source: str,
    debtor: str,
    at: int,
    more: dict[str, str | int | bool],
) -> None:
    published = to_cloudevent(
        event_id=event_id,
        source=source,
        type_name=event.TYPE,
        debtor=debtor,
        recorded_at=at,
        data=encode(event),
        extensions=more,
    )
    other = JSONFormat().read(None, published)
    assert (other.get_id(), other.get_source()) == (event_id, source)
    assert (other.get_type(), other.get_subject()) == (event.TYPE, debtor)
    assert other.get_time() == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    assert {name: other.get_extension(name) for name in more} == more
    assert decode(event.TYPE, json.dumps(other.get_data()).encode()) == event


@given(json_objects, ids, sources, types, ids, moments, extensions)
def test_we_read_what_the_oracle_writes(
    data: dict[str, object],
    event_id: str,
    source: str,
    type_name: str,
    debtor: str,
    at: int,
    more: dict[str, str | int | bool],
) -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    named = {"id": event_id, "source": source, "type": type_name, "subject": debtor, "time": time}
    written = JSONFormat().write(OtherCloudEvent(attributes=named | more, data=data))
    one = parse_one(written)
    assert (one.id, one.source, one.type, one.subject) == (event_id, source, type_name, debtor)
    assert (one.time, one.extensions) == (time, more)
    assert json.loads(one.data) == data
    assert parse(b"[" + written + b"," + written + b"]") == [one, one]


@given(any_event, ids, sources, ids, moments, extensions)
def test_what_we_publish_comes_back_as_it_was(
    event: Event,
    event_id: str,
    source: str,
    debtor: str,
    at: int,
    more: dict[str, str | int | bool],
) -> None:
    one = parse_one(
        to_cloudevent(
            event_id=event_id,
            source=source,
            type_name=event.TYPE,
            debtor=debtor,
            recorded_at=at,
            data=encode(event),
            extensions=more,
        )
    )
    assert decode(one.type, one.data) == event
    assert one.extensions == more


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_body_is_events_or_a_refusal(body: bytes) -> None:
    try:
        answers = parse(body)
    except MalformedBodyError:
        return
    for answer in answers:
        if isinstance(answer, CloudEvent):
            with pytest.raises(InvalidFieldError):
                read(answer)


@given(st.data())
def test_a_damaged_event_is_events_or_a_refusal(data: st.DataObject) -> None:
    body = bytearray(_body())
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        answers = parse(bytes(body))
    except MalformedBodyError:
        return
    for answer in answers:
        if isinstance(answer, CloudEvent):
            try:
                read(answer)
            except InvalidFieldError:
                continue


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"specversion": None}, "/specversion"),
        ({"specversion": 1.0}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"id": "x" * 201}, "/id"),
        ({"id": "a\u202eb"}, "/id"),
        ({"id": "a\nb"}, "/id"),
        ({"subject": " D1"}, "/subject"),
        ({"subject": "e\u0301"}, "/subject"),
        ({"subject": ["D1"]}, "/subject"),
        ({"source": ""}, "/source"),
        ({"source": "a|b"}, "/source"),
        ({"source": "a b"}, "/source"),
        ({"source": "s" * 301}, "/source"),
        ({"type": None}, "/type"),
        ({"time": "2026-01-31T09:30:00"}, "/time"),
        ({"time": 5}, "/time"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
        ({"data": None}, "/data"),
        ({"data_base64": "e30="}, "/data_base64"),
        ({"data": None, "data_base64": "%%"}, "/data_base64"),
        ({"data": None, "data_base64": base64.b64encode(b"<x/>").decode()}, "/data_base64"),
        (
            {"data": None, "data_base64": base64.b64encode(b"[" * 99 + b"]" * 99).decode()},
            "/data_base64",
        ),
        ({"traceparent": 1.5}, "/traceparent"),
        ({"traceparent": 2**40}, "/traceparent"),
        ({"traceparent": {"a": 1}}, "/traceparent"),
        ({"Trace-Parent": "x"}, ""),
    ],
)
def test_a_bad_envelope_is_refused_at_its_attribute(
    changes: dict[str, object], pointer: str
) -> None:
    error = _refused(_body(**changes))
    assert (error.pointer, bool(error.reason)) == (pointer, True)
    assert re.search("[一-龥]", error.reason_zh)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{} {}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'{"id":NaN}',
        b'[{"id":-Infinity}]',
        b"\xff\xfe{\x00}\x00",
        b"[" + b"{}," * EVENTS_MAX + b"{}]",
    ],
)
def test_what_is_no_json_or_too_much_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"5",
        b"[[]]",
        b"null",
        b'{"\xff":1}',
        b'{"specversion":' + b"9" * 10_000 + b"}",
        b'{"specversion":1e999}',
        b'{"specversion":"1.0","id":"\xff"}',
        b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":'
        + b"[" * 40
        + b"]" * 40
        + b"}",
    ],
)
def test_json_that_is_no_cloudevent_is_refused_by_itself(body: bytes) -> None:
    assert _refused(body).reason


def test_one_bad_event_does_not_spoil_its_neighbours() -> None:
    good, bad, last = parse(b"[" + _body() + b',{"specversion":"1.0"},' + _body(id="e2") + b"]")
    assert isinstance(good, CloudEvent)
    assert isinstance(bad, InvalidFieldError)
    assert isinstance(last, CloudEvent)
    assert (good.id, bad.pointer, last.id) == ("e1", "/id", "e2")


def test_a_byte_order_mark_nulls_and_base64_are_understood() -> None:
    packed = base64.b64encode(json.dumps(GOOD["data"]).encode()).decode()
    (one,) = parse(b"\xef\xbb\xbf " + _body(data=None, data_base64=packed, dataschema=None) + b"\n")
    assert isinstance(one, CloudEvent)
    assert json.loads(one.data) == GOOD["data"]
    assert one.dataschema == ""


def _with(field: bytes, data: bytes = b'{"a":1}') -> bytes:
    """An event with one field more, and these data."""
    envelope = {name: value for name, value in GOOD.items() if name != "data"}
    fields = [json.dumps(envelope).encode()[1:-1], b'"data":' + data, *([field] if field else [])]
    return b"{" + b",".join(fields) + b"}"


PACKED = base64.b64encode(b'{"a":1, "a":2}')


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (_with(b'"id":"e9"'), "/id"),
        (_with(b'"i\\u0064" \n: "e9"'), "/id"),
        (_with(b'"data":{"a":1}'), "/data"),
        (_with(b"", b'{"amount":"1","currency":"CNY","amount":"100"}'), "/data/amount"),
        (_with(b"", b'{"amount" : "1", "amount":"100"}'), "/data/amount"),
        (_with(b"", b'{"stages":[{"on":1},{"on":1,"on":2}]}'), "/data/stages/1/on"),
        (_with(b"", b'{"a/~b":1,"a/~b":2}'), "/data/a~1~0b"),
        (_with(b"", b'{"' + b"n" * 900 + b'":1,"' + b"n" * 900 + b'":1}'), "/data/" + "n" * 60),
        (_body(data=None)[:-1] + b',"data_base64":"' + PACKED + b'"}', "/data_base64"),
    ],
)
def test_a_field_that_stands_twice_is_refused(body: bytes, pointer: str) -> None:
    error = _refused(body)
    assert (error.pointer, error.reason) == (pointer, "stands here twice; send it once")
    assert error.reason_zh == "同一字段出现两次；只可出现一次"


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    ),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " \t: ")]),
    st.booleans(),
)
def test_where_no_field_stands_twice_none_is_found(
    data: object, separators: tuple[str, str], plain: bool
) -> None:
    text = json.dumps({"data": data, "x": '":'}, separators=separators, ensure_ascii=plain)
    assert repeated(text.encode()) is None


@given(st.data())
def test_one_that_does_is_found_wherever_it_stands(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.text(max_size=3), min_size=1, unique=True))
    fields = [f"{json.dumps(name)}{data.draw(st.sampled_from([':', ' :']))}1" for name in names]
    again = data.draw(st.sampled_from(fields))
    fields.insert(data.draw(st.integers(0, len(fields))), again)
    text = "{" + ",".join(fields) + "}"
    within = data.draw(st.sampled_from(["%s", '{"data":%s}', '{"data":{"a":[0,%s]}}']))
    assert repeated((within % text).encode()) is not None


@given(st.recursive(st.just(0), lambda inner: st.lists(inner, max_size=3), max_leaves=30))
def test_nesting_is_counted_exactly_and_not_within_text(tree: object) -> None:
    def depth(node: object) -> int:
        return 1 + max(map(depth, node), default=0) if isinstance(node, list) else 0

    text = json.dumps({"[[{": '\\"[', "tree": tree}).encode()
    assert nesting(text, 0) == 1 + depth(tree)


def test_an_extension_never_replaces_what_we_say() -> None:
    published = to_cloudevent(
        event_id="e1",
        source="/huikuan/promises",
        type_name="huikuan.promise.kept.v1",
        debtor="",
        recorded_at=0,
        data=b"{}",
        extensions={"id": "forged", "traceparent": "00-1"},
    )
    assert json.loads(published) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "/huikuan/promises",
        "type": "huikuan.promise.kept.v1",
        "time": "1970-01-01T00:00:00Z",
        "datacontenttype": "application/json",
        "traceparent": "00-1",
        "data": {},
    }
