"""Records that were taken and are not committed yet, by key."""

from collections.abc import Sequence

from huikuan.eventlog.record import Record


class TakenByKey:
    """A list that grows, put in order of keys only where somebody asks: few turns need it."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._by_key: dict[str, list[Record]] = {}
        self._indexed = 0

    def of(self, key: str) -> Sequence[Record]:
        """A key's records so far, in order."""
        for record in self._records[self._indexed :]:
            self._by_key.setdefault(record.key, []).append(record)
        self._indexed = len(self._records)
        return self._by_key.get(key, ())
