"""Accounts that stay in memory: about as many as allowed, those used last."""

from collections.abc import Collection
from typing import Generic

from huikuan.eventlog.rules import A


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
