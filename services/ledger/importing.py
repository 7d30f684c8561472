"""``huikuan import``: a CSV file through a mapping into intake, wherever intake is."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Names
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

import msgspec

from services.ledger.csv_rows import BadRow, CsvFile, FactOfRow
from services.ledger.history import Parcel, in_history_order, parcels
from services.ledger.mapping import load_mapping

Send = Callable[[bytes], Sequence[Names[str, Any]]]
"""Sends a body to ``POST /ledger/v1/events``; returns its ``results``."""
OpenDays = Callable[[date], None]
"""Says ``POST /ledger/v1/days``."""
Reason = Callable[[BadRow], str]
"""Why a row is bad, in the language of whoever reads the list."""
ERROR_COLUMNS = ("line", "status", "reason")
"""Of the file that names what did not go in."""


class Imported(msgspec.Struct):
    """What has become of a file, so far; also what a progress bar shows."""

    counts: Counter[str] = msgspec.field(default_factory=Counter)
    """Facts per status: accepted, duplicate, conflict, rejected."""
    bad_rows: int = 0
    """Rows that could not be made into facts."""
    without_facts: int = 0
    """Rows that met no condition of the mapping, and so gave nothing."""
    facts: int = 0
    """Facts that were sent and answered for."""
    opened_on: date | None = None
    """The last business day that was opened."""
    share_read: float = 0.0
    """How much of the file has been read, from 0 to 1."""
    read: int = 0
    """Facts that the file has given."""

    @property
    def share_done(self) -> float:
        """From 0 to 1: what was sent, where all is read first (history); else what was read."""
        return self.facts / self.read if self.share_read >= 1 and self.read else self.share_read

    @property
    def is_clean(self) -> bool:
        """Whether every row went in, now or before."""
        return not (self.bad_rows or self.counts["conflict"] or self.counts["rejected"])


class Import:
    """One run. ``errors`` gets one CSV line for every row or fact that did not go in."""

    def __init__(
        self,
        path: Path,
        mapping_path: Path,
        send: Send,
        open_days: OpenDays,
        errors: TextIO,
        reason: Reason = attrgetter("reason"),
    ) -> None:
        """Raises ``MappingError`` where the mapping is wrong or does not fit the file."""
        self._mapping = load_mapping(mapping_path)
        self._file = CsvFile(path, self._mapping)
        self._send = send
        self._open_days = open_days
        self._reason = reason
        self._errors = csv.writer(errors)
        self._errors.writerow(ERROR_COLUMNS)
        self.source = self._mapping.source
        self.imported = Imported()

    def run(self, *, history: bool = False, through: date | None = None) -> Iterator[Imported]:
        """Import it all; yields after each request, for whoever shows progress.

        With ``history`` the business days are opened between the facts, and on to ``through``
        (else what the mapping says, else the last fact's date).
        """
        if not history:
            for parcel in parcels(self._facts()):
                self._deliver(parcel)
                yield self.imported
            return
        days = self._mapping.history
        for step in in_history_order(self._facts(), days.first_on, through or days.through):
            if isinstance(step, Parcel):
                self._deliver(step)
            else:
                self._open_days(step)
                self.imported.opened_on = step
            yield self.imported

    def _facts(self) -> Iterator[FactOfRow]:
        for row in self._file:
            self.imported.share_read = self._file.read_bytes / max(1, self._file.size_bytes)
            if isinstance(row, BadRow):
                self.imported.bad_rows += 1
                self._errors.writerow([row.line, "rejected", self._reason(row)])
            else:
                self.imported.read += 1
                yield row
        self.imported.without_facts = self._file.without_facts

    def _deliver(self, parcel: Parcel) -> None:
        results = self._send(parcel.body)
        for fact, result in zip(parcel.facts, results, strict=True):
            status = str(result["status"])
            self.imported.counts[status] += 1
            self.imported.facts += 1
            if status in {"conflict", "rejected"}:
                reason = result.get("reason") or {}
                words = f"{reason.get('pointer', '')}: {reason.get('detail', '')}"
                self._errors.writerow([fact.line, status, words])
