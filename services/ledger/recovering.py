"""After a restored backup: what intake forgot, read back from the log.

The content of conflicts is not on the log: one that is newer than the backup is known only by
its id then, and its sender's next try keeps it anew.
"""

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import Connection

from huikuan.eventlog.record import Meta, Record
from huikuan.events import codec
from huikuan.events.ledger import BusinessDayOpened
from services.ledger.domain.intake import Intake
from services.ledger.domain.marks import Sent, keys_of
from services.ledger.store import Store


class Recovering:
    """Enters forgotten facts as known, and forgotten days as opened."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def take_back(self, connection: Connection, records: list[Record]) -> None:
        """See ``Service.taken_back``."""
        facts = [sent for record in records if record.meta and (sent := _sent(record, record.meta))]
        marks = self._store.marks(connection, {key for fact in facts for key in keys_of(fact)})
        intake = Intake(dict(marks))
        for fact in facts:
            intake.recall(fact)
        self._store.remember(connection, marks.keys(), intake, self._now_ms())
        known = self._store.days(connection)
        days = sorted(set(_days(records)) - known)
        self._store.add_days(connection, days, self._now_ms())


def _days(records: Iterable[Record]) -> Iterable[date]:
    for record in records:
        if record.meta and record.meta.type == BusinessDayOpened.TYPE:
            event = codec.decode(record.meta.type, record.value)
            assert isinstance(event, BusinessDayOpened), "by its type"
            yield event.date


def _sent(record: Record, meta: Meta) -> Sent | None:
    if meta.type not in codec.FACT_TYPES:
        return None
    identifier = meta.id.removeprefix(f"{meta.source}|")
    return Sent(meta.source, identifier, record.key, codec.decode(meta.type, record.value))
