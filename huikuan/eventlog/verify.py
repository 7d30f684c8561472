"""Decide everything again from the first record, and compare with what was said.

Follows from zero into a throw-away state in memory; what it would say is only collected.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import blake2b
from typing import Generic

import msgspec

from huikuan.eventlog.follow import Following
from huikuan.eventlog.follow_in_order import FollowingInOrder
from huikuan.eventlog.log import Log
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.eventlog.rules import A, Deciding, Row, Rules, S

_LISTED_MAX = 100
_RESIDENT_ACCOUNTS = 1_000_000


class Verified(msgspec.Struct, frozen=True):
    """Ids, at most 100 of a kind, each as ``partition/id``."""

    decided: int
    """How many things these rules say of the whole log."""
    unsaid: list[str]
    """These rules say it; it was not said."""
    unfounded: list[str]
    """It was said; these rules do not say it."""
    different: list[str]
    """Both say it, with other words."""


class Verification(Generic[S, A]):
    """One comparison of what was said with what these rules say."""

    def __init__(self, rules: Rules[S, A], log: Log, publishers: frozenset[str]) -> None:
        self._rules, self._log, self._publishers = rules, log, publishers
        self._decided: dict[tuple[int, str], bytes] = {}

    def decide(self, partition: int, stop: int) -> None:
        """Follow a partition from its first record to ``stop``, if there is anything to decide."""
        if not isinstance(self._rules, Deciding):
            return
        throw_away = ThrowAway()
        parts = (self._rules, partition, throw_away, self._publishers, _RESIDENT_ACCOUNTS)
        following = FollowingInOrder(*parts, self._log.partitions)
        for records in self._log.scan(partition, 0, stop):
            index = 0
            while index < len(records):
                index = following.take(records, index)
                throw_away.keep(following)
                for saying in following.sayings:
                    to = partition_of(saying.key, self._log.partitions) if saying.key else partition
                    digest = _digest(saying.key, saying.type, saying.value)
                    self._decided[to, saying.id] = digest
                following.clear()

    def compare(self, said: Iterable[Record]) -> Verified:
        """With what was said in consequence of the same records."""
        decided = len(self._decided)
        unfounded, different = [], []
        for record in said:
            if record.meta is None:
                raise AssertionError("what we said carries our words")
            name = (record.partition, record.meta.id)
            digest = self._decided.pop(name, None)
            if digest is None:
                unfounded.append("{}/{}".format(*name))
            elif digest != _digest(record.key, record.meta.type, record.value):
                different.append("{}/{}".format(*name))
        unsaid = sorted(f"{partition}/{name}" for partition, name in self._decided)
        return Verified(decided, *(ids[:_LISTED_MAX] for ids in (unsaid, unfounded, different)))


class ThrowAway:
    """A partition's state and history, in memory."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._records: dict[str, list[Record]] = {}

    def load(self, keys: Collection[str]) -> Mapping[str, bytes]:
        """See ``due.Store``."""
        return {key: self._rows[key].body for key in keys if key in self._rows}

    def due(self, through: date | None, after: str, limit: int) -> list[str]:
        """See ``due.Store``."""
        found = [
            key
            for key, row in self._rows.items()
            if key > after
            and (through is None or (row.review_on is not None and row.review_on <= through))
        ]
        return sorted(found)[:limit]

    def first_review(self) -> date | None:
        """See ``due.Store``."""
        return min((row.review_on for row in self._rows.values() if row.review_on), default=None)

    def histories(self, keys: Collection[str], stop: int) -> Mapping[str, list[Record]]:
        """See ``due.Store``."""
        del stop  # nothing later is here
        return {key: self._records[key] for key in keys if key in self._records}

    def keep(self, following: Following[S, A]) -> None:
        """Take what would be committed."""
        self._rows.update(following.settle())
        unread = {record.position for record, _ in following.aside}
        for record in following.taken:
            if record.key != EVERYBODY and record.position not in unread:
                self._records.setdefault(record.key, []).append(record)


def _digest(key: str, kind: str, value: bytes) -> bytes:
    return blake2b(f"{key}\x00{kind}\x00".encode() + value, digest_size=16).digest()
