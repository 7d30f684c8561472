"""A mapping file: how the rows of somebody's CSV become facts. YAML, checked by Pydantic."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from huikuan.events import codec
from huikuan.web.wording import Words
from services.ledger.mapping_faults import MappingError, misfits, told, unreadable
from services.scalars import Loader, doubts

MAPPING_BYTES_MAX = 1_000_000
_TOO_LARGE = Words(
    f"has more than {MAPPING_BYTES_MAX} bytes; no mapping is so large",
    f"超过 {MAPPING_BYTES_MAX} 字节；映射文件不会这么大",
)


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
        why = error.strerror
        raise MappingError(path, [Words(f"cannot be read: {why}", f"无法读取（{why}）")]) from None
    if len(text) > MAPPING_BYTES_MAX:
        raise MappingError(path, [_TOO_LARGE])
    return read_mapping(text, path)


def read_mapping(text: bytes, name: Path | str = "mapping") -> Mapping:
    """The mapping in some YAML; raises ``MappingError``."""
    try:
        tree, document = _load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MappingError(name, [unreadable(error)]) from None
    if tree is not None and (wrong := [told(*each) for each in doubts(tree)]):
        raise MappingError(name, wrong)
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise MappingError(name, misfits(error, tree)) from None


def _load(text: bytes) -> tuple[yaml.Node | None, Any]:
    """The document as it stands, for its lines, and as it is read."""
    loader = Loader(text)
    try:
        tree = loader.get_single_node()
        return tree, None if tree is None else loader.construct_document(tree)
    finally:
        loader.dispose()


def _short_types() -> list[str]:
    return sorted(codec.FACT_TYPES)
