"""Debtors as known at a place of the log, read once for all that a question needs."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, partial

import msgspec

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.recalled import account_by, shared_by
from services.notifier.closing import Close, closed
from services.notifier.eve import Known
from services.notifier.following import Following
from services.notifier.shared import Shared
from services.notifier.watched import Watched


class Then(msgspec.Struct, frozen=True):
    """What was known of a debtor, and what his partition shared."""

    watched: Watched
    shared: Shared
    records: Known
    """His records that were known, read where they are asked for."""


def then(service: Following, debtor: str, known_at: KnownAt) -> Then:
    """The debtor as known then: from his state, or from the records that were known."""
    if known_at is None:
        watched, shared = service.read(debtor)
        return Then(watched, shared, cache(partial(service.history, debtor)))
    return _from(service, debtor, known_at, None)


def at_close(service: Following, debtor: str, known_at: KnownAt, as_of: date | None) -> Then:
    """Likewise, at the close of a day; a day that is still open closes as it stands."""
    if known_at is None:
        now = then(service, debtor, None)
        open_on = now.shared.setting.open_on
        if as_of is None or open_on is None or as_of >= open_on:
            return now
    return _from(service, debtor, known_at, as_of)


def _from(service: Following, debtor: str, known_at: KnownAt, as_of: date | None) -> Then:
    known = service.recalling(known_at).of(debtor)
    if as_of is not None:
        known = closed(as_of, known)
    shared = shared_by(service.rules, known.everybody)
    watched = account_by(service.rules, debtor, known.own, shared)
    return Then(watched, shared, lambda: [record for record in known.own if record.meta])


class Past:
    """Any debtors as known at a place, at the close of a day; what they share is read once."""

    def __init__(self, service: Following, known_at: KnownAt, as_of: date | None) -> None:
        self._service, self.as_of = service, as_of
        self._recalling = service.recalling(known_at)
        self._closes: dict[int, tuple[Close | None, Shared]] = {}

    def shared(self, partition: int = 0) -> Shared:
        """What a partition's debtors shared."""
        return self._of(partition)[1]

    def each(self, partition: int, debtors: Iterable[str]) -> Iterator[Watched]:
        """Those among these debtors of one partition of whom anything was known, in order."""
        close, shared = self._of(partition)
        for debtor, records in self._recalling.each(partition, debtors):
            own = records if close is None else close.of(records)
            if own:
                yield account_by(self._service.rules, debtor, own, shared)

    def _of(self, partition: int) -> tuple[Close | None, Shared]:
        found = self._closes.get(partition)
        if found is None:
            everybody, close = self._recalling.everybody(partition), None
            if self.as_of is not None:
                close = Close(self.as_of, everybody)
                everybody = close.of(everybody)
            shared = shared_by(self._service.rules, everybody)
            found = self._closes[partition] = (close, shared)
        return found
