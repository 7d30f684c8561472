"""Whoever must obey hears everything once and in order, by pages or by stream."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.journeys import portfolio
from tests.journeys.installation import Answer, Installation, serving
from tests.journeys.streams import Told, stream

PORTFOLIO = portfolio.days(seed=7, debtors=60, length_days=70)


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
        whole = huikuan.feed()  # when all is out, however long that took
        heard = [each.entry for each in told]

    assert heard
    assert _per_debtor(known + heard) == _per_debtor(whole)


def test_what_the_feed_tells_adds_up_to_each_history(huikuan: Installation) -> None:
    last: dict[str, Answer] = {each["escalation"]: each for each in huikuan.feed()}
    per_debtor: dict[str, Answer] = defaultdict(dict)
    for each in last.values():
        per_debtor[each["debtor"]][each["escalation"]] = each["status"]

    for debtor, statuses in per_debtor.items():
        history = huikuan.escalations(debtor)["history"]
        assert {each["escalation"]: each["status"] for each in history} == statuses


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
