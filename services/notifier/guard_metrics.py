"""What Prometheus reads about guards."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.notifier.alarms import alarms_of, tripped_days
from services.notifier.domain.objections import OBJECTIONS
from services.notifier.following import Following
from services.notifier.rules import case_in


class GuardMetrics(Collector):
    """How many steps the breaker holds, records that wait to be settled, and alarms."""

    def __init__(self, service: Following) -> None:
        self._service = service
        self._counted: tuple[dict[int, int], Counter[str]] = ({}, Counter())
        """How far all was folded when steps were counted last, and what was counted."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of the service when it is registered."""
        yield from _families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers as of now."""
        shareds = self._service.shared_everywhere()
        held = sum(
            verdict.steps
            for verdicts, released in tripped_days(shareds).values()
            for verdict in verdicts.values()
            if released is None
        )
        numbers = (held, self._service.count_set_aside(), len(list(alarms_of(shareds))))
        *families, behind, by_reason = _families()
        for family, number in zip(families, numbers, strict=True):
            family.add_metric([], number)
            yield family
        for feed in shareds[0].feeds:
            if day := shareds[0].setting.open_on:
                behind.add_metric([feed.source, feed.feed], (day - feed.through_on).days)
        yield behind
        held_for = self._held_for()
        for reason in sorted(OBJECTIONS):
            by_reason.add_metric([reason], held_for[reason])
        yield by_reason

    def _held_for(self) -> Counter[str]:
        """Steps by the guard that holds them; counted anew where something was folded since."""
        reached = self._service.positions()
        if reached != self._counted[0]:
            self._counted = (reached, self._count_held())
        return self._counted[1]

    def _count_held(self) -> Counter[str]:
        """Who has one is looked at again on the next day, so no others are looked at here."""
        day = self._service.shared().setting.open_on
        if day is None:
            return Counter()
        tomorrow = day + timedelta(days=1)
        return Counter(
            each.held
            for _, _, rows in self._service.to_review(lambda _: tomorrow)
            for _, row in rows
            for each in case_in(row.body).open
            if each.held is not None
        )


def _families() -> list[GaugeMetricFamily]:
    return [
        GaugeMetricFamily(
            "huikuan_breaker_steps_held",
            "Steps that the breaker held on days that nobody released.",
        ),
        GaugeMetricFamily(
            "huikuan_set_aside_records",
            "Foreign or unreadable records that keep their debtors from new steps.",
        ),
        GaugeMetricFamily("huikuan_guard_alarms", "What the guards want a person to look at."),
        GaugeMetricFamily(
            "huikuan_feed_days_behind",
            "Days from the date through which a feed is complete to the open business day.",
            labels=["source", "feed"],
        ),
        GaugeMetricFamily(
            "huikuan_steps_held", "Steps that a guard holds, by its reason.", labels=["reason"]
        ),
    ]
