"""The story on real Kafka and real PostgreSQL, by the notifier's own threads."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from uuid import uuid4

import pytest

from huikuan.eventlog.open import open_log
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from huikuan.events.ledger import BusinessDayOpened
from services.notifier.following import Following
from services.notifier.service import Notifier, open_public_topic
from tests.notifier.test_story import FACTS_BEFORE, FOLLOWS, PAID, STEPS, june
from tests.notifier.world import Times, World
from tests.rig.servers import NewDatabase

PARTITIONS = 4
WAIT_S = 60.0


class Distributed(World):
    """The notifier folds by its own threads."""

    def drain(self) -> None:
        position = Position({"ledger": dict(self._seqs)})
        assert self.notifier.service.wait_for(position, WAIT_S)


@contextmanager
def distributed(log_url: str, database_url: str) -> Iterator[Distributed]:
    times = Times()
    with closing(open_log(log_url, partitions=PARTITIONS)) as log:
        service = Following(log, database_url, clock=times.now_ms)
        service.migrate()
        notifier = Notifier(service, lambda: open_public_topic(log_url, PARTITIONS))
        notifier.start()
        try:
            yield Distributed(log, notifier, times)
        finally:
            notifier.close()


def published(log_url: str, count: int) -> list[dict[str, object]]:
    """What subscribers of the public topic have, once there is so much of it."""
    deadline = time.monotonic() + WAIT_S
    with closing(open_public_topic(log_url, PARTITIONS)) as topic:
        partition = partition_of("acme", PARTITIONS)
        while topic.end(partition) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return [
            json.loads(record.value)
            for batch in topic.scan(partition, 0, topic.end(partition))
            for record in batch
        ]


@pytest.mark.slow
@pytest.mark.parametrize("client", ["kafka-python", "librdkafka"])
def test_the_story_from_kafka_into_postgres_and_back_onto_the_public_topic(
    kafka_bootstrap: str, postgres_url: NewDatabase, client: str
) -> None:
    log_url = f"kafka://{kafka_bootstrap}/story-{uuid4().hex[:12]}?client={client}"
    database_url = postgres_url(f"notifier_story_{uuid4().hex[:12]}")
    with distributed(log_url, database_url) as world:
        world.adopt()
        for fact in FACTS_BEFORE:
            world.fact(fact)
        open_days(world, 1, 1)
        for payment in PAID:
            world.fact(payment)
        open_days(world, 2, 2)
        world.fact(FOLLOWS)
        open_days(world, 3, 8)
        assert world.history() == STEPS[:1]
    # Another process takes over, having missed nothing.
    with distributed(log_url, database_url) as after:
        after._seqs = world._seqs
        after.times = world.times
        open_days(after, 9, 13)
        assert after.history() == STEPS
        ids = [event["id"] for event in published(log_url, len(STEPS))]
        assert after.feed() == [("acme", step, "raised") for step, _, _ in STEPS]
        assert ids == [item["id"] for item in after.get("/escalations")["items"]]
        report = after.notifier.service.rebuild(verify=True)
        assert report.differences == []


def open_days(world: World, first: int, last: int) -> None:
    """Open these days of June, as a ledger would, whether or not anybody has folded them."""
    day: date = june(first)
    while day <= june(last):
        world.everybody(BusinessDayOpened(date=day), f"day/{day}")
        day += timedelta(days=1)
    world.drain()
