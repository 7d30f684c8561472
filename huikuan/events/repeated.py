"""A field that stands twice in one JSON object: which of its values counts is anybody's guess.

RFC 8259 (section 4) leaves it open, and readers differ: an amount must not depend on who reads it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

_NAME_MAX = 60
_anything = msgspec.json.Decoder()


def repeated(text: bytes, fields: Mapping[str, msgspec.Raw]) -> str | None:
    """The JSON pointer of the first field that its object has twice, or None.

    ``text`` is an object in well-formed JSON, nested no deeper than may be recursed into, and
    ``fields`` what stands in it, each once.
    """
    if _is_plain(text, fields):
        return None
    readable = text.decode(errors="replace")
    try:
        _differing.decode(readable)
    except _TwiceError:
        return next(_twice("", _as_it_stands.decode(readable)))
    except ValueError:  # a value is not well formed, which is told where it is read
        pass
    return None


class _TwiceError(Exception):
    """There is one."""


class _Object(list[tuple[str, Any]]):
    """Its fields as they stand, each as often as it is there."""


def _is_plain(text: bytes, fields: Mapping[str, msgspec.Raw]) -> bool:
    """Whether there cannot be one, told at a glance.

    There are no more fields than colons that follow a quotation mark. Where there are no more of
    these than fields of different names, none stands twice.
    """
    if b" :" in text or b"\t:" in text or b"\n:" in text or b"\r:" in text:
        return False
    try:
        inner = _count(_anything.decode(fields.get("data", b"0")))
    except ValueError:  # of msgspec: not well formed within
        return False
    return text.count(b'":') == len(fields) + inner


def _count(value: object) -> int:
    """Fields in it, each name of an object once."""
    if isinstance(value, dict):
        return len(value) + sum(map(_count, filter(_holds_more, value.values())))
    return sum(map(_count, value)) if isinstance(value, list) else 0


def _holds_more(value: object) -> bool:
    return isinstance(value, dict | list)


def _must_differ(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise _TwiceError


# Numbers as text: a long one takes long, and cannot be a name.
_differing, _as_it_stands = (
    json.JSONDecoder(object_pairs_hook=hook, parse_int=str, parse_float=str, strict=False)
    for hook in (_must_differ, _Object)
)


def _twice(path: str, value: object) -> Iterator[str]:
    if isinstance(value, _Object):
        names = set[str]()
        for name, inner in value:
            here = f"{path}/{name[:_NAME_MAX].replace('~', '~0').replace('/', '~1')}"
            if name in names:
                yield here
            names.add(name)
            yield from _twice(here, inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _twice(f"{path}/{number}", inner)
