"""What Prometheus reads about the quarantine: how much waits for a person."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.ledger.quarantine import Quarantine


class QuarantineMetrics(Collector):
    """Conflicts and records that nobody settled yet; each keeps its debtor from new steps."""

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of the service when it is registered."""
        yield _family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The numbers as of now."""
        family = _family()
        for kind, number in self._quarantine.waiting().items():
            family.add_metric([kind], number)
        yield family


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "huikuan_quarantine_waiting",
        "Conflicts and records set aside that wait for a person.",
        labels=["kind"],
    )
