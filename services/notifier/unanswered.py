"""Which steps were not acknowledged in time: for the list of holds, for health and metrics."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from huikuan.web.wording import Words
from services.notifier.domain.acknowledging import is_overdue
from services.notifier.following import Following
from services.notifier.rules import AWAITED
from services.notifier.watched import zone_on

COUNTED_MAX = 1_000
"""Debtors looked at: an alarm about so many needs no exact number."""


class Unanswered(Collector):
    """How many steps were not acknowledged in time; among the first ``COUNTED_MAX`` debtors."""

    def __init__(self, service: Following) -> None:
        self._service = service

    def count(self) -> int:
        """Steps in force whose obeying system is late."""
        shared = self._service.shared()
        day = shared.setting.open_on
        if day is None:
            return 0
        rows = self._service.rows(label=AWAITED, limit=COUNTED_MAX)
        load = self._service.rules.load
        return sum(
            is_overdue(each, shared.policies, zone_on(watched), day)
            for watched in (load(debtor, row.body) for debtor, row in rows)
            for each in watched.case.in_force()
        )

    def alarms(self) -> list[Words]:
        """A sentence, where somebody must look."""
        late = self.count()
        en = f"{late} steps in force were not acknowledged in time"
        return [Words(en, f"有 {late} 个生效中的措施未按时确认")] if late else []

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of the service when it is registered."""
        yield _family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The number as of now."""
        family = _family()
        family.add_metric([], self.count())
        yield family


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "huikuan_unacknowledged_steps",
        "Steps in force that the obeying system has not acknowledged in time.",
    )
