"""Fold one partition without deciding anything: what a rebuild is made of. Pure but for reads.

Records are taken key by key, many at once: an account that is in the processor's cache folds twice
as fast, and nothing that arrived out of order among them costs a second fold. What is out of order
all the same, or came before its rules, is folded anew once, at the end; law 3 says that all this is
what following arrived at step by step.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Generic, Protocol

import msgspec

from huikuan.eventlog.fold_key import fold_key
from huikuan.eventlog.partition import is_of
from huikuan.eventlog.record import EVERYBODY, Gist, Record
from huikuan.eventlog.rules import A, Row, Rules, S, row_of

_KEYS_MAX = 500
"""Histories that are in memory at once."""
_RECORDS_MAX = 131_072
"""Records that are in memory at once before they are folded, at some 350 bytes and their value.

A partition of no more is folded in one go, so that each account is in memory once and not for long:
in two it costs a quarter more time, in four a half.
"""


class Shadow(Protocol):
    """What was folded of a partition so far and is out of memory, and its records."""

    def load(self, keys: Collection[str]) -> Mapping[str, bytes]:
        """The bodies of those keys that have one."""

    def due(self, through: date | None) -> Iterable[str]:
        """Keys to be reviewed through that date (None: every key)."""

    def histories(self, keys: Collection[str], stop: int) -> Mapping[str, list[Record]]:
        """Each key's records before ``stop``, in order."""


class Refolding(Generic[S, A]):
    """One partition, from its first record on."""

    def __init__(
        self,
        rules: Rules[S, A],
        partition: int,
        shadow: Shadow,
        publishers: frozenset[str],
        partitions: int,
    ) -> None:
        self.rules, self.partition, self.shadow = rules, partition, shadow
        self._partitions = partitions
        self.position = 0
        self.seqs = dict.fromkeys(publishers, 0)
        self.shared = rules.blank_shared()
        self._began = False
        """Whether anything is out of memory."""
        self._unread: dict[str, set[int]] = {}
        self._types: dict[str, str] = {}
        """Each type that was read, so that what waits shares one text of it."""
        self._clear()

    def _clear(self) -> None:
        self._accounts: dict[str, A] = {}
        self._stale: set[str] = set()
        self._due_through: date | None = None
        self._everyone = False
        self._shared_changed = False
        self._empty()

    def _empty(self) -> None:
        self._waiting: defaultdict[str, list[Gist]] = defaultdict(list)
        """Records to be folded, by key."""
        self._foreign: defaultdict[str, set[int]] = defaultdict(set)
        """Positions of those that are foreign, by key."""
        self._waiting_count = 0

    def take(self, records: Sequence[Record]) -> None:
        """Take what follows, ``said`` or not: exactly each publisher's next record."""
        seqs, waiting, types = self.seqs, self._waiting, self._types
        for record in records:
            meta = record.meta
            if meta is not None and seqs.get(meta.publisher) == meta.seq - 1:
                seqs[meta.publisher] = meta.seq
                if record.key:
                    kind = types.setdefault(meta.type, meta.type)
                    gist = (record.position, meta.id, kind, meta.recorded_at, record.value)
                    waiting[record.key].append(gist)
                else:
                    self._everybody(record)
            elif (meta is None or meta.publisher not in seqs) and is_of(
                record.key, self.partition, self._partitions
            ):
                waiting[record.key].append((record.position, "", "", 0, record.value))
                self._foreign[record.key].add(record.position)
        if records:
            self.position = records[-1].position + 1
        self._waiting_count += len(records)
        if self._waiting_count > _RECORDS_MAX:
            self._fold()

    def _fold(self) -> None:
        for _ in self._folding():
            pass

    def _folding(self) -> Iterator[tuple[str, A]]:
        """Fold what waits, key by key; answers each account that need not be folded anew.

        A key's records are let go at once: what comes next gets memory that is in the cache.
        """
        waiting, foreign = self._waiting, self._foreign
        self._empty()
        self._load(set(waiting))
        while waiting:
            key, gists = waiting.popitem()
            account = self._account(key)
            if not self._fold_key(key, account, gists, foreign.get(key)):
                self._stale.add(key)
            if key not in self._stale:
                yield key, account

    def _fold_key(
        self, key: str, account: A, gists: Sequence[Gist], foreign: Collection[int] | None
    ) -> bool:
        if foreign is None:

            def set_aside(at: int, reason: str) -> None:
                self._set_aside(key, gists[at], reason)

            return fold_key(self.rules, account, gists, self.shared, set_aside)
        in_order = True
        for gist in gists:
            if gist[0] in foreign:
                self._set_aside(key, gist, "foreign: no header of one of our publishers")
            else:
                in_order &= self._fold_key(key, account, [gist], None)
        return in_order

    def take_said(self, records: Sequence[Record]) -> None:
        """Fold what this service said already in consequence of what was taken."""
        self._fold()
        self._load({record.key for record in records})
        for record in records:
            if record.key == EVERYBODY:
                self._everybody(record)
            elif not self.rules.fold(self._account(record.key), record, self.shared):
                self._stale.add(record.key)

    def finish(self) -> dict[str, Row]:
        """The rows that changed since the last time; forgets the accounts."""
        rows = {EVERYBODY: Row(self.rules.dump_shared(self.shared))} if self._shared_changed else {}
        for key, account in self._folding():
            rows[key] = self._row(account)
            del self._accounts[key]  # as with its records
        self._load_due(rows)
        self._refold_stale()
        for key, account in self._accounts.items():
            rows[key] = self._row(account)
        self._clear()
        self._began = True
        return rows

    def _row(self, account: A) -> Row:
        self.rules.advance(account, self.shared)
        return row_of(self.rules, account, self.shared)

    def _everybody(self, record: Record) -> None:
        self._shared_changed = True
        try:
            due = self.rules.everybody(self.shared, record)
        except msgspec.MsgspecError:
            return
        if due.refold:
            if self._began:
                self._load(set(self.shadow.due(None)))
            self._stale.update(self._accounts)
        if due.refold or due.everyone:
            self._everyone = True
        elif due.through is not None:
            self._due_through = max(due.through, self._due_through or due.through)

    def _load_due(self, done: Collection[str]) -> None:
        """What waited for a day that opened meanwhile, or for a policy, has to move on too."""
        if self._began and (self._everyone or self._due_through is not None):
            due = self.shadow.due(None if self._everyone else self._due_through)
            self._load(set(due).difference(done))

    def _refold_stale(self) -> None:
        stale = sorted(self._stale)
        for first in range(0, len(stale), _KEYS_MAX):
            keys = stale[first : first + _KEYS_MAX]
            histories = self.shadow.histories(keys, self.position)
            for key in keys:
                unread = self._unread.get(key, ())
                records = [r for r in histories.get(key, ()) if r.position not in unread]
                self.rules.refold(self._account(key), records, self.shared)

    def _set_aside(self, key: str, gist: Gist, reason: str) -> None:
        position, *_, value = gist
        self._unread.setdefault(key, set()).add(position)
        record = Record(self.partition, position, key, value, None)
        self.rules.set_aside(self._account(key), record, reason)

    def _account(self, key: str) -> A:
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = self.rules.blank(key)
        return account

    def _load(self, keys: set[str]) -> None:
        missing = keys.difference(self._accounts)
        missing.discard(EVERYBODY)
        if missing and self._began:
            for key, body in self.shadow.load(missing).items():
                self._accounts[key] = self.rules.load(key, body)


Progress = Callable[[int, int], None]
"""Records folded so far, and how many there are."""
