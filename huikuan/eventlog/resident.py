"""The accounts of a partition that are in memory: those used last, and those that changed."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Generic

from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import A, Outlook, Row, Rules, S


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
        self.outlooks: dict[str, Outlook] = {}
        """Of what changed and waits for its commit, as of when a record last touched it."""
        self.reviews: dict[str, date] = {}
        """The review dates among the outlooks, for most have none."""
        self._rules, self._read = rules, load
        self._resident: Resident[A] = Resident(resident)
        self._changed: dict[str, A] = {}
        self._touched: dict[str, A] = {}
        self._departed: dict[str, A] = {}
        """What changed before, and is being committed: not to be read meanwhile."""

    def depart(self) -> None:
        """What changed is being committed."""
        self._departed = self._changed
        self.outlooks, self.reviews, self._changed, self._touched = {}, {}, {}, {}

    def landed(self) -> None:
        """What departed is committed."""
        self._departed = {}

    def get(self, key: str) -> A:
        """An account, blank where nothing is known of the key."""
        account = self._changed.get(key)
        if account is None:
            account = self._resident.get(key)
        if account is None:
            account = self._departed.get(key)
        if account is None:
            self.bring([key])
            account = self._resident.get(key)
        if account is None:
            raise AssertionError("an account that was just brought is resident")
        return account

    def touch(self, key: str) -> A:
        """An account that is going to change."""
        account = self._touched[key] = self._changed[key] = self.get(key)
        return account

    def bring(self, keys: Collection[str]) -> None:
        """Bring accounts into memory, with one question for all that are not there."""
        absent = self.absent(keys)
        if absent:
            self.place(absent, self._read(absent))

    def absent(self, keys: Collection[str]) -> set[str]:
        """Those of these keys that are not in memory."""
        absent = self._resident.missing(keys)
        absent.difference_update(self._changed, self._departed)
        absent.discard(EVERYBODY)
        return absent

    def place(self, absent: Collection[str], committed: Mapping[str, bytes]) -> None:
        """Bring absent keys into memory, given the committed bodies of those that have one."""
        rules = self._rules
        for key in absent:
            body = committed.get(key)
            account = rules.blank(key) if body is None else rules.load(key, body)
            self._resident.put(key, account)

    def reviewed(self, key: str, account: A, shared: S) -> None:
        """An account was looked at, and may have changed."""
        self._changed[key] = account
        self._look_ahead(key, account, shared)

    def settle(self, shared: S) -> None:
        """Look ahead for what was touched, with what is shared now."""
        for key, account in self._touched.items():
            self._look_ahead(key, account, shared)
        self._touched = {}

    def rows(self) -> dict[str, Row]:
        """All that changed, settled, as it must be written."""
        body, changed = self._rules.body, self._changed
        return {key: Row(body(changed[key]), *look) for key, look in self.outlooks.items()}

    def _look_ahead(self, key: str, account: A, shared: S) -> None:
        outlook = self.outlooks[key] = self._rules.outlook(account, shared)
        if outlook[0] is not None:
            self.reviews[key] = outlook[0]
        elif self.reviews:
            self.reviews.pop(key, None)
