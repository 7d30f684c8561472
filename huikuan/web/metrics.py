"""What Prometheus reads: requests of one app, and how far its service is behind the log."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Scope

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Behind(Protocol):
    """A service that can say how many records of each partition it has still to fold."""

    def lag(self) -> dict[int, int]:
        """Records by partition."""


class Metrics:
    """One app's numbers, in a registry of its own because three apps may share a process."""

    def __init__(self, behind: Behind | None = None, collectors: Iterable[Collector] = ()) -> None:
        self.registry = CollectorRegistry()
        # Labels are the route's template, never the path: paths name debtors and are countless.
        labels = ("method", "route", "status")
        self._requests = Counter(
            "huikuan_http_requests", "Requests answered.", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "huikuan_http_request_seconds",
            "Seconds from the request's head to the end of the answer.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        if behind is not None:
            self.registry.register(_Lag(behind))
        for collector in collectors:
            self.registry.register(collector)

    def observe(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answered request."""
        route = _template_of(scope) or "unmatched"
        method = scope["method"] if route != "unmatched" else ""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def respond(self) -> Response:
        """The page that Prometheus reads."""
        return Response(generate_latest(self.registry), media_type=MEDIA_TYPE)


def _template_of(scope: Scope) -> str:
    route = scope.get("route")
    # Where nothing matched it is still that of the front, which leads to this whole app.
    return "" if isinstance(route, Mount) else str(getattr(route, "path", ""))


class _Lag(Collector):
    def __init__(self, behind: Behind) -> None:
        self._behind = behind

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of the service when it is registered."""
        yield self._family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = self._family()
        for partition, records in self._behind.lag().items():
            family.add_metric([str(partition)], records)
        yield family

    @staticmethod
    def _family() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "huikuan_lag_records",
            "Records on the log that are not folded yet.",
            labels=["partition"],
        )
