"""A mapping file: how the rows of somebody's CSV become facts. YAML, checked by Pydantic."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from huikuan.events import codec
from huikuan.web.wording import Words
from services.scalars import Loader, doubts

MAPPING_BYTES_MAX = 1_000_000


class MappingError(Exception):
    """The mapping file is not as it must be; ``problems`` has one sentence each."""

    def __init__(self, path: Path | str, problems: list[str]) -> None:
        super().__init__(f"{path}:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFormat(_Strict):
    """How the file is written."""

    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"no encoding is called {encoding!r}") from None
        return encoding


class Numbers(_Strict):
    """How amounts are written."""

    decimal: Annotated[str, Field(min_length=1, max_length=1)] = "."
    thousands: Annotated[str, Field(max_length=1)] = ""
    ignore: str = ""
    """Characters to drop, such as currency signs."""

    @model_validator(mode="after")
    def _different(self) -> "Numbers":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same character")
        return self


class Condition(_Strict):
    """Whether a row gives an event: one test of one column."""

    column: str
    filled: bool | None = None
    is_: Annotated[tuple[str, ...] | None, Field(alias="is")] = None
    is_not: tuple[str, ...] | None = None
    negative: bool | None = None

    @field_validator("is_", "is_not", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        tests = (self.filled, self.is_, self.is_not, self.negative)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("give exactly one of filled, is, is_not, negative")
        return self


class Lookup(_Strict):
    """A value changed on its way: by a map of words, or without its sign."""

    value: str
    map: dict[str, str] | None = None
    otherwise: str | None = None
    """For words that the map has not; without it they are errors."""
    absolute: bool = False


Value = Any
"""Text with ``{Column}`` in it, a constant, a ``Lookup``, or a nested object or list of these."""


class EventMapping(_Strict):
    """One event that a row gives."""

    type: str
    id: str
    debtor: str
    when: tuple[Condition, ...] = ()
    data: dict[str, Value]

    @field_validator("when", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, dict) else given

    @field_validator("type")
    @classmethod
    def _known(cls, type_name: str) -> str:
        if type_name not in codec.FACT_TYPES:
            raise ValueError(f"no fact has this type; there are {', '.join(_short_types())}")
        return type_name


class History(_Strict):
    """Which business days ``--history`` opens; without it, from the first fact to the last."""

    first_on: Annotated[date | None, Field(alias="from")] = None
    through: date | None = None


class Mapping(_Strict):
    """The whole file."""

    version: Literal[1] = 1
    source: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\s|]+$")]
    file: FileFormat = FileFormat()
    dates: Annotated[tuple[str, ...], Field(min_length=1)] = ("%Y-%m-%d",)
    numbers: Numbers = Numbers()
    history: History = History()
    events: Annotated[tuple[EventMapping, ...], Field(min_length=1, max_length=20)]

    @field_validator("dates", mode="before")
    @classmethod
    def _several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given


def load_mapping(path: Path) -> Mapping:
    """The mapping in a file; raises ``MappingError`` naming each line that must change."""
    try:
        with path.open("rb") as file:
            text = file.read(MAPPING_BYTES_MAX + 1)
    except OSError as error:
        raise MappingError(path, [f"cannot be read: {error.strerror}"]) from None
    if len(text) > MAPPING_BYTES_MAX:
        raise MappingError(path, ["is larger than a mapping ever is"])
    return read_mapping(text, path)


def read_mapping(text: bytes, name: Path | str = "mapping") -> Mapping:
    """The mapping in some YAML; raises ``MappingError``."""
    try:
        tree, document = _load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MappingError(name, [f"is not YAML: {error}"]) from None
    if tree is not None and (wrong := [_at(*each) for each in doubts(tree)]):
        raise MappingError(name, wrong)
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise MappingError(name, [_sentence(each, tree) for each in _telling(error)]) from None


def _load(text: bytes) -> tuple[yaml.Node | None, Any]:
    """The document as it stands, for its lines, and as it is read."""
    loader = Loader(text)
    try:
        tree = loader.get_single_node()
        return tree, None if tree is None else loader.construct_document(tree)
    finally:
        loader.dispose()


def _telling(error: ValidationError) -> list[ErrorDetails]:
    """What is wrong, without what is said about a part only because of what is wrong within it."""
    errors = error.errors()
    around = {each["loc"][:depth] for each in errors for depth in range(len(each["loc"]))}
    return [each for each in errors if each["loc"] not in around]


def _sentence(error: ErrorDetails, tree: yaml.Node | None) -> str:
    path = [part for part in error["loc"] if part != "function-after"]
    words = error["msg"].removeprefix("Value error, ")
    return _at(path, _line_of(tree, path), Words(words, words))


def _at(place: Sequence[int | str], line: int, words: Words) -> str:
    where = ".".join(map(str, place)) or "the file"
    return f"line {line}: {where}: {words.en}"


def _line_of(node: yaml.Node | None, path: list[int | str]) -> int:
    """The line of the deepest part of ``path`` that is there."""
    for part in path:
        below = _below(node, part)
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node is not None else 1


def _below(node: yaml.Node | None, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        return node.value[part] if part < len(node.value) else None
    return None


def _short_types() -> list[str]:
    return sorted(codec.FACT_TYPES)
