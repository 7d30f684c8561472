"""The rows of a CSV file as CloudEvents, one row at a time; a bad row is named and left out."""

import csv
from _csv import Reader
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TextIO

import msgspec

from huikuan.events import codec
from huikuan.events.check import decode_checked
from huikuan.events.chinese import in_chinese
from huikuan.events.invalid import InvalidFieldError
from huikuan.events.texts import fault_of_id
from huikuan.web.wording import Words
from services.ledger.csv_values import Cells, CompiledEvent, Compiler, compile_event
from services.ledger.mapping import Mapping
from services.ledger.mapping_faults import MappingError

CELL_CHARACTERS_MAX = 100_000
_EMPTY = Words("is empty; its first line must name the columns", "为空；首行应为列名")


class FactOfRow(msgspec.Struct, frozen=True, gc=False):
    """One event that a row gave."""

    line: int
    on: date
    """The date from which it counts."""
    body: bytes
    """The CloudEvent as JSON."""


class BadRow(msgspec.Struct, frozen=True, gc=False):
    """A row that was left out: all of it, for an invoice without its payment would be dunned."""

    line: int
    """The row's first line in the file, from 1."""
    reason: str

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese; the field that it names stays as it is."""
        whole = in_chinese(self.reason)
        place, sign, fault = self.reason.partition(": ")
        return whole if whole != self.reason else f"{place}{sign}{in_chinese(fault)}"


class CsvFile:
    """A CSV file and how it is read. Iterating gives facts and bad rows in the file's order."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Reads the header; raises ``MappingError`` where the mapping does not fit it."""
        self.path = path
        self.size_bytes = path.stat().st_size
        self.read_bytes = 0
        """How much of the file has been read, for a progress bar."""
        self.without_facts = 0
        """Rows so far that met no condition of the mapping, and so gave nothing."""
        self._mapping = mapping
        with self._open() as file:
            self._header = _header_of(file, mapping)
        compiler = Compiler(mapping, self._header)
        self._events = [
            compile_event(compiler, event, f"events.{at}")
            for at, event in enumerate(mapping.events)
        ]
        if compiler.problems:
            raise MappingError(path, compiler.problems)

    def __iter__(self) -> Iterator[FactOfRow | BadRow]:
        """Every fact and every bad row."""
        with self._open() as file:
            rows = _reader(file, self._mapping)
            next(rows)
            self.without_facts = 0
            line = rows.line_num + 1
            while True:
                try:
                    cells = next(rows)
                except StopIteration:
                    break
                except csv.Error as error:
                    yield BadRow(line, f"cannot be read through line {rows.line_num}: {error}")
                else:
                    facts = self._facts(line, cells) if cells else ()
                    self.without_facts += bool(cells and not facts)
                    yield from facts
                line = rows.line_num + 1
                self.read_bytes = file.buffer.tell()
        self.read_bytes = self.size_bytes

    def _open(self) -> TextIO:
        # A byte that is no text becomes a character that the checks refuse, in its own row.
        encoding = self._mapping.file.encoding
        return self.path.open(encoding=encoding, errors="surrogateescape", newline="")

    def _facts(self, line: int, cells: list[str]) -> list[FactOfRow] | list[BadRow]:
        if len(cells) != len(self._header):
            wanted, got = len(self._header), len(cells)
            return [BadRow(line, f"the row has {got} columns, the header has {wanted}")]
        try:
            "".join(cells).encode()  # first, for no condition holds for what is no text
            return self._given(line, cells)
        except UnicodeEncodeError:
            encoding = self._mapping.file.encoding
            return [BadRow(line, f"the row has bytes that are no text in {encoding}")]

    def _given(self, line: int, cells: Cells) -> list[FactOfRow] | list[BadRow]:
        facts = []
        for event in self._events:
            try:
                if all(test(cells) for test in event.when):
                    facts.append(self._fact(line, cells, event))
            except InvalidFieldError as error:
                noun = event.type.removeprefix("huikuan.").removesuffix(".v1")
                return [BadRow(line, f"{noun}{error.pointer}: {error.reason}")]
        return facts

    def _fact(self, line: int, cells: Cells, event: CompiledEvent) -> FactOfRow:
        identifier, debtor = _id(event.id(cells), "/id"), _id(event.debtor(cells), "/debtor")
        fact = decode_checked(event.type, msgspec.json.encode(event.data(cells)))
        body = {
            "specversion": "1.0",
            "id": identifier,
            "source": self._mapping.source,
            "type": event.type,
            "subject": debtor,
            "data": msgspec.Raw(codec.encode(fact)),
        }
        return FactOfRow(line, codec.effective_on(fact), msgspec.json.encode(body))


def _id(text: str, pointer: str) -> str:
    if fault := fault_of_id(text):
        raise InvalidFieldError(pointer, fault)
    return text


def _reader(file: TextIO, mapping: Mapping) -> Reader:
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    form = mapping.file
    return csv.reader(file, delimiter=form.delimiter, quotechar=form.quote, strict=True)


def _header_of(file: TextIO, mapping: Mapping) -> Sequence[str]:
    try:
        header = [name.strip() for name in next(_reader(file, mapping))]
    except StopIteration:
        raise MappingError(file.name, [_EMPTY]) from None
    except csv.Error as error:
        words = Words(f"its first line cannot be read: {error}", f"首行无法读取：{error}")
        raise MappingError(file.name, [words]) from None
    try:
        "".join(header).encode()
    except UnicodeEncodeError:
        encoding = mapping.file.encoding
        words = Words(
            f"its first line is no text in {encoding}; say in the mapping how it is written, as in "
            "file: {encoding: gb18030}",
            f"首行不是 {encoding} 文本；请在映射中写明编码，例如 file: {{encoding: gb18030}}",
        )
        raise MappingError(file.name, [words]) from None
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise MappingError(
            file.name,
            [
                Words(f"two columns are called {name!r}", f"有两列都叫 {name!r}")
                for name in sorted(twice)
            ],
        )
    return header
