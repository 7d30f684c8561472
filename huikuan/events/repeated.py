"""A field that stands twice in one JSON object: which of its values counts is anybody's guess.

RFC 8259 (section 4) leaves it open, and readers differ: an amount must not depend on who reads it.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

_NAME_MAX = 60
_anything = msgspec.json.Decoder()


def repeated(text: bytes) -> str | None:
    """The JSON pointer of the first field that its object has twice, or None.

    ``text`` is an object in well-formed JSON, nested no deeper than may be recursed into.
    """
    if _is_plain(text):
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


def _is_plain(text: bytes) -> bool:
    """Whether there cannot be one, told at a glance.

    There are no more fields than colons that follow a quotation mark. Where there are no more of
    these than fields of different names, none stands twice.
    """
    if b" :" in text or b"\t:" in text or b"\n:" in text or b"\r:" in text:
        return False
    try:
        return text.count(b'":') == _count(_anything.decode(text))
    except ValueError:  # of msgspec: not well formed within
        return False


def _count(value: object) -> int:
    """Fields in it, each name of an object once."""
    if isinstance(value, dict):
        return len(value) + sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0


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
