"""What waits for a person: conflicts, records set aside, payments that look alike."""

from typing import Any

import msgspec
from sqlalchemy import Connection, and_, or_, select

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.service import Service
from huikuan.web.asking import instant_of
from services.ledger.store import Store

_VALUE_CHARACTERS_MAX = 10_000
_CONFLICTS, _RECORDS = "c", "r"


class Quarantine:
    """Lists it, settled or not; conflicts first, then records by their places."""

    def __init__(self, service: Service[Setting, Account], store: Store) -> None:
        self._service = service
        self._store = store

    def page(self, after: str, limit: int) -> dict[str, Any]:
        """A page; ``after`` is the ``next`` of the page before. ``ValueError`` for another."""
        kind, _, last = after.partition(":")
        if after and kind not in {_CONFLICTS, _RECORDS}:
            raise ValueError(after)
        with self._service.database.reading() as connection:
            items: list[dict[str, Any]] = []
            if kind != _RECORDS:
                found = self._store.conflicts(connection, last, limit + 1)
                items += [_conflict(row) for row in found]
                last = ""
            if len(items) <= limit:
                items += self._records(connection, last, limit + 1 - len(items))
        answer: dict[str, Any] = {"items": items[:limit]}
        if len(items) > limit:
            answer["next"] = _cursor(items[limit - 1])
        return answer

    def waiting(self) -> dict[str, int]:
        """How many conflicts and records nobody settled yet."""
        with self._service.database.reading() as connection:
            conflicts = self._store.count_open_conflicts(connection)
        return {"conflict": conflicts, "record": self._service.count_set_aside()}

    def look_alikes(self, after: str, limit: int) -> dict[str, Any]:
        """A page of accepted payments that look like earlier ones."""
        with self._service.database.reading() as connection:
            rows = self._store.look_alikes(connection, after, limit + 1)
        answer: dict[str, Any] = {
            "items": [
                {
                    "event": row.event_id,
                    "resembles": row.resembles,
                    "debtor": row.debtor,
                    "data": msgspec.Raw(row.value),
                    "taken_at": instant_of(row.taken_at),
                }
                for row in rows[:limit]
            ]
        }
        if len(rows) > limit:
            answer["next"] = rows[limit - 1].event_id
        return answer

    def _records(self, connection: Connection, after: str, limit: int) -> list[dict[str, Any]]:
        aside = self._service.core.set_aside
        columns = aside.c
        query = select(aside).order_by(columns.partition, columns.position).limit(limit)
        if after:
            partition, _, position = after.partition("/")
            if not (partition.isdecimal() and position.isdecimal() and len(after) < 30):
                raise ValueError(after)
            here = columns.partition == int(partition)
            later = and_(here, columns.position > int(position))
            query = query.where(or_(later, columns.partition > int(partition)))
        rows = connection.execute(query).all()
        places = [f"{row.partition}/{row.position}" for row in rows]
        settled = self._store.settlements(connection, places)
        return [_record(row, place, settled) for row, place in zip(rows, places, strict=True)]


def _cursor(item: dict[str, Any]) -> str:
    if "conflict" in item:
        return f"{_CONFLICTS}:{item['conflict']}"
    return f"{_RECORDS}:{item['place']}"


def _conflict(row: Any) -> dict[str, Any]:
    return {
        "conflict": row.conflict,
        "status": row.outcome or "open",
        "debtor": row.debtor,
        "reason": {"pointer": row.pointer, "detail": row.detail},
        "known": {"event": row.known_event_id, "debtor": row.known_debtor},
        "source": row.source,
        "id": row.id,
        "type": row.type,
        "data": msgspec.Raw(row.value),
        "kept_at": instant_of(row.kept_at),
    } | _decided(row if row.outcome else None)


def _record(row: Any, place: str, settled: dict[str, Any]) -> dict[str, Any]:
    return {
        "place": place,
        "status": row.status,
        "debtor": row.key,
        "reason": {"pointer": "", "detail": row.reason},
        "value": row.value[:_VALUE_CHARACTERS_MAX].decode("utf-8", "replace"),
    } | _decided(settled.get(place))


def _decided(row: Any) -> dict[str, Any]:
    if row is None:
        return {}
    return {"by": row.by, "because": row.reason, "settled_at": instant_of(row.settled_at)}
