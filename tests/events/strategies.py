"""Hypothesis strategies for events of every type, from their declared fields."""

from datetime import date
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from huikuan.events.codec import TYPES
from huikuan.events.currencies import DECIMALS
from huikuan.events.fields import Event

ids = st.from_regex(
    r"[A-Za-z0-9一-龥/_.#-]([A-Za-z0-9一-龥 /_.#-]{0,20}[A-Za-z0-9一-龥])?", fullmatch=True
)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), max_size=20
).filter(lambda text: text.isascii())
amounts = st.from_regex(r"[0-9]{1,11}(\.[0-9]{1,4})?", fullmatch=True)
dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))
json_objects = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=5,
    ),
    max_size=3,
)
_NAMED: dict[str, st.SearchStrategy[str]] = {
    "id": ids,
    "word": words,
    "amount": amounts,
    "currency": st.sampled_from(sorted(DECIMALS)),
}


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.Metadata():
            return _NAMED[(kind.extra or {})["field"]]
        case inspect.UnionType():
            return st.one_of([_values(each) for each in kind.types])
        case inspect.VarTupleType():
            return st.lists(_values(kind.item_type), max_size=3).map(tuple)
        case inspect.StructType():
            return structs(kind.cls)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.DateType():
            return dates
        case inspect.IntType():
            return st.integers(0, 120)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
        case _:
            return json_objects


@cache
def structs(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return st.builds(kind, **{field.name: _values(field.type) for field in info.fields})


any_event: st.SearchStrategy[Event] = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: structs(TYPES[name])
)
"""An event of any type whose fields are well formed one by one; together they may make no sense."""
