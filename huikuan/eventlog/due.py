"""Which accounts a record about everybody is about: those committed, and those that wait for it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

import msgspec

from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.eventlog.resident import Accounts
from huikuan.eventlog.rules import Due, Row

REVIEWS_MAX = 1_000
"""Accounts that one transaction reviews for records about everybody, or weighs."""


class Cursor(msgspec.Struct, frozen=True):
    """How far a record about everybody has been dealt with; ``shared`` has it already."""

    due: Due
    after: str
    weight: int | None = None
    """What the reviews up to here would do, while they are being weighed; None: they are made."""


class Store(Protocol):
    """What following one partition reads of what was committed."""

    def load(self, keys: Collection[str]) -> Mapping[str, bytes]:
        """The bodies of those keys that have one."""

    def due(self, through: date | None, after: str, limit: int) -> list[str]:
        """Keys after ``after``, in order, to be reviewed through that date (None: everyone)."""

    def first_review(self) -> date | None:
        """The earliest date on which a committed key must be reviewed; None where there is none."""

    def histories(self, keys: Collection[str], stop: int) -> Mapping[str, list[Record]]:
        """Each key's readable records before ``stop``, in order, at least the committed ones."""


class DueKeys:
    """A partition's keys as the records so far left them, committed or not."""

    def __init__(self, store: Store, accounts: Accounts[Any, Any]) -> None:
        self._store, self._accounts = store, accounts
        self._quiet_before: date | None = None
        self._first_written = date.max
        """The first review of what was written last: it may not be committed yet."""
        self.land: Callable[[], None] = lambda: None
        """To be called before the store is asked: commits what was written."""
        self._found: tuple[date | None, str, list[str]] | None = None
        """What was asked last, until the next commit: who is weighed is reviewed after that."""

    def quiet_before(self, day: date) -> None:
        """No committed key is to be reviewed before this date."""
        self._quiet_before = min(day, self._first_written)

    def written(self, rows: Iterable[Row]) -> None:
        """These are going to be committed."""
        self._found = None
        days = [row.review_on for row in rows if row.review_on is not None]
        self._first_written = min(days, default=date.max)
        if self._quiet_before is not None:
            self._quiet_before = min(self._first_written, self._quiet_before)

    def some(self, cursor: Cursor, limit: int) -> tuple[list[str], str | None]:
        """Some keys that are due, in order, and the key after which to go on, if there are more."""
        everyone = cursor.due.everyone or cursor.due.refold
        through = None if everyone else cursor.due.through
        committed = self._committed(through, cursor.after, limit)
        bound = committed[-1] if len(committed) >= limit else None
        outlooks, after = self._accounts.outlooks, cursor.after
        keys = [key for key in committed if key not in outlooks]
        keys += [
            key for key in self._changed(through) if key > after and (bound is None or key <= bound)
        ]
        keys.sort()
        if len(keys) > limit:
            return keys[:limit], keys[limit - 1]
        return keys, bound

    def count(self, most: int) -> int:
        """How many keys the partition has, counting no further than ``most``."""
        if not most:
            return 0
        self.land()
        committed = self._store.due(None, EVERYBODY, most)
        return min(most, len(self._accounts.outlooks.keys() | set(committed)))

    def _changed(self, through: date | None) -> Iterable[str]:
        if through is None:
            return self._accounts.outlooks
        return [key for key, day in self._accounts.reviews.items() if day <= through]

    def _committed(self, through: date | None, after: str, limit: int) -> list[str]:
        """Asks the store, but on days on which nothing can be due."""
        quiet_before = self._quiet_before
        if through is not None and quiet_before is not None and through < quiet_before:
            return []
        if self._found is not None and self._found[:2] == (through, after):
            return self._found[2][:limit]
        self.land()
        found = self._store.due(through, after, limit)
        if len(found) < limit:
            self._found = (through, after, found)
        if not found and through is not None and after == EVERYBODY:
            self._quiet_before = self._store.first_review() or date.max
        return found
