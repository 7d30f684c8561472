"""A mapping, compiled for the columns of one file: from cells to the data of events.

What a cell must become (a date, an amount, a number) follows from the field of the event that it
fills, so a mapping need only say which column goes where.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Names
from datetime import date
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect
from pydantic import ValidationError

from huikuan.events import codec
from huikuan.events.invalid import InvalidFieldError
from huikuan.web.wording import Words, both
from services.ledger.csv_cells import amount_in, change_for
from services.ledger.mapping import Condition, EventMapping, Lookup, Mapping
from services.ledger.mapping_faults import misfit, told

Cells = Sequence[str]
Text = Callable[[Cells], str]
Filled = Callable[[Cells], Any]
ABSENT = msgspec.UNSET
"""What an empty column gives: the field is left out."""
_MISSING = Words("is missing; the event needs it", "缺少此字段；该事件需要它")
_NO_VALUE = Words(
    "must be text with {Column} in it, or a constant", "应为含 {Column} 的文本，或常量"
)
_COLUMN = re.compile(r"\{([^{}]*)\}")


class Compiler:
    """Compiles values against the header of one file; collects what is wrong with the mapping."""

    def __init__(self, mapping: Mapping, header: Sequence[str]) -> None:
        self._mapping = mapping
        self._columns = {name: at for at, name in enumerate(header)}
        self.problems: list[Words] = []

    def text(self, template: str, where: str) -> Text:
        """Text with the cells of ``{Column}`` put in."""
        parts = _COLUMN.split(template)
        places = [self.column(name, where) for name in parts[1::2]]
        if not places:
            return lambda _cells: template
        if parts[::2] == ["", ""]:
            (only,) = places
            return lambda cells: cells[only].strip()
        between = parts[::2]

        def filled(cells: Cells) -> str:
            texts = [cells[place].strip() for place in places]
            return between[0] + "".join(a + b for a, b in zip(texts, between[1:], strict=True))

        return filled

    def column(self, name: str, where: str) -> int:
        """Where a column stands in a row."""
        if name in self._columns:
            return self._columns[name]
        en, zh = _nearest(name, self._columns)
        words = Words(f"the file has no column {name!r}; {en}", f"该文件没有 {name!r} 列；{zh}")
        self._refuse(words, where)
        return 0

    def condition(self, condition: Condition, where: str) -> Callable[[Cells], bool]:
        """Whether a row passes one test."""
        at = self.column(condition.column, where)
        numbers = self._mapping.numbers
        if condition.filled is not None:
            wanted = condition.filled
            return lambda cells: bool(cells[at].strip()) is wanted
        if condition.negative is not None:
            wanted = condition.negative
            return lambda cells: amount_in(cells[at].strip(), numbers).startswith("-") is wanted
        words = frozenset(condition.is_ or condition.is_not or ())
        among = condition.is_ is not None
        return lambda cells: (cells[at].strip() in words) is among

    def struct(self, kind: type[Any], given: Names[str, Any], where: str) -> Filled:
        """The object of an event or of a part of one."""
        info = inspect.type_info(kind)
        assert isinstance(info, inspect.StructType), "events are structs of structs"
        fields = {field.encode_name: field for field in info.fields}
        for name in given.keys() - fields.keys():
            en, zh = _nearest(name, fields)
            words = Words(f"the event has no such field; {en}", f"该事件没有此字段；{zh}")
            self._refuse(words, f"{where}.{name}")
        for name, field in fields.items():
            if field.required and name not in given:
                self._refuse(_MISSING, f"{where}.{name}")
        parts = [
            (name, self.value(fields[name].type, value, f"{where}.{name}"))
            for name, value in given.items()
            if name in fields
        ]

        def filled(cells: Cells) -> Any:
            values = {}
            for name, fill in parts:
                try:
                    value = fill(cells)
                except InvalidFieldError as error:
                    raise error.under(f"/{name}") from None
                if value is not ABSENT:
                    values[name] = value
            return values

        return filled

    def value(self, kind: inspect.Type, given: Any, where: str) -> Filled:
        """The value of one field, by the field's type."""
        match kind:
            case inspect.UnionType():
                (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
                return self.value(kind, given, where)
            case inspect.VarTupleType():
                return self._items(kind.item_type, given, where)
            case inspect.StructType() if isinstance(given, dict):
                return self.struct(kind.cls, given, where)
            case _:
                return self._scalar(kind, given, where)

    def _items(self, kind: inspect.Type, given: Any, where: str) -> Filled:
        listed = given if isinstance(given, list) else [given]
        fills = [self.value(kind, each, f"{where}.{at}") for at, each in enumerate(listed)]
        return lambda cells: [
            value for fill in fills if (value := fill(cells)) is not ABSENT and value != {}
        ]

    def _scalar(self, kind: inspect.Type, given: Any, where: str) -> Filled:
        change = change_for(kind, self._mapping)
        if isinstance(given, dict):
            given = self._lookup(given, where)
        if isinstance(given, Lookup):
            return _changed(self._looked_up(given, where), change)
        if isinstance(given, date):
            given = given.isoformat()
            return lambda _cells: given
        if isinstance(given, str) and "{" in given:
            return _changed(self.text(given, where), change)
        if isinstance(given, str) and isinstance(kind, inspect.IntType | inspect.BoolType):
            try:
                given = change(given)
            except InvalidFieldError as error:
                self._refuse(both(error.reason), where)
        if isinstance(given, str | int):
            return lambda _cells: given
        self._refuse(_NO_VALUE, where)
        return lambda _cells: ABSENT

    def _lookup(self, given: dict[str, Any], where: str) -> Lookup | None:
        try:
            return Lookup.model_validate(given)
        except ValidationError as error:
            self.problems.extend(misfit(error, [where]))
            return None

    def _looked_up(self, lookup: Lookup, where: str) -> Text:
        text = self.text(lookup.value, where)
        words, otherwise, absolute = lookup.map, lookup.otherwise, lookup.absolute

        def looked_up(cells: Cells) -> str:
            word = text(cells)
            if words is not None:
                mapped = words.get(word, otherwise)
                if mapped is None:
                    raise InvalidFieldError("", f"{word!r} is not in the map")
                word = mapped
            return word.replace("-", "") if absolute else word

        return looked_up

    def _refuse(self, words: Words, where: str) -> None:
        self.problems.append(told(words, [where]))


def _nearest(name: str, there: Iterable[str]) -> Words:
    near = get_close_matches(name, there, 1)
    if near:
        meant = near[0]
        return Words(f"do you mean {meant!r}?", f"是否指 {meant!r}？")
    names = ", ".join(there)
    return Words(f"there are {names}", f"可用：{names}")


def _changed(text: Text, change: Callable[[str], Any]) -> Filled:
    def filled(cells: Cells) -> Any:
        word = text(cells)
        return change(word) if word else ABSENT

    return filled


def compile_event(compiler: Compiler, event: EventMapping, where: str) -> "CompiledEvent":
    """One event of the mapping, ready for rows."""
    return CompiledEvent(
        type=event.type,
        id=compiler.text(event.id, f"{where}.id"),
        debtor=compiler.text(event.debtor, f"{where}.debtor"),
        data=compiler.struct(codec.TYPES[event.type], event.data, f"{where}.data"),
        when=[compiler.condition(each, f"{where}.when") for each in event.when],
    )


class CompiledEvent(msgspec.Struct, frozen=True):
    """From a row's cells to what an event needs."""

    type: str
    id: Text
    debtor: Text
    data: Filled
    when: list[Callable[[Cells], bool]]
