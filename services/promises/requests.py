"""What was asked of us and what we answered, by id: so that asking twice does nothing twice.

Migrated with the core, never rebuilt. After a restored backup what is on the log is entered
again, without the request that led to it.
"""

from datetime import date
from functools import cache

import msgspec
from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from huikuan.eventlog.core import TEXT
from huikuan.eventlog.record import Record
from huikuan.events.codec import decode
from huikuan.events.promises import PromiseMade, PromiseWithdrawn

MADE, WITHDRAWN, KEYED = "made", "withdrawn", "key"


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is answered to a promise taken down, or to its withdrawal."""

    promise: str
    debtor: str
    on: date
    """The date on which it was made, or withdrawn."""
    position: str = ""
    """How far readers must fold to see it; empty where a backup forgot."""


class Before(msgspec.Struct, frozen=True):
    """A request that came before."""

    fingerprint: str
    """Of the request, or empty where it was read back from the log."""
    answer: Answer


_answer_decoder = msgspec.json.Decoder(Answer)


@cache
def add_requests(metadata: MetaData) -> Table:
    """The table of requests, added to the metadata of the core."""
    return Table(
        "requests",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("name", TEXT, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("debtor", TEXT, nullable=False),
        Column("answer", Text, nullable=False),
    )


class Requests:
    """Reads and writes the table; the caller holds the transaction."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, connection: Connection, kind: str, name: str) -> Before | None:
        """The request of that kind under that name, if there was one."""
        rows = self._table.c
        query = select(rows.fingerprint, rows.answer)
        found = connection.execute(query.where(rows.kind == kind, rows.name == name)).first()
        return None if found is None else Before(found[0], _answer_decoder.decode(found[1]))

    def keep(
        self, connection: Connection, kind: str, name: str, fingerprint: str, answer: Answer
    ) -> None:
        """Remember; a second of the same kind and name is an ``IntegrityError``."""
        row = {
            "kind": kind,
            "name": name,
            "fingerprint": fingerprint,
            "debtor": answer.debtor,
            "answer": msgspec.json.encode(answer).decode(),
        }
        connection.execute(self._table.insert(), row)

    def take_back(self, connection: Connection, records: list[Record]) -> None:
        """Enter what the log knows of us and a backup has forgotten."""
        for record in records:
            if record.meta is None or record.meta.said:
                continue
            event = decode(record.meta.type, record.value)
            if isinstance(event, PromiseMade):
                kind, on = MADE, event.made_on
            elif isinstance(event, PromiseWithdrawn):
                kind, on = WITHDRAWN, event.on
            else:
                continue
            name = request_name(event.company, event.promise)
            if self.find(connection, kind, name) is None:
                answer = Answer(promise=event.promise, debtor=record.key, on=on)
                self.keep(connection, kind, name, "", answer)


def request_name(company: str, promise: str) -> str:
    """A promise's name among those of all companies."""
    return msgspec.json.encode([company, promise]).decode()
