"""What is wrong with a service's following: gaps in what publishers said."""

import time
from typing import Generic

from huikuan.eventlog.ownership import Ownership
from huikuan.eventlog.rules import A, S

GAP_ALARM_S = 60.0


class Health(Generic[S, A]):
    """Watches the partitions that this process holds."""

    def __init__(self, ownership: Ownership[S, A]) -> None:
        self._ownership = ownership
        self._gaps: dict[tuple[int, str, int], float] = {}

    def watch(self) -> None:
        """Look for seqs that are missing; to be called now and then."""
        now = time.monotonic()
        found = {
            (partition, publisher, seq)
            for partition, held in list(self._ownership.held.items())
            for publisher, seq in list(held.following.gaps.items())
        }
        self._gaps = {gap: self._gaps.get(gap, now) for gap in found}

    def report(self) -> dict[str, object]:
        """The partitions held, and the gaps that have lasted too long."""
        self.watch()
        now = time.monotonic()
        return {
            "partitions": sorted(self._ownership.held),
            "alarms": [
                f"partition {partition}: {publisher} said nothing under seq {seq}, but more after"
                for (partition, publisher, seq), since in sorted(self._gaps.items())
                if now - since >= GAP_ALARM_S
            ],
        }
