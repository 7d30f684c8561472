"""Facts through intake: every row answered for, and one transaction for all of them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.position import Position
from huikuan.eventlog.record import Saying
from huikuan.eventlog.service import Service
from huikuan.events import codec
from services.ledger.domain.intake import Conflict, Intake, Verdict
from services.ledger.domain.marks import Mark, Sent, keys_of
from services.ledger.domain.reading import Row
from services.ledger.domain.settling import conflicted
from services.ledger.rules import PUBLISHER
from services.ledger.store import Store

T = TypeVar("T")
Judged = tuple[list[Verdict], Position]
_TRIES = 4


class Taken(msgspec.Struct, frozen=True):
    """What is answered: a verdict for each row, in order, and how far to fold to have them all."""

    results: list[Verdict]
    position: Position


class Taking:
    """Intake's shell: looks up what is known, lets the domain judge, writes what it says."""

    def __init__(
        self, service: Service[Setting, Account], store: Store, now_ms: Callable[[], int]
    ) -> None:
        self._service = service
        self._store = store
        self._now_ms = now_ms

    def take(self, rows: Sequence[Row]) -> Taken:
        """Take what can be taken; all of it or, where the database fails, nothing."""
        (taken,) = self.take_together([rows])
        return taken

    def take_together(self, requests: Sequence[Sequence[Row]]) -> list[Taken]:
        """Take several requests as if they were one; the position serves them all."""
        facts = [row.fact for rows in requests for row in rows if isinstance(row.fact, Sent)]
        verdicts: list[Verdict] = []
        position = Position()
        if facts:
            with self._service.database.floor:
                verdicts, position = again(lambda: self._take(facts))
        judged = iter(verdicts)
        return [Taken([_verdict(row, judged) for row in rows], position) for rows in requests]

    def _take(self, facts: Sequence[Sent]) -> Judged:
        with self._service.transaction() as connection:
            marks = self._store.marks(connection, {key for fact in facts for key in keys_of(fact)})
            intake, verdicts = self._judge(connection, facts, marks)
            self._store.remember(connection, marks.keys(), intake, self._now_ms())
            return verdicts, self.say(connection, intake)

    def _judge(
        self, connection: Connection, facts: Sequence[Sent], marks: dict[str, Mark]
    ) -> tuple[Intake, list[Verdict]]:
        intake = Intake(dict(marks))
        verdicts = [intake.take(fact) for fact in facts]
        if intake.conflicts:
            # Rare: only now is it known which conflicts to look up, so the batch is judged again.
            kept = [conflict.id for conflict in intake.conflicts]
            intake = Intake(dict(marks), self._store.settled(connection, kept))
            verdicts = [intake.take(fact) for fact in facts]
        return intake, verdicts

    def say(self, connection: Connection, intake: Intake) -> Position:
        """Say what a batch has brought; what was said before only tells how far to fold."""
        sayings = [fact_said(sent) for sent in (*intake.accepted, *intake.repeated)]
        if intake.conflicts:
            on = self._store.last_day(connection)
            sayings += [
                word for conflict in intake.conflicts for word in _conflict_said(conflict, on)
            ]
        return self._service.say(connection, sayings)


def _verdict(row: Row, judged: Iterator[Verdict]) -> Verdict:
    """What was refused as it was read, or the next thing that was judged."""
    fact = row.fact
    return next(judged) if isinstance(fact, Sent) else Verdict(row.id, "rejected", fact)


def fact_said(sent: Sent) -> Saying:
    """A fact as it goes onto the log."""
    event = sent.event
    return Saying(
        key=sent.debtor,
        type=event.TYPE,
        id=sent.event_id,
        value=codec.encode(event),
        source=sent.source,
        trace=sent.trace,
    )


def _conflict_said(conflict: Conflict, open_on: date | None) -> list[Saying]:
    """Said to each debtor whom it stops."""
    on = open_on or codec.effective_on(conflict.sent.event)
    return [
        Saying(
            key=debtor,
            type="huikuan.record.conflicted.v1",
            id=f"{PUBLISHER}/{conflict.id}/{debtor}/0",
            value=conflicted(conflict, on),
            source=conflict.sent.source,
            trace=conflict.sent.trace,
        )
        for debtor in conflict.debtors
    ]


def again(work: Callable[[], T]) -> T:
    """Do a transaction once more where another one was in its way."""
    for _ in range(_TRIES - 1):
        try:
            return work()
        except (IntegrityError, OperationalError) as error:
            if error.statement is None:
                raise  # no connection could be had, and that took long enough
            # Else somebody marked the same fact, or opened the same day, in the same moment.
    return work()
