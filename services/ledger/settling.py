"""Settling what was set aside: a person releases it through intake, or discards it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import EVERYBODY, Saying
from huikuan.eventlog.service import Service
from huikuan.events.ledger import RecordSettled
from services.ledger.domain.intake import Intake, Verdict
from services.ledger.domain.marks import Sent, keys_of
from services.ledger.domain.settling import Decision, fact_in, sent_again, settled
from services.ledger.rules import PUBLISHER
from services.ledger.store import Store
from services.ledger.taking import Taking, again


class NothingThereError(LookupError):
    """Neither a conflict nor a record set aside has this id."""


class SettledOtherwiseError(Exception):
    """It was settled before with the other outcome."""


class NotFreeError(Exception):
    """It cannot be released: it still contradicts what is known."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__()
        self.verdict = verdict


class Settled(msgspec.Struct, frozen=True):
    """What was settled, what became of its content, and how far to fold to have it."""

    id: str
    outcome: str
    position: Position
    result: Verdict | None = None


class Settling:
    """Settles conflicts and records, each once."""

    def __init__(
        self,
        service: Service[Setting, Account],
        store: Store,
        taking: Taking,
        now_ms: Callable[[], int],
    ) -> None:
        self._service = service
        self._store = store
        self._taking = taking
        self._now_ms = now_ms

    def settle(self, identifier: str, decision: Decision, command: str) -> Settled:
        """Settle it; ``command`` is the id of the request, from which what is said has its ids.

        Raises the errors above, and ``InvalidFieldError`` where a record cannot be released.
        """
        if "/" in identifier:
            return again(lambda: self._settle_record(identifier, decision, command))
        return again(lambda: self._settle_conflict(identifier, decision, command))

    def _settle_conflict(self, conflict: str, decision: Decision, command: str) -> Settled:
        with self._service.transaction() as connection:
            kept = self._store.conflict(connection, conflict)
            if kept is None:
                raise NothingThereError(conflict)
            if kept.outcome is not None:
                return _settled_before(conflict, kept.outcome, decision)
            verdict, position = None, Position()
            if decision.outcome == "released":
                fact = sent_again(kept.source, kept.id, kept.debtor, kept.type, kept.value)
                verdict, position = self._release(connection, fact, conflict)
            value = settled(decision.outcome, self._on(connection), conflict=conflict)
            debtors = dict.fromkeys((kept.debtor, kept.known_debtor))
            said = self._say(connection, list(debtors), value, command)
            self._enter(connection, conflict, decision)
            return Settled(conflict, decision.outcome, position.merge(said), verdict)

    def _settle_record(self, place: str, decision: Decision, command: str) -> Settled:
        with self._service.transaction() as connection:
            aside = self._record(connection, place)
            before = self._store.settlements(connection, [place]).get(place)
            if before is not None:
                return _settled_before(place, before.outcome, decision)
            verdict, position = None, Position()
            if decision.outcome == "released":
                fact = fact_in(aside.value, aside.key, decision.type)
                verdict, position = self._release(connection, fact, "")
            value = settled(decision.outcome, self._on(connection), place=place)
            said = self._say(connection, [aside.key], value, command)
            self._service.settle(connection, place, decision.outcome)
            self._enter(connection, place, decision)
            return Settled(place, decision.outcome, position.merge(said), verdict)

    def _record(self, connection: Connection, place: str) -> Any:
        partition, _, position = place.partition("/")
        if not (partition.isdecimal() and position.isdecimal() and len(place) < 30):
            raise NothingThereError(place)
        aside = self._service.core.set_aside
        query = select(aside).where(
            aside.c.partition == int(partition), aside.c.position == int(position)
        )
        found = connection.execute(query.with_for_update()).first()
        if found is None:
            raise NothingThereError(place)
        return found

    def _release(
        self, connection: Connection, fact: Sent, conflict: str
    ) -> tuple[Verdict, Position]:
        """Through intake, in the transaction that settles."""
        marks = self._store.marks(connection, keys_of(fact))
        intake = Intake(dict(marks))
        verdict = intake.release(fact, conflict) if conflict else intake.take(fact)
        if verdict.status in {"conflict", "rejected"}:
            raise NotFreeError(verdict)
        self._store.remember(connection, marks.keys(), intake, self._now_ms())
        return verdict, self._taking.say(connection, intake)

    def _say(
        self, connection: Connection, debtors: list[str], value: bytes, command: str
    ) -> Position:
        """To each debtor whom it stopped; a record that names none is everybody's business."""
        sayings = [
            Saying(
                key=debtor,
                type=RecordSettled.TYPE,
                id=f"{PUBLISHER}/{command}/{debtor}/0",
                value=value,
            )
            for debtor in debtors
        ]
        if debtors == [EVERYBODY]:
            return self._service.say_to_everybody(connection, sayings[0])
        return self._service.say(connection, sayings)

    def _enter(self, connection: Connection, settled_id: str, decision: Decision) -> None:
        self._store.settle(
            connection,
            {
                "settled": settled_id,
                "outcome": decision.outcome,
                "by": decision.by,
                "reason": decision.reason,
                "settled_at": self._now_ms(),
            },
        )

    def _on(self, connection: Connection) -> date:
        """The open day; before the first one, the date of the request."""
        last_on = self._store.last_day(connection)
        return last_on or datetime.fromtimestamp(self._now_ms() / 1000, UTC).date()


def _settled_before(identifier: str, outcome: str, decision: Decision) -> Settled:
    """Asking twice is answered twice; asking for the opposite is refused."""
    if outcome != decision.outcome:
        raise SettledOtherwiseError(outcome)
    return Settled(identifier, outcome, Position())
