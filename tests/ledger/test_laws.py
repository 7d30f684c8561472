"""The ledger under a whole portfolio: rebuilt it is the same, in any order it comes to the same.

The laws themselves are held, example by example, where they live (`tests/debtor`, `tests/engine`);
here they are held for the ledger as it is put together.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.debtor.account import Account
from huikuan.debtor.setting import Setting
from huikuan.eventlog.due import Store
from huikuan.eventlog.follow_by_key import FollowingByKey
from huikuan.eventlog.record import EVERYBODY, Meta, Record
from huikuan.eventlog.service import PUBLISHERS
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import PolicyAdopted
from services.ledger.rules import LedgerRules
from services.sample import Fact, portfolio
from tests.debtor.test_laws import Arrival, History, arrivals
from tests.debtor.words import day
from tests.engine.one_partition import fold_anew, follow
from tests.ledger.desk import Desk, Json, a_desk

FIRST_DAY = date(2026, 1, 1)
DAYS = 60
PARCEL = 40
EXAMPLES = max(5, settings().max_examples // 40)
"""Each makes a database and folds a portfolio, which takes a good second."""


@contextmanager
def some_desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as home, a_desk(Path(home)) as desk:
        yield desk


def envelope(fact: Fact) -> Json:
    return {
        "specversion": "1.0",
        "id": fact.id,
        "source": "sample",
        "type": fact.event.TYPE,
        "subject": fact.debtor,
        "data": msgspec.json.decode(encode(fact.event)),
    }


def facts_by_seed(seed: int) -> list[Fact]:
    return list(portfolio(seed, 6, FIRST_DAY, DAYS, invoices_per_debtor=5))


def live_through(desk: Desk, facts: Iterable[Fact], cuts: random.Random) -> None:
    """Facts as they become known, the days between them, folded at any moment."""
    for known_on, known in groupby(facts, key=lambda fact: fact.known_on):
        desk.open_day(known_on.isoformat())
        desk.accept(*map(envelope, known))
        if not cuts.randrange(4):
            desk.ledger.service.step()
    desk.open_day((FIRST_DAY + timedelta(days=DAYS)).isoformat())


def answers(desk: Desk) -> list[Json]:
    debtors = [each["debtor"] for each in desk.ask("/v1/debtors")["items"]]
    days = [FIRST_DAY + timedelta(days=each) for each in (DAYS, DAYS // 2, 5)]
    return [
        desk.ask(path, as_of=day.isoformat())
        for path in ["/v1/ageing", *(f"/v1/debtors/{debtor}" for debtor in debtors)]
        for day in days
    ]


def following(store: Store, resident: int) -> FollowingByKey[Setting, Account]:
    return FollowingByKey(LedgerRules(), 0, store, PUBLISHERS, resident, 1)


def as_records(arriving: Iterable[Arrival]) -> list[Record]:
    """What the ledger, and for a policy the notifier, put on the log of what arrives."""
    seqs: Counter[str] = Counter()
    records = []
    for at, each in enumerate([1, *arriving, DAYS]):
        key, name, event = _said(at, each)
        publisher = "notifier" if isinstance(event, PolicyAdopted) else "ledger"
        seqs[publisher] += 1
        meta = Meta(publisher, seqs[publisher], name, event.TYPE, at)
        records.append(Record(0, at, key, encode(event), meta))
    return records


def _said(at: int, each: Arrival) -> tuple[str, str, Event]:
    if isinstance(each, int):
        return EVERYBODY, f"day/{at}", BusinessDayOpened(date=day(each))
    if isinstance(each, PolicyAdopted):
        return EVERYBODY, f"policy/{at}", each
    name, event = each
    return f"D{len(name) % 2}", name, event


@given(arrivals(), st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_folding_anew_arrives_where_following_did(history: History, sizes: list[int]) -> None:
    """Wherever either is cut, whatever the order of arrival; law 1 without a database."""
    records = as_records(history[1])
    live = follow(following, records, sizes, 2)
    rows, seqs = fold_anew(LedgerRules(), PUBLISHERS, records, [], sizes[::-1])
    assert rows == live.rows
    assert seqs == live.seqs


@given(st.integers(0, 10_000))
@settings(max_examples=EXAMPLES)
def test_a_rebuilt_ledger_is_the_same_byte_for_byte(seed: int) -> None:
    with some_desk() as desk:
        live_through(desk, facts_by_seed(seed), random.Random(seed))
        before = answers(desk)
        report = desk.ledger.service.rebuild(verify=True)
        assert report.compared
        assert report.differences == []
        assert answers(desk) == before
        assert desk.ask("/health/invariants")["violations"] == []


@given(st.integers(0, 10_000))
@settings(max_examples=EXAMPLES)
def test_facts_in_any_order_come_to_the_same(seed: int) -> None:
    facts = facts_by_seed(seed)
    with some_desk() as desk:
        live_through(desk, facts, random.Random(seed))
        as_they_came = answers(desk)
    shuffled = [envelope(fact) for fact in facts]
    random.Random(seed).shuffle(shuffled)
    with some_desk() as desk:
        for start in range(0, len(shuffled), PARCEL):
            desk.accept(*shuffled[start : start + PARCEL])
            if start == PARCEL:
                desk.open_day((FIRST_DAY + timedelta(days=DAYS // 2)).isoformat())
        desk.open_day((FIRST_DAY + timedelta(days=DAYS)).isoformat())
        assert answers(desk) == as_they_came
        assert desk.ask("/health/invariants")["violations"] == []
