"""The accounts of a partition that are in memory: those used last, and those that changed."""

from collections.abc import Callable, Collection, Mapping
from typing import Generic

from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import A, Row, Rules, S


class Resident(Generic[A]):
    """Two generations: what was not used while the young one filled up is forgotten.

    Cheaper than a list of uses in exact order, and as good for keys that come in bursts.
    """

    def __init__(self, limit: int) -> None:
        self._half = max(1, limit // 2)
        self._young: dict[str, A] = {}
        self._old: dict[str, A] = {}

    def get(self, key: str) -> A | None:
        """The account, if it is here."""
        account = self._young.get(key)
        if account is None:
            account = self._old.get(key)
            if account is not None:
                self.put(key, account)
        return account

    def put(self, key: str, account: A) -> None:
        """Keep an account."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = account

    def missing(self, keys: Collection[str]) -> set[str]:
        """Which of these are not here."""
        young, old = self._young, self._old
        return {key for key in keys if key not in young and key not in old}


class Accounts(Generic[S, A]):
    """A partition's accounts as the records so far left them, committed or not."""

    def __init__(
        self,
        rules: Rules[S, A],
        load: Callable[[Collection[str]], Mapping[str, bytes]],
        resident: int,
    ) -> None:
        self.rows: dict[str, Row] = {}
        """What changed and waits for its commit, as it was when a record last touched it."""
        self._rules, self._read = rules, load
        self._resident: Resident[A] = Resident(resident)
        self._touched: dict[str, A] = {}

    def clear(self) -> None:
        """What changed is committed."""
        self.rows = {}
        self._touched = {}

    def get(self, key: str) -> A:
        """An account, blank where nothing is known of the key."""
        account = self._touched.get(key)
        if account is None:
            account = self._resident.get(key)
        if account is None:
            self.bring([key])
            account = self._resident.get(key)
        if account is None:
            raise AssertionError("an account that was just brought is resident")
        return account

    def touch(self, key: str) -> A:
        """An account that is going to change."""
        account = self._touched[key] = self.get(key)
        return account

    def bring(self, keys: Collection[str]) -> None:
        """Bring accounts into memory, with one question for all that are not there."""
        absent = self.absent(keys)
        if absent:
            self.place(absent, self._read(absent.difference(self.rows)))

    def absent(self, keys: Collection[str]) -> set[str]:
        """Those of these keys that are not in memory."""
        absent = self._resident.missing(keys)
        absent.difference_update(self._touched)
        absent.discard(EVERYBODY)
        return absent

    def place(self, absent: Collection[str], committed: Mapping[str, bytes]) -> None:
        """Bring absent keys into memory, given the committed bodies of those that have one."""
        rules = self._rules
        for key in absent:
            # What waits for its commit may have left memory: its row is newer than the store's.
            row = self.rows.get(key)
            body = committed.get(key) if row is None else row.body
            account = rules.blank(key) if body is None else rules.load(key, body)
            self._resident.put(key, account)

    def settle(self, shared: S) -> dict[str, Row]:
        """Dump what was touched with what is shared now; answers all that waits."""
        dump = self._rules.dump
        for key, account in self._touched.items():
            self.rows[key] = dump(account, shared)
        self._touched = {}
        return self.rows
