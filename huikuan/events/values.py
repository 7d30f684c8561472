"""Checks and normalises the single values of an event, whatever its type.

What a field must be is read once from its declared type (``huikuan.events.fields``), so that a
new event or field is checked without anybody remembering to.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from huikuan.events.currencies import DECIMALS
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.texts import fault_of_id, fault_of_word

T = TypeVar("T", bound=msgspec.Struct)
Check = Callable[[Any, str, str | None], Any]
"""(value, pointer, currency of the whole event) → the normalised value."""

DIGITS_MAX = 15
DECIMALS_MAX = 4
LIST_MAX = 10_000
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_RANGES = {"days": 3_660, "months": 120, "terms_days": 3_660, "fiscal_year": 9_999, "severity": 100}
_NUMBER_MAX = 2**31 - 1


def check_values(event: T) -> T:
    """The event with every value checked, and amounts with their currency's decimals exactly.

    An amount whose currency the event does not say keeps its decimals (see ``codec.minor_of``).
    Raises ``InvalidFieldError`` for the first value that is not as it must be.
    """
    return _checked(event, "", getattr(event, "currency", None))


def _checked(struct: T, pointer: str, currency: str | None) -> T:
    changes = {}
    for attribute, name, check in _plan(type(struct)):
        value = getattr(struct, attribute)
        if value is None:
            continue
        good = check(value, f"{pointer}/{name}", currency)
        if good is not value:
            changes[attribute] = good
    return msgspec.structs.replace(struct, **changes) if changes else struct


@cache
def _plan(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Check], ...]:
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):  # pragma: no cover - a struct is a struct
        raise TypeError(kind)
    checks = [(field, _check_for(field.name, field.type)) for field in info.fields]
    # The currency first: amounts are read by it.
    checks.sort(key=lambda pair: pair[0].name != "currency")
    return tuple((field.name, field.encode_name, check) for field, check in checks if check)


def _check_for(name: str, kind: inspect.Type) -> Check | None:
    match kind:
        case inspect.UnionType():
            (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
            return _check_for(name, kind)
        case inspect.Metadata():
            return _NAMED[(kind.extra or {})["field"]]
        case inspect.DateType():
            return _day
        case inspect.IntType():
            return _number_up_to(_RANGES.get(name, _NUMBER_MAX))
        case inspect.VarTupleType():
            item = _check_for(name, kind.item_type)
            return _each(item) if item else None
        case inspect.StructType():
            return _checked
        case _:
            return None  # a word of a fixed list, a flag, a document: its decoder has checked it


def _id(text: str, pointer: str, _currency: str | None) -> str:
    if fault := fault_of_id(text):
        raise InvalidFieldError(pointer, fault)
    return text


def _word(text: str, pointer: str, _currency: str | None) -> str:
    if fault := fault_of_word(text):
        raise InvalidFieldError(pointer, fault)
    return text


def _currency(code: str, pointer: str, _own: str | None) -> str:
    if code in DECIMALS:
        return code
    if code.strip().upper() in DECIMALS:
        raise InvalidFieldError(pointer, f'must be in capitals: "{code.strip().upper()}"')
    raise InvalidFieldError(pointer, 'is no currency of ISO 4217, as "CNY" is one')


def _amount(text: str, pointer: str, currency: str | None) -> str:
    if not _AMOUNT.fullmatch(text):
        raise InvalidFieldError(pointer, _why_no_amount(text))
    units, _, fraction = text.partition(".")
    units = units.lstrip("0") or "0"
    decimals = DECIMALS_MAX if currency is None else DECIMALS[currency]
    if len(fraction.rstrip("0")) > decimals:
        of = "any currency" if currency is None else currency
        raise InvalidFieldError(pointer, f"has more decimals than {of} has ({decimals})")
    if currency is not None:
        fraction = fraction[:decimals].ljust(decimals, "0")
    fraction = fraction[:DECIMALS_MAX]
    if len(units) + len(fraction) > DIGITS_MAX:
        raise InvalidFieldError(pointer, f"has more than {DIGITS_MAX} digits")
    normal = f"{units}.{fraction}" if fraction else units
    return text if normal == text else normal


def _why_no_amount(text: str) -> str:
    if text.startswith("-"):
        return "is negative; what reduces a debt is an event of its own (credit note, reversal)"
    return 'must be digits with at most one decimal point, as in "249.95"'


def _day(on: date, pointer: str, _currency: str | None) -> date:
    if FIRST_DAY <= on <= LAST_DAY:
        return on
    raise InvalidFieldError(pointer, f"must be a date from {FIRST_DAY} to {LAST_DAY}")


def _number_up_to(highest: int) -> Check:
    def check(number: int, pointer: str, _currency: str | None) -> int:
        if 0 <= number <= highest:
            return number
        raise InvalidFieldError(pointer, f"must be a whole number from 0 to {highest}")

    return check


def _each(check: Check) -> Check:
    def check_all(items: tuple[Any, ...], pointer: str, currency: str | None) -> tuple[Any, ...]:
        if len(items) > LIST_MAX:
            raise InvalidFieldError(pointer, f"has more than {LIST_MAX} entries")
        good = tuple(check(item, f"{pointer}/{at}", currency) for at, item in enumerate(items))
        return items if good == items else good

    return check_all


_NAMED: dict[str, Check] = {"id": _id, "word": _word, "amount": _amount, "currency": _currency}
