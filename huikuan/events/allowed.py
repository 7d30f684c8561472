"""Which words a field takes that takes only some: said where another one is refused."""

from collections.abc import Iterable, Sequence
from functools import cache

from msgspec import inspect


def words_at(kind: type, place: Sequence[str]) -> tuple[str, ...]:
    """The words that the field at this place in a ``kind`` takes; empty where it takes any."""
    found = _infos(_info(kind))
    for name in place:
        found = [inner for info in found for inner in _inside(info, name)]
    return tuple(
        str(word) for info in found if isinstance(info, inspect.LiteralType) for word in info.values
    )


@cache
def _info(kind: type) -> inspect.Type:
    return inspect.type_info(kind)


def _infos(info: inspect.Type) -> list[inspect.Type]:
    return list(info.types) if isinstance(info, inspect.UnionType) else [info]


def _inside(info: inspect.Type, name: str) -> Iterable[inspect.Type]:
    match info:
        case inspect.StructType():
            for field in info.fields:
                if field.encode_name == name:
                    yield from _infos(field.type)
        case inspect.VarTupleType() | inspect.ListType():
            yield from _infos(info.item_type)
        case inspect.DictType():
            yield from _infos(info.value_type)
