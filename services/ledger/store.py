"""What intake knows, read and written by the batch: one question for each kind of thing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from huikuan.eventlog.core import one_of
from huikuan.eventlog.prepared import Prepared
from huikuan.events import codec
from services.ledger.domain.intake import Conflict, Intake
from services.ledger.domain.marks import Mark, Sent
from services.ledger.tables import Tables

_KEYS_MAX = 5_000


class Store:
    """Reads and writes the ledger's own tables; the caller holds the transaction."""

    def __init__(self, tables: Tables, *, is_postgres: bool) -> None:
        self._tables = tables
        self._inserts = {t.name: Prepared(t.insert()) for t in vars(tables).values()}
        known = tables.known.c
        self._marks = Prepared(
            select(tables.known)
            .where(one_of(known.key, is_postgres=is_postgres))
            .order_by(known.key)
            .with_for_update()
        )

    def marks(self, connection: Connection, keys: Collection[str]) -> dict[str, Mark]:
        """What is remembered under these keys; locked, where others may write at the same time."""
        wanted, marks = sorted(keys), {}
        for first in range(0, len(wanted), _KEYS_MAX):
            some = {"keys": wanted[first : first + _KEYS_MAX]}
            for key, *mark in self._marks.rows(connection, some):
                marks[key] = Mark(*mark)
        return marks

    def settled(self, connection: Connection, conflicts: Collection[str]) -> dict[str, str]:
        """The conflicts among these that are kept already: open, released or discarded."""
        kept, settlements = self._tables.conflicts.c, self._tables.settlements.c
        query = select(kept.conflict, settlements.outcome).select_from(
            self._tables.conflicts.outerjoin(
                self._tables.settlements, kept.conflict == settlements.settled
            )
        )
        found = connection.execute(query.where(kept.conflict.in_(conflicts)))
        return {conflict: outcome or "open" for conflict, outcome in found}

    def remember(
        self, connection: Connection, known: Collection[str], intake: Intake, now_ms: int
    ) -> None:
        """Write what a batch changed; ``known`` are the keys that there were before it."""
        tables = self._tables
        changed = sorted(intake.changed.items())
        self._insert(connection, tables.known, [_mark(m) for m in changed if m[0] not in known])
        self._replace(connection, [_mark(m) for m in changed if m[0] in known])
        self._insert(connection, tables.conflicts, [_conflict(c, now_ms) for c in intake.conflicts])
        alike = [_look_alike(sent, mark, now_ms) for sent, mark in intake.look_alikes]
        self._insert(connection, tables.look_alikes, alike)

    def last_day(self, connection: Connection) -> date | None:
        """The business day that is open, as far as intake has said."""
        return connection.execute(select(func.max(self._tables.business_days.c.day))).scalar()

    def days(self, connection: Connection) -> set[date]:
        """Every business day that was opened."""
        return set(connection.scalars(select(self._tables.business_days.c.day)))

    def add_days(self, connection: Connection, days: Iterable[date], now_ms: int) -> None:
        """Enter days as opened; a day that is there already is an ``IntegrityError``."""
        rows = [{"day": day, "opened_at": now_ms} for day in days]
        self._insert(connection, self._tables.business_days, rows)

    def conflict(self, connection: Connection, conflict: str) -> Row[Any] | None:
        """One conflict with its settlement, locked against another settlement of it."""
        query = self._with_settlements().where(self._tables.conflicts.c.conflict == conflict)
        return connection.execute(query.with_for_update(of=self._tables.conflicts)).first()

    def conflicts(self, connection: Connection, after: str, limit: int) -> Sequence[Row[Any]]:
        """A page of conflicts with their settlements, by id."""
        conflict = self._tables.conflicts.c.conflict
        query = self._with_settlements().where(conflict > after).order_by(conflict).limit(limit)
        return connection.execute(query).all()

    def count_open_conflicts(self, connection: Connection) -> int:
        """How many conflicts nobody settled yet."""
        rows = self._with_settlements().subquery()
        query = select(func.count()).select_from(rows).where(rows.c.outcome.is_(None))
        return connection.execute(query).scalar_one()

    def look_alikes(self, connection: Connection, after: str, limit: int) -> Sequence[Row[Any]]:
        """A page of payments that look alike, by event id."""
        table = self._tables.look_alikes
        query = select(table).where(table.c.event_id > after)
        return connection.execute(query.order_by(table.c.event_id).limit(limit)).all()

    def settlements(self, connection: Connection, places: Collection[str]) -> dict[str, Row[Any]]:
        """What was decided about these places."""
        table = self._tables.settlements
        found = connection.execute(select(table).where(table.c.settled.in_(places)))
        return {row.settled: row for row in found}

    def settle(self, connection: Connection, settlement: Mapping[str, Any]) -> None:
        """Enter a decision; a second about the same thing is an ``IntegrityError``."""
        self._insert(connection, self._tables.settlements, [dict(settlement)])

    def _with_settlements(self) -> Any:
        kept, settlements = self._tables.conflicts, self._tables.settlements
        joined = kept.outerjoin(settlements, kept.c.conflict == settlements.c.settled)
        decided = (settlements.c.outcome, settlements.c.by, settlements.c.reason)
        return select(kept, *decided, settlements.c.settled_at).select_from(joined)

    def _insert(self, connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._inserts[table.name].write(connection, rows)

    def _replace(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        table = self._tables.known
        mine = update(table).where(table.c.key == bindparam("mine"))
        values: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in rows[0] if name != "key"
        }
        named = [
            {"mine": row["key"]} | {f"new_{name}": row[name] for name in values} for row in rows
        ]
        connection.execute(mine.values(values), named)


@cache
def store_of(tables: Tables, *, is_postgres: bool) -> Store:
    """The store of these tables; its statements are made once a process."""
    return Store(tables, is_postgres=is_postgres)


def _mark(entry: tuple[str, Mark]) -> dict[str, Any]:
    key, mark = entry
    return {
        "key": key,
        "digest": mark.digest,
        "event_id": mark.event_id,
        "debtor": mark.debtor,
        "freed_on": mark.freed_on,
        "conflict": mark.conflict,
    }


def _conflict(conflict: Conflict, now_ms: int) -> dict[str, Any]:
    sent = conflict.sent
    return {
        "conflict": conflict.id,
        "debtor": sent.debtor,
        "known_debtor": conflict.known.debtor,
        "known_event_id": conflict.known.event_id,
        "pointer": conflict.reason.pointer,
        "detail": conflict.reason.detail,
        "source": sent.source,
        "id": sent.id,
        "type": sent.event.TYPE,
        "value": codec.encode(sent.event),
        "kept_at": now_ms,
    }


def _look_alike(sent: Sent, known: Mark, now_ms: int) -> dict[str, Any]:
    return {
        "event_id": sent.event_id,
        "resembles": known.event_id,
        "debtor": sent.debtor,
        "type": sent.event.TYPE,
        "value": codec.encode(sent.event),
        "taken_at": now_ms,
    }
