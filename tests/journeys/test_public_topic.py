"""Subscribers of the topic ``huikuan.escalations`` hear what the feed tells, once and in order."""

from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from tests.journeys import portfolio
from tests.journeys.installation import Answer, serving
from tests.rig.parts import Parts

PORTFOLIO = portfolio.days(seed=8, debtors=60, length_days=60)


@pytest.mark.parametrize("log", ["kafka", "librdkafka"])
def test_the_public_topic_has_every_word_once_as_a_cloudevent(
    home: Path, parts: Parts, log: str
) -> None:
    settings = parts("sqlite", log)
    with serving(home, settings) as huikuan:
        huikuan.adopt(portfolio.LADDER)
        portfolio.play(huikuan, PORTFOLIO)
        feed = huikuan.feed()
    assert len(feed) > 30

    published = _published(settings["HUIKUAN_LOG_URL"])

    told = [(each["subject"], each["id"]) for each in published]
    assert Counter(told) == Counter((each["debtor"], each["id"]) for each in feed)
    per_debtor, wanted = defaultdict(list), defaultdict(list)
    for debtor, word in told:
        per_debtor[debtor].append(word)
    for each in feed:
        wanted[each["debtor"]].append(each["id"])
    assert per_debtor == wanted
    statuses = {each["id"]: each["status"] for each in feed}
    for each in published:
        assert each["specversion"] == "1.0"
        assert each["type"] == f"huikuan.escalation.{statuses[each['id']]}.v1"


def _published(log_url: str) -> list[Answer]:
    """What a subscriber of ours, who knows only Kafka and JSON, would have got by now."""
    bootstrap, topic = log_url.partition("?")[0].removeprefix("kafka://").split("/")
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, consumer_timeout_ms=3000)
    name = f"{topic}.escalations"
    consumer.assign([TopicPartition(name, at) for at in consumer.partitions_for_topic(name)])
    consumer.seek_to_beginning()
    events = []
    for record in consumer:
        event: Answer = msgspec.json.decode(record.value)
        assert record.key.decode() == event["subject"]
        events.append(event)
    consumer.close()
    return events
