"""What a service says: kept in its own database, numbered without gaps, and never said twice.

Seqs are given under the row lock of the partition's head, so that the order of commits is the
order of seqs. Rows are kept: they are the feed of what was said, and the memory of ids.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, select, update

from huikuan.eventlog.core import Core, one_of, pairs
from huikuan.eventlog.database import copy_in
from huikuan.eventlog.position import Position
from huikuan.eventlog.prepared import Prepared
from huikuan.eventlog.record import Entry, Meta, Record, Saying

Addressed = tuple[int, Saying]
"""A saying and the partition that it goes to."""

_COPY_ROWS_MIN = 8
_TYPES = ("int4", "int8", *["text"] * 4, "int8", "bool", "text", "text", "bool", "bytea")
_META = Meta.__struct_fields__[1:]
"""The columns of what goes with a record, beside its publisher."""
_IDS_MAX = 5_000
_FEW_IDS_MAX = 8
NO_POSITION = -1


class SaidOtherwiseError(Exception):
    """Something else was said under the same id."""


class Outbox:
    """One publisher's outbox."""

    def __init__(self, core: Core, publisher: str, *, is_postgres: bool) -> None:
        self.publisher = publisher
        self._heads = core.heads
        rows, heads = core.outbox.c, core.heads.c
        self._waiting = Prepared(
            select(heads.partition, heads.acknowledged, heads.seq)
            .where(heads.seq > heads.acknowledged)
            .order_by(heads.partition)
        )
        after = pairs("partitions", "seqs", is_postgres=is_postgres)
        self._next_rows = Prepared(
            select(rows.partition, rows.key, rows.value, *(rows[name] for name in _META))
            .join_from(after, core.outbox, rows.partition == after.c.first)
            .where(rows.seq > after.c.second, rows.seq <= after.c.second + bindparam("most"))
            .order_by(rows.partition, rows.seq)
        )
        # In order, so that two writers never wait for each other crosswise.
        self._locking = Prepared(
            select(heads.partition, heads.seq)
            .where(one_of(heads.partition, "partitions", is_postgres=is_postgres))
            .order_by(heads.partition)
            .with_for_update()
        )
        self._same_ids = Prepared(
            select(rows.partition, rows.seq, rows.id, rows.key, rows.type, rows.value).where(
                one_of(rows.partition, "partitions", is_postgres=is_postgres),
                one_of(rows.id, "ids", is_postgres=is_postgres),
            )
        )
        self._adding = Prepared(core.outbox.insert())
        mine = update(core.heads).where(heads.partition == bindparam("at"))
        self._raising = Prepared(mine.values(seq=bindparam("last")))
        self._acknowledging = Prepared(
            mine.where(heads.acknowledged < bindparam("last")).values(
                acknowledged=bindparam("last")
            )
        )

    def say(self, connection: Connection, sayings: Sequence[Addressed]) -> Position:
        """Add what is new, in order; answers how far readers must fold to have all of it.

        What is there already with the same content is not said again. Raises
        ``SaidOtherwiseError`` where the content differs, and then nothing must be committed.
        """
        if not sayings:
            return Position()
        heads = self._lock(connection, {partition for partition, _ in sayings})
        known = self._known(connection, sayings)
        reached: dict[int, int] = {}
        new: list[tuple[int, int, Saying]] = []
        for partition, saying in sayings:
            seq = _seq_of_same(known.get((partition, saying.id)), saying)
            if seq is None:
                seq = heads[partition] = heads[partition] + 1
                known[partition, saying.id] = (seq, saying)
                new.append((partition, seq, saying))
            reached[partition] = max(seq, reached.get(partition, 0))
        if new:
            self._insert(connection, new)
            self._raise_heads(connection, heads, {partition for partition, _, _ in new})
        return Position({self.publisher: reached})

    def unacknowledged(self, connection: Connection) -> dict[int, tuple[int, int]]:
        """Partition → (last acknowledged seq, last seq), where anything is to be sent."""
        found = self._waiting.rows(connection, {})
        return {partition: (acknowledged, seq) for partition, acknowledged, seq in found}

    def entries(
        self, connection: Connection, after: Mapping[int, int], limit: int
    ) -> dict[int, list[Entry]]:
        """What follows a seq in each of these partitions, as it goes onto the log."""
        asked = {"partitions": list(after), "seqs": list(after.values()), "most": limit}
        found: dict[int, list[Entry]] = {partition: [] for partition in after}
        for partition, key, value, *meta in self._next_rows.rows(connection, asked):
            found[partition].append(Entry(key, value, Meta(self.publisher, *meta)))
        return found

    def acknowledge(self, connection: Connection, seqs: dict[int, int]) -> None:
        """Everything up to these seqs (by partition) is on the log."""
        if seqs:
            sent = [{"at": partition, "last": seq} for partition, seq in sorted(seqs.items())]
            self._acknowledging.write(connection, sent)

    def head(self, connection: Connection, partition: int) -> int:
        """The last seq that was given in a partition."""
        query = select(self._heads.c.seq).where(self._heads.c.partition == partition)
        head: int = connection.execute(query).scalar_one()
        return head

    def take_back(
        self, connection: Connection, partition: int, said: Iterable[tuple[int, Saying]]
    ) -> None:
        """Enter what is on the log, in order of seqs, as said and acknowledged."""
        rows = [(partition, seq, saying) for seq, saying in said]
        if not rows:
            return
        self._insert(connection, rows)
        last = rows[-1][1]
        mine = update(self._heads).where(self._heads.c.partition == partition)
        connection.execute(mine.values(seq=last, acknowledged=last))

    def _lock(self, connection: Connection, partitions: set[int]) -> dict[int, int]:
        locked = self._locking.rows(connection, {"partitions": list(partitions)})
        return {partition: seq for partition, seq in locked}  # noqa: C416 - rows are not pairs

    def _known(
        self, connection: Connection, sayings: Sequence[Addressed]
    ) -> dict[tuple[int, str], tuple[int, Saying]]:
        known = {}
        for partitions, ids in _questions(sayings):
            for first in range(0, len(ids), _IDS_MAX):
                some = {"partitions": partitions, "ids": ids[first : first + _IDS_MAX]}
                for partition, seq, same, *said in self._same_ids.rows(connection, some):
                    key, kind, value = said
                    known[partition, same] = (seq, Saying(key=key, type=kind, id=same, value=value))
        return known

    def _insert(self, connection: Connection, new: list[tuple[int, int, Saying]]) -> None:
        if connection.dialect.name == "postgresql" and len(new) >= _COPY_ROWS_MIN:
            copy_in(connection, "outbox", _TYPES, map(_copied, new))
            return
        values = [
            {
                "partition": partition,
                "seq": seq,
                "id": saying.id,
                "key": saying.key,
                "type": saying.type,
                "source": saying.source,
                "recorded_at": saying.recorded_at,
                "said": saying.said,
                "cause": saying.cause,
                "trace": saying.trace,
                "public": saying.public,
                "value": saying.value,
            }
            for partition, seq, saying in new
        ]
        self._adding.write(connection, values)

    def _raise_heads(
        self, connection: Connection, heads: dict[int, int], partitions: set[int]
    ) -> None:
        raised = [{"at": partition, "last": heads[partition]} for partition in sorted(partitions)]
        self._raising.write(connection, raised)


@cache
def outbox_of(core: Core, publisher: str, *, is_postgres: bool) -> Outbox:
    """That publisher's outbox; its statements are made once a process."""
    return Outbox(core, publisher, is_postgres=is_postgres)


def _questions(sayings: Sequence[Addressed]) -> list[tuple[list[int], list[str]]]:
    """Which partitions to ask for which ids: few ids everywhere at once, else each for its own."""
    ids = {saying.id for _, saying in sayings}
    if len(ids) <= _FEW_IDS_MAX:
        return [(sorted({partition for partition, _ in sayings}), sorted(ids))]
    by_partition: dict[int, list[str]] = defaultdict(list)
    for partition, saying in sayings:
        by_partition[partition].append(saying.id)
    return [([partition], own) for partition, own in by_partition.items()]


def said_between(
    connection: Connection, core: Core, publisher: str, partition: int, after: int, through: int
) -> list[Record]:
    """What was said with ``after < seq <= through`` in consequence of records.

    As records whose place on the log, where they have one already, is not asked for.
    """
    rows = core.outbox.c
    query = select(rows.key, rows.value, *(rows[name] for name in _META))
    query = query.where(rows.partition == partition, rows.said)
    query = query.where(rows.seq > after, rows.seq <= through).order_by(rows.seq)
    return [
        Record(partition, NO_POSITION, key, value, Meta(publisher, *meta))
        for key, value, *meta in connection.execute(query)
    ]


def _seq_of_same(known: tuple[int, Saying] | None, saying: Saying) -> int | None:
    if known is None:
        return None
    seq, before = known
    if (before.key, before.type, before.value) != (saying.key, saying.type, saying.value):
        raise SaidOtherwiseError(f"something else was said under the id {saying.id!r}")
    return seq


def _copied(row: tuple[int, int, Saying]) -> tuple[object, ...]:
    partition, seq, saying = row
    return (
        partition,
        seq,
        saying.id,
        saying.key,
        saying.type,
        saying.source,
        saying.recorded_at,
        saying.said,
        saying.cause,
        saying.trace,
        saying.public,
        saying.value,
    )
