"""Accounts as they were known at a place: folded from the records that were known there."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic

import msgspec

from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.recalling import Recalling
from huikuan.eventlog.record import Record, gists
from huikuan.eventlog.rules import A, Rules, S


class Recalled(Generic[S, A]):
    """A service's accounts as known at one place. All raise ``ElsewhereError``."""

    def __init__(self, rules: Rules[S, A], recalling: Recalling, partitions: int) -> None:
        self._rules, self._recalling, self._partitions = rules, recalling, partitions
        self._shared: dict[int, S] = {}

    def of(self, key: str) -> tuple[A, S]:
        """One key's, with what its partition shared."""
        known = self._recalling.of(key)
        shared = shared_by(self._rules, known.everybody)
        return account_by(self._rules, key, known.own, shared), shared

    def shared(self, partition: int = 0) -> S:
        """What a partition's accounts shared."""
        if partition not in self._shared:
            everybody = self._recalling.everybody(partition)
            self._shared[partition] = shared_by(self._rules, everybody)
        return self._shared[partition]

    def each(self, keys: Iterable[str]) -> Iterator[tuple[str, A, S]]:
        """Those among these keys of which anything was known."""
        for key in keys:
            partition = partition_of(key, self._partitions)
            yield from self.among(partition, [key])

    def among(self, partition: int, keys: Iterable[str]) -> Iterator[tuple[str, A, S]]:
        """Likewise, of one partition: many are read together."""
        rules, shared = self._rules, self.shared(partition)
        for key, records in self._recalling.each(partition, keys):
            yield key, account_by(rules, key, records, shared), shared


def shared_by(rules: Rules[S, A], everybody: Iterable[Record]) -> S:
    """What the accounts of a partition share after these records."""
    shared = rules.blank_shared()
    for record in everybody:
        try:
            rules.everybody(shared, record)
        except msgspec.MsgspecError:
            continue  # following takes no notice of it either
    return shared


def account_by(rules: Rules[S, A], key: str, records: Sequence[Record], shared: S) -> A:
    """One key's state after these records; those without ``meta`` nobody could read."""
    account = rules.blank(key)
    readable = [record for record in records if record.meta]
    if len(readable) == len(records):
        in_order = rules.fold_all(account, gists(records), shared)
    else:
        in_order = True
        for record in records:  # a settlement counts only after what it settles
            if record.meta:
                in_order &= rules.fold(account, record, shared)
            else:
                rules.set_aside(account, record, "")
    if not in_order:
        rules.refold(account, readable, shared)
    return account
