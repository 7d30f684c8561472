"""Everything that the public may hear, in order per debtor: the feed behind API, SSE and topic.

The outbox is the feed: its seqs are gapless per partition and given in the order of commits. A
step that hurts, and all behind it in its partition, waits until the gate lets it out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from heapq import merge
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from huikuan.eventlog.core import Core
from huikuan.eventlog.position import Position
from huikuan.events.notifier import EscalationRaised, EscalationSaid
from services.notifier.domain.policy import hurts
from services.notifier.tables import Tables
from services.notifier.words import PUBLISHER

Cursor = Mapping[int, int]
"""Partition → the last outbox seq that was read."""

_PAGE_ROWS = 500
_TYPE_PREFIX, _TYPE_SUFFIX = "huikuan.escalation.", ".v1"
_decoder = msgspec.json.Decoder(EscalationSaid)


class _Kind(msgspec.Struct):
    kind: str


_kinds = msgspec.json.Decoder(_Kind)


class Word(msgspec.Struct, frozen=True):
    """One word of the feed."""

    partition: int
    seq: int
    id: str
    debtor: str
    type: str
    recorded_at: int
    value: bytes
    trace: str
    superseded: bool
    """It went out together with what undid it, or with what it undid."""

    @property
    def status(self) -> str:
        """What happened: ``raised``, ``lifted`` and so on."""
        return self.type.removeprefix(_TYPE_PREFIX).removesuffix(_TYPE_SUFFIX)

    @property
    def said(self) -> EscalationSaid:
        """The event."""
        return _decoder.decode(self.value)


class Feed:
    """Reads the feed; the caller holds the transaction."""

    def __init__(self, core: Core, tables: Tables) -> None:
        self._core, self._tables = core, tables

    def after(self, connection: Connection, cursor: Cursor, limit: int) -> list[Word]:
        """What is public after a cursor, at most so many words; in order per partition."""
        heads = self._core.heads.c
        found = connection.execute(select(heads.partition, heads.seq)).all()
        pages = [
            self.of_partition(connection, partition, cursor.get(partition, 0), limit)
            for partition, head in found
            if head > cursor.get(partition, 0)
        ]
        return list(islice(merge(*pages, key=lambda word: word.recorded_at), limit))

    def of_partition(
        self, connection: Connection, partition: int, after_seq: int, limit: int
    ) -> list[Word]:
        """What is public of one partition after a seq."""
        released_seq = self.released_seq(connection, partition)
        words: list[Word] = []
        for word in self.said(connection, partition, after_seq, limit):
            if word.seq > released_seq and is_hurting_raise(word):
                break
            words.append(word)
        return words

    def said(
        self, connection: Connection, partition: int, after_seq: int, limit: int = _PAGE_ROWS
    ) -> list[Word]:
        """What was said in a partition after a seq, public yet or not."""
        outbox, superseded = self._core.outbox.c, self._tables.superseded
        undone = (superseded.c.partition == outbox.partition) & (superseded.c.seq == outbox.seq)
        query = (
            select(
                outbox.partition,
                outbox.seq,
                outbox.id,
                outbox.key,
                outbox.type,
                outbox.recorded_at,
                outbox.value,
                outbox.trace,
                superseded.c.seq.is_not(None).label("superseded"),
            )
            .select_from(self._core.outbox.outerjoin(superseded, undone))
            .where(outbox.partition == partition, outbox.seq > after_seq, outbox.public)
            .order_by(outbox.seq)
            .limit(limit)
        )
        return [_word(row) for row in connection.execute(query)]

    def released_seq(self, connection: Connection, partition: int) -> int:
        """Up to here everything of a partition is public."""
        gate = self._tables.gate.c
        query = select(func.max(gate.released_seq)).where(gate.partition == partition)
        return connection.execute(query).scalar_one() or 0

    def find(self, connection: Connection, escalation: str, partitions: int) -> str | None:
        """Whose escalation it is: the debtor to whom the word of that id was said."""
        outbox = self._core.outbox.c
        everywhere = outbox.partition.in_(range(partitions))
        query = select(outbox.key).where(everywhere, outbox.id == escalation, outbox.public)
        return connection.execute(query).scalar()


def is_hurting_raise(word: Word) -> bool:
    """Whether this is a step that hurts, being raised."""
    return word.type == EscalationRaised.TYPE and hurts(kind_of(word.value))


def kind_of(value: bytes) -> str:
    """The kind of step that a word is about."""
    return _kinds.decode(value).kind


def _word(row: Row[Any]) -> Word:
    return Word(
        partition=row.partition,
        seq=row.seq,
        id=row.id,
        debtor=row.key,
        type=row.type,
        recorded_at=row.recorded_at,
        value=row.value,
        trace=row.trace,
        superseded=bool(row.superseded),
    )


def cursor_of(token: str) -> dict[int, int]:
    """The cursor behind a token of ours; raises ``PositionError`` (a ``ValueError``) for others."""
    return dict(Position.decode(token).seqs.get(PUBLISHER, {})) if token else {}


def token_of(cursor: Cursor) -> str:
    """The opaque token of a cursor."""
    return Position({PUBLISHER: dict(cursor)}).encode()


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One word as the API, SSE and the topic show it."""

    cursor: str
    id: str
    debtor: str
    company: str
    escalation: str
    step: str
    kind: str
    subject: str
    status: str
    effective_on: date
    on: date
    recorded_at: str
    policy_version: str
    hold_seq: int | None = None
    reason: str | None = None
    inputs: dict[str, Any] | None = None
    superseded: bool = False


def items_of(words: Sequence[Word], cursor: Cursor) -> tuple[list[Item], dict[int, int]]:
    """The words for people and programs, each with the cursor after it; and the last cursor."""
    seqs, items = dict(cursor), []
    for word in words:
        seqs[word.partition] = word.seq
        items.append(_item(word, token_of(seqs)))
    return items, seqs


def _item(word: Word, cursor: str) -> Item:
    said = word.said
    return Item(
        cursor=cursor,
        id=word.id,
        debtor=word.debtor,
        company=said.company,
        escalation=said.escalation,
        step=said.step,
        kind=said.kind,
        subject=said.subject,
        status=word.status,
        effective_on=said.effective_on,
        on=said.on,
        recorded_at=instant(word.recorded_at),
        policy_version=said.policy_version,
        hold_seq=said.hold_seq,
        reason=said.reason,
        inputs=said.inputs,
        superseded=word.superseded,
    )


def instant(recorded_at: int) -> str:
    """Milliseconds since 1970 UTC as an ISO timestamp."""
    seconds, milliseconds = divmod(recorded_at, 1_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
