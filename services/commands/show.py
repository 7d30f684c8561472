"""Tables and progress for people; tab-separated lines and no bars where nobody watches."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

Advance = Callable[[int], None]
_STEPS = 10


def as_json(answer: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on a terminal; else a line of column names and a line per row, tab-separated."""
    words = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [list(columns), *words]:
            sys.stdout.write("\t".join(row) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        drawn.add_column(column)
    for row in words:  # Text, for a debtor's name may look like markup
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def plain(value: Any) -> str:
    """A value of JSON as people write it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    return "" if value is None else str(value)


def line(sentence: str, style: str = "") -> None:
    """A sentence on stdout, in a style where somebody watches."""
    if not (style and sys.stdout.isatty()):
        sys.stdout.write(sentence + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches

    Console().print(sentence, style=style, markup=False, highlight=False)


def note(sentence: str) -> None:
    """A sentence beside the result, on stderr."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


@contextmanager
def progress(label: str, total: int) -> Iterator[Advance]:
    """A bar on stderr; else a line at each tenth. Call what it gives with how much was done."""
    if sys.stderr.isatty():
        with _bar(label, total) as advance:
            yield advance
        return
    done = 0

    def advance_in_lines(count: int) -> None:
        nonlocal done
        before, done = done, done + count
        if total and before * _STEPS // total != done * _STEPS // total:
            note(f"{label}: {done}/{total}")

    yield advance_in_lines


@contextmanager
def _bar(label: str, total: int) -> Iterator[Advance]:
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.advance(task, count)
