"""Follow one partition by rules that decide: record by record, each decision at its moment."""

from typing import cast

import msgspec

from huikuan.eventlog.due import Cursor
from huikuan.eventlog.follow import Following, left
from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying
from huikuan.eventlog.rules import A, Deciding, S, Weighing


class FollowingInOrder(Following[S, A]):
    """Folds and decides at each record."""

    def _one(self, record: Record, meta: Meta) -> None:
        if self._is_own(meta):
            return
        account = self.accounts.touch(record.key)
        try:
            folded = self.rules.fold(account, record, self.shared)
        except msgspec.MsgspecError as unreadable:
            self._set_aside(record, str(unreadable))
            return
        if not folded:
            self._refold(account, record)
        self._look(account, record)

    def _look(self, account: A, record: Record) -> None:
        rules = cast("Deciding[S, A]", self.rules)
        if sayings := rules.decide(account, record, self.shared):
            self._say(sayings, record)

    def _is_own(self, meta: Meta) -> bool:
        """Whether it was acted upon when its cause was handled."""
        return meta.said and meta.publisher == self.rules.publisher

    def _refold(self, account: A, record: Record) -> None:
        known = self.store.histories([record.key], record.position).get(record.key, [])
        records = [*self._with_taken(record.key, known), record]
        self.rules.refold(account, records, self.shared)

    def _say(self, sayings: list[Saying], cause: Record) -> None:
        meta = cause.meta
        if meta is None:
            raise AssertionError("a foreign record is no cause")
        if any(saying.key == EVERYBODY for saying in sayings):
            self._shared_changed = True  # it applied to ``shared`` what it says to all
        self.sayings += [
            msgspec.structs.replace(
                saying,
                said=True,
                recorded_at=meta.recorded_at,
                cause=meta.id,
                trace=saying.trace or meta.trace,
            )
            for saying in sayings
        ]

    def _everybody(self, record: Record, meta: Meta) -> bool:
        if self._is_own(meta):
            return True
        if self.cursor is None:
            self.accounts.settle(self.shared)
            self._shared_changed = True
            try:
                due = self.rules.everybody(self.shared, record)
            except msgspec.MsgspecError as unreadable:
                self._set_aside(record, str(unreadable))
                return True
            if not due.anyone:
                return True
            self.cursor = Cursor(due, EVERYBODY, 0 if due.weighed else None)
        cursor: Cursor | None = self.cursor
        while cursor is not None and cursor.weight is not None and (room := left(self.weighed)):
            cursor = self._weigh_some(cursor, record, cursor.weight, room)
        return self._review(cursor, record)

    def _weigh_some(self, cursor: Cursor, record: Record, weight: int, limit: int) -> Cursor:
        """Weigh what the next reviews would do; after the last of them, the verdict is said."""
        keys, after = self.due_keys.some(cursor, limit)
        self.accounts.bring(keys)
        rules, shared = cast("Weighing[S, A]", self.rules), self.shared
        for key in keys:
            account = self.accounts.get(key)
            rules.advance(account, shared)
            weight += rules.weigh(account, record, shared)
        self.weighed += len(keys)
        if after is not None:
            return Cursor(cursor.due, after, weight)
        self._say(rules.weighed(weight, self.due_keys.count, record, shared), record)
        return Cursor(cursor.due, EVERYBODY)
