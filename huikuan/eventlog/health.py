"""What an operator must know of a service's following: what lags, what is missing, what is away."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic

from huikuan.eventlog.ownership import Ownership
from huikuan.eventlog.rules import A, S
from huikuan.eventlog.turning import WORLD

GAP_ALARM_S = 60.0


class Health(Generic[S, A]):
    """Watches the partitions that this process holds, and whether database and log answer."""

    def __init__(
        self,
        ownership: Ownership[S, A],
        lag: Callable[[], Mapping[int, int]],
        set_aside: Callable[[], int],
    ) -> None:
        self._ownership, self._lag, self._set_aside = ownership, lag, set_aside
        self._gaps: dict[tuple[int, str, int], float] = {}

    def report(self, threads: Mapping[str, object]) -> dict[str, Any]:
        """How ``threads`` are, with what is watched here; ``ready`` only where all answers.

        ``alarms`` are in English and in Chinese.
        """
        told = {**threads, "partitions": sorted(self._ownership.held), "alarms": self._alarms()}
        try:
            return {**told, "lag": sum(self._lag().values()), "set_aside": self._set_aside()}
        except WORLD as away:
            return {**told, "ready": False, "away": f"{type(away).__name__}: {away}"}

    def _alarms(self) -> list[tuple[str, str]]:
        """Seqs that have been missing for too long although later ones were seen."""
        now = time.monotonic()
        found = {
            (partition, publisher, seq)
            for partition, held in list(self._ownership.held.items())
            for publisher, seq in list(held.following.gaps.items())
        }
        self._gaps = {gap: self._gaps.get(gap, now) for gap in found}
        return [
            (
                f"partition {partition}: {publisher} said nothing under seq {seq}, but more after",
                f"分区 {partition}：{publisher} 缺少序号 {seq}，其后的已到达",
            )
            for (partition, publisher, seq), since in sorted(self._gaps.items())
            if now - since >= GAP_ALARM_S
        ]
