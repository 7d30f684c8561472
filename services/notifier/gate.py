"""The public gate: a step that hurts goes out only when nothing known could still prevent it.

That is when the notifier has folded to the log's end as it was seen after raising the step. What
was lifted or retracted by then goes out together with its lift, both marked superseded.
"""

import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, delete

from huikuan.eventlog.database import Database
from huikuan.eventlog.outbox import Outbox
from huikuan.eventlog.record import Saying
from huikuan.events.notifier import EscalationLifted, EscalationRaised, EscalationRetracted
from services.notifier.domain.policy import hurts
from services.notifier.feed import Feed, Word, is_hurting_raise, kind_of
from services.notifier.tables import Tables

_UNDOES = frozenset({EscalationLifted.TYPE, EscalationRetracted.TYPE})
_PAGE_ROWS = 2_000


class Waiting(msgspec.Struct, frozen=True):
    """Words up to ``seq`` wait until the partition is folded to ``end``."""

    seq: int
    end: int


class Gate:
    """Lets out what was raised, by the thread that follows the log."""

    def __init__(
        self,
        database: Database,
        tables: Tables,
        feed: Feed,
        outbox: Outbox,
        end_of: Callable[[int], int],
    ) -> None:
        """``end_of`` tells a partition's end in the log."""
        self._database, self._tables, self._feed = database, tables, feed
        self._outbox, self._end_of = outbox, end_of
        self._waiting: dict[int, Waiting] = {}
        self._lock = threading.Lock()

    def said(self, partition: int, end: int) -> None:
        """A step that hurts was raised and committed, and then the log ended there."""
        with self._database.reading() as connection:
            seq = self._outbox.head(connection, partition)
        with self._lock:
            self._waiting[partition] = Waiting(seq, end)

    def claimed(self, partitions: Iterable[int]) -> None:
        """These are ours now: whatever their last owner did not let out waits anew."""
        quiet: dict[int, int] = {}
        for partition in partitions:
            end = self._end_of(partition)
            with self._database.reading() as connection:
                head = self._outbox.head(connection, partition)
                released_seq = self._feed.released_seq(connection, partition)
                waits = any(map(is_hurting_raise, self._since(connection, partition, released_seq)))
            with self._lock:
                self._waiting.pop(partition, None)
                if waits:
                    self._waiting[partition] = Waiting(head, end)
            if head > released_seq and not waits:
                quiet[partition] = head
        if quiet:
            # So that the next owner need not look at all of these again.
            with self._database.writing() as connection:
                for partition, head in quiet.items():
                    self._release(connection, partition, head)

    def folded(self, partition: int, position: int) -> bool:
        """The partition is folded so far; whether something went out."""
        with self._lock:
            waiting = self._waiting.get(partition)
            if waiting is None or position < waiting.end:
                return False
            del self._waiting[partition]
        with self._database.writing() as connection:
            self._release(connection, partition, waiting.seq)
        return True

    def _release(self, connection: Connection, partition: int, seq: int) -> None:
        before = self._feed.released_seq(connection, partition)
        if seq <= before:
            return
        words = list(self._since(connection, partition, before))
        undone = _superseded(words, seq)
        gate, superseded = self._tables.gate, self._tables.superseded
        connection.execute(delete(gate).where(gate.c.partition == partition))
        connection.execute(gate.insert().values(partition=partition, released_seq=seq))
        if undone:
            rows = [{"partition": partition, "seq": each} for each in sorted(undone)]
            connection.execute(superseded.insert(), rows)

    def _since(self, connection: Connection, partition: int, seq: int) -> Iterable[Word]:
        while True:
            page = self._feed.said(connection, partition, seq, _PAGE_ROWS)
            yield from page
            if len(page) < _PAGE_ROWS:
                return
            seq = page[-1].seq


def hurts_now(saying: Saying) -> bool:
    """Whether this raises a step that hurts."""
    return saying.type == EscalationRaised.TYPE and hurts(kind_of(saying.value))


def _superseded(words: Sequence[Word], seq: int) -> set[int]:
    """The seqs of steps up to ``seq`` that hurt and are undone already, and of what undid them."""
    raised = {
        word.said.escalation: word.seq
        for word in words
        if word.seq <= seq and is_hurting_raise(word)
    }
    undone = set[int]()
    for word in words:
        if word.type in _UNDOES and word.said.escalation in raised:
            undone |= {raised[word.said.escalation], word.seq}
    return undone
