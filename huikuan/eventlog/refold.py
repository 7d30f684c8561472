"""Fold one partition without deciding anything: what a rebuild is made of. Pure but for reads.

What arrived out of order, or before its rules, is folded anew once, at the end; law 3 says that
this is what following arrived at step by step.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Generic, Protocol

import msgspec

from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.eventlog.rules import A, Row, Rules, S

_KEYS_MAX = 500
"""Histories that are in memory at once."""


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
        self, rules: Rules[S, A], partition: int, shadow: Shadow, publishers: frozenset[str]
    ) -> None:
        self.rules, self.partition, self.shadow = rules, partition, shadow
        self.position = 0
        self.seqs = dict.fromkeys(publishers, 0)
        self.shared = rules.blank_shared()
        self._began = False
        self._unread: dict[str, set[int]] = {}
        self._clear()

    def _clear(self) -> None:
        self._accounts: dict[str, A] = {}
        self._fresh: set[str] = set()
        """Whom nothing has been waiting for since the last record about everybody."""
        self._stale: set[str] = set()
        self._due_through: date | None = None
        self._everyone = False
        self._shared_changed = False

    def take(self, records: Sequence[Record]) -> None:  # noqa: C901 - a rebuild's inner loop
        """Fold what follows, ``said`` or not: exactly each publisher's next record."""
        if self._began:
            self._load({record.key for record in records})
        accounts, seqs = self._accounts, self.seqs
        advance, fold, shared = self.rules.advance, self.rules.fold, self.shared
        fresh, stale = self._fresh, self._stale
        for record in records:
            meta = record.meta
            if meta is not None and seqs.get(meta.publisher) == meta.seq - 1:
                seqs[meta.publisher] = meta.seq
                key = record.key
                if key:
                    account = accounts.get(key)
                    if account is None:
                        account = accounts[key] = self.rules.blank(key)
                    if key not in fresh:
                        advance(account, shared)
                        fresh.add(key)
                    try:
                        if not fold(account, record, shared):
                            stale.add(key)
                    except msgspec.MsgspecError as unreadable:
                        self._set_aside(record, str(unreadable))
                else:
                    self._everybody(record)
            elif meta is None or meta.publisher not in seqs:
                self._set_aside(record, "foreign: no header of one of our publishers")
        if records:
            self.position = records[-1].position + 1

    def take_said(self, records: Sequence[Record]) -> None:
        """Fold what this service said already in consequence of what was taken."""
        self._load({record.key for record in records})
        for record in records:
            if record.key == EVERYBODY:
                self._everybody(record)
            else:
                self.rules.fold(self._account(record.key), record, self.shared)

    def finish(self) -> dict[str, Row]:
        """The rows that changed since the last time; forgets the accounts."""
        self._load_due()
        self._refold_stale()
        rules, shared = self.rules, self.shared
        rows = {EVERYBODY: Row(rules.dump_shared(shared))} if self._shared_changed else {}
        for key, account in self._accounts.items():
            rules.advance(account, shared)
            rows[key] = rules.dump(account, shared)
        self._clear()
        self._began = True
        return rows

    def _everybody(self, record: Record) -> None:
        self._shared_changed = True
        self._fresh.clear()
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

    def _load_due(self) -> None:
        """What waited for a day that opened meanwhile, or for a policy, has to move on too."""
        if self._began and (self._everyone or self._due_through is not None):
            self._load(set(self.shadow.due(None if self._everyone else self._due_through)))

    def _refold_stale(self) -> None:
        stale = sorted(self._stale)
        for first in range(0, len(stale), _KEYS_MAX):
            keys = stale[first : first + _KEYS_MAX]
            histories = self.shadow.histories(keys, self.position)
            for key in keys:
                unread = self._unread.get(key, ())
                records = [r for r in histories.get(key, ()) if r.position not in unread]
                self.rules.refold(self._account(key), records, self.shared)

    def _set_aside(self, record: Record, reason: str) -> None:
        if record.key != EVERYBODY:
            self._unread.setdefault(record.key, set()).add(record.position)
            self.rules.set_aside(self._account(record.key), record, reason)

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
