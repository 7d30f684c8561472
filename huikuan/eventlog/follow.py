"""Follow one partition: fold, and gather what must be committed together.

Pure but for its ``Store``, which reads. Where batches are cut changes nothing: an account is
dumped with what was shared when a record last touched it, and a record about everybody sees the
accounts as the records before it left them, committed or not.

How depends on the rules: those that decide need every record in its place
(``huikuan.eventlog.follow_in_order``), those that only fold do not (``follow_by_key``).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic

from msgspec.structs import replace

from huikuan.eventlog.due import REVIEWS_MAX, Cursor, DueKeys, Store
from huikuan.eventlog.partition import is_of
from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying
from huikuan.eventlog.resident import Accounts
from huikuan.eventlog.rules import A, Redirecting, Row, Rules, S
from huikuan.eventlog.taken import TakenByKey


class Following(ABC, Generic[S, A]):
    """One partition, from where its owner took it over."""

    def __init__(
        self,
        rules: Rules[S, A],
        partition: int,
        store: Store,
        publishers: frozenset[str],
        resident_accounts: int,
        partitions: int,
    ) -> None:
        self.rules = rules
        self.partition, self._partitions = partition, partitions
        self.store = store
        self.position = 0
        self.seqs = dict.fromkeys(publishers, 0)
        self.cursor: Cursor | None = None
        self.known_at = 0
        """Milliseconds: the running maximum of ``recorded_at`` over what was taken."""
        self.shared = rules.blank_shared()
        self.gaps: dict[str, int] = {}
        """Publisher → the seq that is missing though a later one was seen."""
        self.accounts: Accounts[S, A] = Accounts(rules, store.load, resident_accounts)
        self.due_keys = DueKeys(store, self.accounts)
        self.taken: list[Record] = []
        self.aside: list[tuple[Record, str]] = []
        self._taken = TakenByKey(self.taken)
        self.clear()

    def clear(self) -> None:
        """Forget what was gathered: it is committed."""
        self.depart()
        self.landed()

    def depart(self) -> None:
        """What was gathered is being committed; remember it until then, and gather anew."""
        self.accounts.depart()
        self._departed, self._departed_aside = self._taken, self.aside
        self.taken, self.aside = [], []
        self._taken = TakenByKey(self.taken)
        self.sayings: list[Saying] = []
        self.reviewed = self.weighed = 0
        self.known_before = self.known_at
        self._shared_changed = False

    def landed(self) -> None:
        """What departed is committed."""
        self.accounts.landed()
        self._departed, self._departed_aside = TakenByKey([]), []

    def take(self, records: Sequence[Record], start: int) -> int:
        """Deal with ``records[start:]``; answers where it stopped, ``len(records)`` mostly.

        It stops at a record about everybody when ``REVIEWS_MAX`` accounts have been reviewed:
        commit, ``clear``, and call again from there.
        """
        ahead = {record.key for record in (records[start:] if start else records)}
        self.accounts.bring(ahead)
        floor, seqs = self.position, self.seqs
        for index in range(start, len(records)):
            record = records[index]
            if record.position < floor:
                continue
            meta = record.meta
            if meta is None or seqs.get(meta.publisher) != meta.seq - 1 or self.gaps:
                meta = self._next(record)
            if meta is not None:
                if record.key != EVERYBODY:
                    self._one(record, meta)
                elif not self._everybody(record, meta):
                    return index
                seqs[meta.publisher] = meta.seq
                self.known_at = max(self.known_at, meta.recorded_at)
                self.taken.append(record)
            self.position = record.position + 1
        return len(records)

    def settle(self) -> dict[str, Row]:
        """Every row that must be written, what is shared among them."""
        self.accounts.settle(self.shared)
        rows = self.accounts.rows()
        self.due_keys.written(rows.values())
        if self._shared_changed:
            rows[EVERYBODY] = Row(self.rules.dump_shared(self.shared))
        return rows

    def _next(self, record: Record) -> Meta | None:
        """The record's words where it is exactly its publisher's next one."""
        meta = record.meta
        last = self.seqs.get(meta.publisher) if meta else None
        if meta is None or last is None:
            self._set_aside(record, "foreign: no header of one of our publishers")
            return None
        if meta.seq == last + 1:
            if self.gaps:
                self.gaps.pop(meta.publisher, None)
            return meta
        if meta.seq > last:
            self.gaps.setdefault(meta.publisher, last + 1)
        return None

    @abstractmethod
    def _one(self, record: Record, meta: Meta) -> None:
        """Deal with a record about one key."""

    @abstractmethod
    def _everybody(self, record: Record, meta: Meta) -> bool:
        """False: some accounts are still to be reviewed for this record, in a next transaction."""

    def _look(self, account: A, record: Record) -> None:
        """What a review does with an account that has moved on: nothing, where none decides."""

    def _with_taken(self, key: str, known: Sequence[Record]) -> list[Record]:
        """A key's committed records and, after them, those that wait for their commit."""
        last = known[-1].position if known else -1
        unread = {record.position for record, _ in (*self._departed_aside, *self.aside)}
        taken = (*self._departed.of(key), *self._taken.of(key))
        waiting = [record for record in taken if record.position > last]
        return [r for r in (*known, *waiting) if r.position not in unread]

    def _set_aside(self, record: Record, reason: str) -> None:
        self.aside.append((record, reason))
        if is_of(record.key, self.partition, self._partitions):
            self.rules.set_aside(self.accounts.touch(record.key), record, reason)
        elif record.key != EVERYBODY and isinstance(self.rules, Redirecting):
            word = self.rules.redirect(record, self.shared)
            self.sayings.append(replace(word, recorded_at=self.known_at))

    def _review(self, cursor: Cursor | None, record: Record) -> bool:
        """Review for a record what one transaction may; False: some are left for the next."""
        while cursor is not None and cursor.weight is None and (room := left(self.reviewed)):
            cursor = self._review_some(cursor, record, room)
        self.cursor = cursor
        return cursor is None

    def _review_some(self, cursor: Cursor, record: Record, limit: int) -> Cursor | None:
        """Review the next accounts; answers where to go on."""
        keys, after = self.due_keys.some(cursor, limit)
        self.accounts.bring(keys)
        histories: Mapping[str, list[Record]] = {}
        if cursor.due.refold:
            histories = self.store.histories(keys, record.position)
        rules, shared = self.rules, self.shared
        for key in keys:
            account = self.accounts.get(key)
            if cursor.due.refold:
                known = self._with_taken(key, histories.get(key, []))
                rules.refold(account, known, shared)
            rules.advance(account, shared)
            self._look(account, record)
            self.accounts.reviewed(key, account, shared)
        self.reviewed += len(keys)
        return None if after is None else Cursor(cursor.due, after)


def left(accounts: int) -> int:
    """How many more accounts this transaction may review, or weigh, after so many."""
    return max(0, REVIEWS_MAX - accounts)
