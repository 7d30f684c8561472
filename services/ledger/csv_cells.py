"""What a cell says, by the type of the field that it fills: a date, an amount, a number, a flag."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import inspect

from huikuan.events.invalid import InvalidFieldError
from services.ledger.mapping import Mapping, Numbers

_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def change_for(kind: inspect.Type, mapping: Mapping) -> Callable[[str], Any]:
    """What turns a cell into a value of this type; it raises ``InvalidFieldError``."""
    match kind:
        case inspect.DateType():
            return lambda text: _day(text, mapping.dates)
        case inspect.Metadata() if (kind.extra or {}).get("field") == "amount":
            return lambda text: amount_in(text, mapping.numbers)
        case inspect.IntType():
            return _whole_number
        case inspect.BoolType():
            return _yes_or_no
        case _:
            return lambda text: text


@lru_cache(100_000)
def _day(text: str, formats: tuple[str, ...]) -> str:
    for form in formats:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    raise InvalidFieldError("", f"{text!r} is no date of the form {' or '.join(formats)}")


def amount_in(text: str, numbers: Numbers) -> str:
    """The amount in a cell, as events write it; whether it is one is checked with the event."""
    for character in numbers.ignore:
        text = text.replace(character, "")
    if numbers.thousands:
        text = text.replace(numbers.thousands, "")
    if numbers.decimal != ".":
        text = text.replace(numbers.decimal, ".")
    text = text.strip()
    if text.endswith("-"):  # as accounting systems write it
        text = f"-{text[:-1]}"
    return text


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidFieldError("", f"{text!r} is no whole number") from None


def _yes_or_no(text: str) -> bool:
    try:
        return _YES[text.lower()]
    except KeyError:
        raise InvalidFieldError("", f"{text!r} is neither yes nor no; use a map") from None
