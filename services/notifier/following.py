"""The notifier's machinery: the service that all share, with the public gate behind each commit."""

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from huikuan.eventlog.commit import Reached
from huikuan.eventlog.lease import Claim
from huikuan.eventlog.log import Log
from huikuan.eventlog.record import Saying
from huikuan.eventlog.service import Service
from huikuan.eventlog.turning import Turning
from huikuan.web.wording import Words
from services.notifier.alarms import alarms_of
from services.notifier.bell import Bell
from services.notifier.domain.case import SAID_TYPES
from services.notifier.feed import feed_of
from services.notifier.gate import Gate, hurts_now
from services.notifier.rules import NotifierRules
from services.notifier.shared import Shared
from services.notifier.tables import add_tables
from services.notifier.watched import Watched

_REST_S = 0.001
"""Whoever must stop supplying is told at once."""
MIGRATIONS = Path(__file__).parent / "migrations"


class Following(Service[Shared, Watched]):
    """Follows the log; what was said goes out as soon as the gate lets it, and the bell rings."""

    def __init__(self, log: Log, database_url: str, **options: Any) -> None:
        """``options`` are those of ``Service``."""
        super().__init__(
            NotifierRules(),
            log,
            database_url,
            migrations=MIGRATIONS,
            public_types=SAID_TYPES,
            rest_s=_REST_S,
            **options,
        )
        self.tables = add_tables(self.core.metadata)
        self.feed = feed_of(self.core, self.tables)
        self.gate = Gate(self.database, self.tables, self.feed, self.outbox, log.end)
        self.bell = Bell()
        self.publishing: Turning | None = None
        """The loop that writes the public topic, while it turns."""
        self.alarms: list[Callable[[], list[Words]]] = []
        """What else knows of something that a person must look at."""
        self._ownership.claimed.append(self._look_at_claimed)

    def epochs(self) -> dict[int, int]:
        """The partitions that this process owns now, each with its epoch."""
        return self._ownership.epochs()

    def health(self) -> dict[str, Any]:
        """As every service's, with the publishing of the public topic among its parts."""
        health = super().health()
        if "away" not in health:
            guards = alarms_of(self.shared_everywhere())
            others = chain.from_iterable(alarms() for alarms in self.alarms)
            health = {**health, "alarms": [*health["alarms"], *guards, *others]}
        publishing = self.publishing
        if publishing is None:
            return health
        trouble = publishing.failure or publishing.trouble
        return {**health, "publishing": trouble, "ready": bool(health["ready"]) and not trouble}

    def shared_everywhere(self) -> list[Shared]:
        """What the debtors of each partition share."""
        return [self.shared(partition) for partition in range(self.partitions)]

    def _look_at_claimed(self, claims: Sequence[Claim]) -> None:
        self.gate.claimed([claim.partition for claim in claims])
        for claim in claims:
            self.gate.folded(claim.partition, claim.position)
        self.bell.ring()

    def _committed(self, reached: dict[int, Reached], said: dict[int, list[Saying]]) -> None:
        # The gate first: who waits for our position must find what went out by then.
        for partition, sayings in said.items():
            if any(map(hurts_now, sayings)):
                self.gate.said(partition, self.log.end(partition))
        released = [
            self.gate.folded(partition, each.position) for partition, each in reached.items()
        ]
        super()._committed(reached, said)
        if any(released) or any(said.values()):
            self.bell.ring()
