"""Whoever must obey hears everything once and in order, by pages, by stream or from Kafka."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from tests.journeys import portfolio
from tests.journeys.installation import Answer, Installation, serving
from tests.journeys.streams import Told, stream
from tests.rig.parts import Parts

pytestmark = pytest.mark.xdist_group("feed")  # one installation serves most
PORTFOLIO = portfolio.days(seed=7, debtors=60, length_days=100)


@pytest.fixture(scope="module")
def huikuan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with serving(tmp_path_factory.mktemp("feed")) as installation:
        installation.adopt(portfolio.LADDER)
        portfolio.play(installation, PORTFOLIO)
        yield installation


def test_a_page_of_any_size_continues_where_the_last_one_ended(huikuan: Installation) -> None:
    whole = huikuan.feed()
    assert len(whole) > 100

    for limit in (1, 7, 1000):
        assert list(huikuan.pages("notifier", "/v1/escalations", limit=limit)) == whole
    _is_told_once_and_in_order(whole)
    cursors = [each["cursor"] for each in whole]
    assert len(set(cursors)) == len(cursors)


def test_the_stream_tells_what_the_pages_tell(huikuan: Installation) -> None:
    with stream(huikuan) as told:
        heard = list(told)

    assert [each.entry for each in heard] == huikuan.feed()
    assert [each.cursor for each in heard] == [each["cursor"] for each in huikuan.feed()]


def test_a_listener_who_is_cut_off_again_and_again_misses_nothing(huikuan: Installation) -> None:
    heard: list[Told] = []
    whole = huikuan.feed()
    while len(heard) < len(whole):
        with stream(huikuan, heard[-1].cursor if heard else "") as told:
            heard += islice(told, random.randint(1, 30))

    assert [each.entry for each in heard] == whole


def test_a_listener_hears_what_happens_while_he_listens(huikuan: Installation) -> None:
    known = huikuan.feed()
    with stream(huikuan, known[-1]["cursor"]) as told:
        huikuan.open_day("2013-04-25")
        heard = [each.entry for each in told]

    assert heard
    assert _per_debtor(known + heard) == _per_debtor(huikuan.feed())


def test_what_the_feed_tells_adds_up_to_each_history(huikuan: Installation) -> None:
    last: dict[str, Answer] = {each["escalation"]: each for each in huikuan.feed()}
    per_debtor: dict[str, Answer] = defaultdict(dict)
    for each in last.values():
        per_debtor[each["debtor"]][each["escalation"]] = each["status"]

    for debtor, statuses in per_debtor.items():
        history = huikuan.escalations(debtor)["history"]
        assert {each["escalation"]: each["status"] for each in history} == statuses


@pytest.mark.parametrize("log", ["kafka", "librdkafka"])
def test_the_public_topic_has_every_word_once_as_a_cloudevent(
    home: Path, parts: Parts, log: str
) -> None:
    settings = parts("sqlite", log)
    with serving(home, settings) as huikuan:
        huikuan.adopt(portfolio.LADDER)
        portfolio.play(huikuan, PORTFOLIO[:60])
        huikuan.settle()
        feed = huikuan.feed()
    assert len(feed) > 30

    published = _published(settings["HUIKUAN_LOG_URL"])

    told = [(each["subject"], each["id"]) for each in published]
    assert Counter(told) == Counter((each["debtor"], each["id"]) for each in feed)
    per_debtor = defaultdict(list)
    for debtor, word in told:
        per_debtor[debtor].append(word)
    assert per_debtor == _per_debtor(feed)
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


def _per_debtor(feed: list[Answer]) -> dict[str, list[str]]:
    """Between debtors there is no order: whoever reads late sees them mixed otherwise."""
    told = defaultdict(list)
    for each in feed:
        told[each["debtor"]].append(each["id"])
    return told


def _is_told_once_and_in_order(feed: list[Answer]) -> None:
    words = Counter((each["escalation"], each["status"]) for each in feed)
    assert set(words.values()) == {1}
    last_seq: dict[str, int] = {}
    raised: set[str] = set()
    for each in feed:
        if each["hold_seq"] is not None:
            assert each["hold_seq"] > last_seq.get(each["debtor"], 0), each
            last_seq[each["debtor"]] = each["hold_seq"]
        if each["status"] == "raised":
            raised.add(each["escalation"])
        if each["status"] in {"lifted", "retracted"}:
            assert each["escalation"] in raised, "nothing ends that nobody heard begin"
