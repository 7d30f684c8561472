"""Everything that the public may hear, in order per debtor: the feed behind API, SSE and topic.

The outbox is the feed: its seqs are gapless per partition and given in the order of commits. A
step that hurts, and all behind it in its partition, waits until the gate lets it out.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, select

from huikuan.eventlog.core import Core
from huikuan.eventlog.position import Position
from huikuan.eventlog.prepared import Prepared
from huikuan.events.notifier import EscalationRaised, EscalationSaid
from huikuan.web.asking import instant_of
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


class Reached(NamedTuple):
    """How far a partition is: while neither grows, nothing of it becomes public."""

    said_seq: int
    """Of the last word that was said, public or not."""
    released_seq: int
    """Up to here the gate lets everything out."""


class Feed:
    """Reads the feed; the caller holds the transaction."""

    def __init__(self, core: Core, tables: Tables) -> None:
        self._heads = Prepared(_select_heads(core, tables))
        self._said = Prepared(_select_said(core, tables))
        self._released = Prepared(
            select(func.max(tables.gate.c.released_seq)).where(
                tables.gate.c.partition == bindparam("of_partition")
            )
        )
        self._key = select(core.outbox.c.key).where(
            core.outbox.c.partition.in_(bindparam("partitions", expanding=True)),
            core.outbox.c.id == bindparam("of_id"),
            core.outbox.c.public,
        )

    def reached(self, connection: Connection) -> dict[int, Reached]:
        """How far each partition is."""
        heads = self._heads.rows(connection, {})
        return {partition: Reached(seq, released or 0) for partition, seq, released in heads}

    def after(self, connection: Connection, cursor: Cursor, limit: int) -> list[Word]:
        """What is public after a cursor, at most so many words; in order per partition."""
        pages = []
        for partition, (said_seq, released_seq) in self.reached(connection).items():
            after_seq = cursor.get(partition, 0)
            if said_seq > after_seq:
                pages.append(self.public(connection, partition, after_seq, limit, released_seq))
        return list(islice(merge(*pages, key=lambda word: word.recorded_at), limit))

    def public(
        self, connection: Connection, partition: int, after_seq: int, limit: int, released_seq: int
    ) -> list[Word]:
        """What is public of one partition after a seq, all of it up to ``released_seq``."""
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
        asked = {"of_partition": partition, "after_seq": after_seq, "most": limit}
        return [Word(*row) for row in self._said.rows(connection, asked)]

    def released_seq(self, connection: Connection, partition: int) -> int:
        """Up to here everything of a partition is public."""
        ((released_seq,),) = self._released.rows(connection, {"of_partition": partition})
        return released_seq or 0

    def find(self, connection: Connection, escalation: str, partitions: int) -> str | None:
        """Whose escalation it is: the debtor to whom the word of that id was said."""
        asked = {"partitions": list(range(partitions)), "of_id": escalation}
        return connection.execute(self._key, asked).scalar()


@cache
def feed_of(core: Core, tables: Tables) -> Feed:
    """The feed of these tables; its statements are made once a process."""
    return Feed(core, tables)


def _select_heads(core: Core, tables: Tables) -> Select[tuple[int, int, int | None]]:
    heads, gate = core.heads, tables.gate
    joined = heads.outerjoin(gate, gate.c.partition == heads.c.partition)
    return select(heads.c.partition, heads.c.seq, gate.c.released_seq).select_from(joined)


def _select_said(core: Core, tables: Tables) -> Select[Any]:
    """The fields of a ``Word``, in order."""
    outbox, superseded = core.outbox.c, tables.superseded
    undone = (superseded.c.partition == outbox.partition) & (superseded.c.seq == outbox.seq)
    return (
        select(
            outbox.partition,
            outbox.seq,
            outbox.id,
            outbox.key,
            outbox.type,
            outbox.recorded_at,
            outbox.value,
            outbox.trace,
            superseded.c.seq.is_not(None),
        )
        .select_from(core.outbox.outerjoin(superseded, undone))
        .where(outbox.partition == bindparam("of_partition"), outbox.public)
        .where(outbox.seq > bindparam("after_seq"))
        .order_by(outbox.seq)
        .limit(bindparam("most"))
    )


def is_hurting_raise(word: Word) -> bool:
    """Whether this is a step that hurts, being raised."""
    return word.type == EscalationRaised.TYPE and hurts(kind_of(word.value))


def kind_of(value: bytes) -> str:
    """The kind of step that a word is about."""
    return _kinds.decode(value).kind


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
    channels: tuple[str, ...] = ()


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
        recorded_at=instant_of(word.recorded_at),
        policy_version=said.policy_version,
        hold_seq=said.hold_seq,
        reason=said.reason,
        inputs=said.inputs,
        superseded=word.superseded,
        channels=said.channels,
    )
