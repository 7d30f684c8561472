"""The public topic: every word once, in order, as a CloudEvent, whoever restarts."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from huikuan.eventlog.log import AppendUnknownError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.record import Entry, Meta, Record
from huikuan.events.ledger import BusinessDayOpened
from services.notifier.publish import PublicTopic
from services.notifier.service import open_public_topic
from tests.notifier.world import World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}


def june(day: int) -> date:
    return date(2012, 6, day)


def records(topic: MemoryLog) -> list[Record]:
    return [
        record
        for partition in range(topic.partitions)
        for batch in topic.scan(partition, 0, topic.end(partition))
        for record in batch
    ]


def events(topic: MemoryLog) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in records(topic)]


def publisher(world: World, topic: MemoryLog) -> PublicTopic:
    service = world.notifier.service
    return PublicTopic(topic, service.database, service.feed, service.epochs)


def overdue(world: World, debtors: int = 5) -> None:
    world.adopt(policy(REMIND, STOP))
    for number in range(debtors):
        world.fact(owed(f"A{number}", "100.00", date(2012, 5, 31)), f"debtor-{number}")
    world.open(june(1))
    world.open(june(5))


def test_what_is_public_is_on_the_topic_under_its_debtors_key(world: World) -> None:
    overdue(world)
    topic = MemoryLog(2, keep_duplicates=True)
    assert publisher(world, topic).send() == 10
    first = events(topic)[0]
    assert first["specversion"] == "1.0"
    assert first["type"] == "huikuan.escalation.raised.v1"
    assert first["source"] == "huikuan/notifier"
    assert first["datacontenttype"] == "application/json"
    assert first["data"]["step"] == "reminder"
    assert all(
        record.key == event["subject"] and record.partition == partition_of(record.key, 2)
        for record, event in zip(records(topic), events(topic), strict=True)
    )
    fed = [item["id"] for item in world.get("/escalations", limit=1_000)["items"]]
    assert sorted(event["id"] for event in events(topic)) == sorted(fed)


def test_a_restart_goes_on_where_the_topic_ends(world: World) -> None:
    overdue(world)
    topic = MemoryLog(2, keep_duplicates=True)
    publisher(world, topic).send()
    world.fact(paid("P", "100.00", june(5)), "debtor-3")
    world.drain()
    again = publisher(world, topic)
    assert again.send() == 2
    assert again.send() == 0
    ids = [event["id"] for event in events(topic)]
    assert len(ids) == len(set(ids)) == 12


def ids_after_a_doubt(world: World, topic: MemoryLog) -> list[str]:
    """What is on a topic whose first append is unknown, once the next sending is done."""
    overdue(world)
    sending = publisher(world, topic)
    with pytest.raises(AppendUnknownError):
        sending.send()
    sending.send()
    return [event["id"] for event in events(topic)]


class Doubtful(MemoryLog):
    """Writes, and does not say so, once."""

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        super().append(partition, entries)
        if not self.said_so:
            self.said_so = True
            raise AppendUnknownError("nobody knows")

    said_so = False


def test_an_append_that_may_have_been_written_is_looked_up_and_not_repeated(world: World) -> None:
    ids = ids_after_a_doubt(world, Doubtful(2, keep_duplicates=True))
    assert len(ids) == len(set(ids)) == 10


class Failing(MemoryLog):
    """Writes nothing, and says that it does not know, once."""

    def append(self, partition: int, entries: Sequence[Entry]) -> None:
        if not self.failed:
            self.failed = True
            raise AppendUnknownError("nobody knows")
        super().append(partition, entries)

    failed = False


def test_an_append_that_failed_is_made_up_for(world: World) -> None:
    assert len(ids_after_a_doubt(world, Failing(2, keep_duplicates=True))) == 10


def test_whoever_gets_a_partition_back_does_not_repeat_what_another_sent(world: World) -> None:
    overdue(world)
    topic = MemoryLog(2, keep_duplicates=True)
    service = world.notifier.service
    epoch = 1
    mine = PublicTopic(topic, service.database, service.feed, lambda: {0: epoch, 1: epoch})
    assert mine.send() == 10
    world.fact(paid("P", "100.00", june(5)), "debtor-3")
    world.drain()
    assert publisher(world, topic).send() == 2
    epoch = 3
    assert mine.send() == 0


def test_a_stop_goes_out_once_the_gate_lets_it_though_nothing_more_was_said(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    topic = MemoryLog(2, keep_duplicates=True)
    sending = publisher(world, topic)
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.fact(owed("B", "1.00", date(2012, 6, 30)))
    world.step(records=1)
    world.step(records=1)
    assert world.notifier.service.read("acme")[0].case.open[0].status == "raised"
    assert (sending.send(), sending.send()) == (0, 0)
    world.drain()
    assert (sending.send(), sending.send()) == (1, 0)


def test_a_stranger_on_the_topic_hides_nothing(world: World) -> None:
    overdue(world)
    topic = MemoryLog(2, keep_duplicates=True)
    for partition in range(2):
        stranger = Meta("stranger", 999, "x", "y", 1)
        topic.append(partition, [Entry("who", b"", stranger), Entry("who", b"", None)])
    assert publisher(world, topic).send() == 10


def test_what_was_superseded_says_so(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(4))
    world.everybody(BusinessDayOpened(date=june(5)), "day/2012-06-05")
    world.fact(paid("P", "100.00", june(5)))
    world.drain()
    topic = MemoryLog(2)
    publisher(world, topic).send()
    assert [(each["type"].split(".")[2], each["superseded"]) for each in events(topic)] == [
        ("raised", True),
        ("retracted", True),
    ]


@pytest.mark.parametrize(
    ("log", "topic"),
    [
        ("memory://host:1/huikuan.log", "/huikuan.escalations"),
        ("memory://host:1", "/huikuan.escalations"),
        ("memory://host:1/t7", "/t7.escalations"),
    ],
)
def test_the_topic_stands_beside_its_log(
    log: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("services.notifier.service.open_log", lambda url, **_: opened.append(url))
    open_public_topic(log, 2)
    assert opened == [log.removesuffix("/huikuan.log").removesuffix("/t7") + topic]
