"""Follow one partition by rules that only fold: key by key, a turn's records of it together.

As a rebuild does, and for the same reasons (``huikuan.eventlog.refold``): an account that is in the
processor's cache folds faster, and what arrived out of order among a turn's records costs nothing.
What is out of order all the same is folded anew, all of it with one question for its history. A
turn's days are opened before anything is folded, and only the last of them is reviewed for: law 3
says that the state is the same as if each record had been dealt with in its place.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from huikuan.eventlog.due import Cursor
from huikuan.eventlog.fold_key import fold_key
from huikuan.eventlog.follow import Following
from huikuan.eventlog.record import EVERYBODY, Meta, Record, gists
from huikuan.eventlog.rules import NOBODY, A, S

_KEYS_MAX = 500
"""Histories that are in memory at once."""
_NOWHERE = -1


class FollowingByKey(Following[S, A]):
    """Folds what was gathered where a turn ends, or where accounts are to be reviewed."""

    def take(self, records: Sequence[Record], start: int) -> int:
        """See ``Following``."""
        self._waiting: defaultdict[str, list[Record]] = defaultdict(list)
        """Records to be folded, by key."""
        self._stale: set[str] = set()
        self._due = NOBODY
        """Whom the records about everybody have made due."""
        self._last = self._last_about_everybody(records[start:] if start else records)
        """Position of the last record about everybody that this call will take."""
        stopped = super().take(records, start)
        self._fold()
        return stopped

    def _last_about_everybody(self, records: Sequence[Record]) -> int:
        seqs, last = dict(self.seqs), _NOWHERE
        for record in records:
            meta = record.meta
            if meta is not None and seqs.get(meta.publisher) == meta.seq - 1:
                seqs[meta.publisher] = meta.seq
                if not record.key:
                    last = record.position
        return last

    def _one(self, record: Record, meta: Meta) -> None:
        del meta
        self._waiting[record.key].append(record)

    def _everybody(self, record: Record, meta: Meta) -> bool:
        del meta
        if self.cursor is None:
            self._open(record)
        return self._review(self.cursor, record)

    def _open(self, record: Record) -> None:
        """Note whom it makes due; they are reviewed with the last such record, all at once."""
        self._shared_changed = True
        try:
            self._due = self._due.joined(self.rules.everybody(self.shared, record))
        except msgspec.MsgspecError as unreadable:
            self._set_aside(record, str(unreadable))
        if record.position == self._last:
            self._fold()
            self.accounts.settle(self.shared)
            due, self._due = self._due, NOBODY
            self.cursor = Cursor(due, EVERYBODY) if due.anyone else None

    def _fold(self) -> None:
        waiting, self._waiting = self._waiting, defaultdict(list)
        for key, records in waiting.items():
            self._fold_key(key, records)
        stale, self._stale = sorted(self._stale), set()
        for first in range(0, len(stale), _KEYS_MAX):
            keys = stale[first : first + _KEYS_MAX]
            histories = self.store.histories(keys, self.position)
            for key in keys:
                records = self._with_taken(key, histories.get(key, ()))
                self.rules.refold(self.accounts.touch(key), records, self.shared)

    def _fold_key(self, key: str, records: Sequence[Record]) -> None:
        account = self.accounts.touch(key)

        def set_aside(at: int, reason: str) -> None:
            self._set_aside(records[at], reason)

        if not fold_key(self.rules, account, gists(records), self.shared, set_aside):
            self._stale.add(key)

    def _set_aside(self, record: Record, reason: str) -> None:
        if waiting := self._waiting.pop(record.key, None):
            self._fold_key(record.key, waiting)  # a settlement among it came before
        super()._set_aside(record, reason)
