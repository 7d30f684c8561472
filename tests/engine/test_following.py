"""What following one partition promises, without a database."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from huikuan.eventlog.due import REVIEWS_MAX, Store
from huikuan.eventlog.follow import Following
from huikuan.eventlog.follow_by_key import FollowingByKey
from huikuan.eventlog.follow_in_order import FollowingInOrder
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.record import Record
from huikuan.eventlog.refold import Refolding
from tests.engine import one_partition
from tests.engine.acting import Feed, records_of
from tests.engine.histories import Action, act, actions
from tests.engine.one_partition import Found, Memory, Shadow, fold_anew
from tests.engine.toy import PUBLISHERS, Account, CountingRules, Shared, ToyRules

ToyFollowing = Following[Shared, Account]
Way = one_partition.Way[Shared, Account]


def records_made(history: list[Action]) -> list[Record]:
    log = MemoryLog(1)
    act(Feed(log), history)
    return list(records_of(log, 0))


def in_order(store: Store, resident: int) -> ToyFollowing:
    return FollowingInOrder(ToyRules(), 0, store, PUBLISHERS, resident, 1)


def by_key(store: Store, resident: int) -> ToyFollowing:
    return FollowingByKey(CountingRules(), 0, store, PUBLISHERS, resident, 1)


ways = st.sampled_from([in_order, by_key])


def follow(
    records: Sequence[Record], cuts: Sequence[int], resident: int = 1_000, way: Way = in_order
) -> Found:
    """See ``one_partition.follow``."""
    return one_partition.follow(way, records, cuts, resident)


@given(actions, st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 4), ways)
def test_cuts_and_evictions_do_not_matter(
    history: list[Action], cuts: list[int], resident: int, way: Way
) -> None:
    records = records_made(history)
    assert follow(records, cuts, resident, way) == follow(records, [len(records) or 1], way=way)


@given(actions, st.data(), ways)
def test_duplicates_and_gaps_that_are_filled_do_not_matter(
    history: list[Action], data: st.DataObject, way: Way
) -> None:
    records = [record for record in records_made(history) if record.meta]
    sent: list[Record] = []
    for index, record in enumerate(records):
        first = max(0, index - data.draw(st.integers(0, 3)))
        ahead = data.draw(st.integers(0, 2))
        sent += records[index + 1 : index + 1 + ahead]
        sent += records[first:index]
        sent.append(record)
    placed = [Record(0, place, r.key, r.value, r.meta) for place, r in enumerate(sent)]
    assert follow(placed, [5], way=way) == follow(records, [5], way=way)


@given(actions, st.lists(st.integers(1, 9), min_size=1, max_size=9), ways)
def test_folding_without_deciding_arrives_where_following_did(
    history: list[Action], rounds: list[int], way: Way
) -> None:
    records = records_made(history)
    live, said, _, seqs = follow(records, [7], way=way)
    rows, read = fold_anew(way(Memory(), 1).rules, PUBLISHERS, records, said, rounds)
    assert read == seqs
    assert rows == live


def test_what_waited_for_its_day_counts_before_what_comes_next() -> None:
    history: list[Action] = [("points", "a", 0, 5), ("points", "b", 1, 2), ("day", 1)]
    history += [("points", "a", -1, 0), ("points", "b", 0, -1), ("points", "a", 0, -5)]
    records = records_made(history)
    live, said, _, _ = follow(records, [100])
    assert said == []
    shadow = Shadow(records)
    refolding = Refolding(ToyRules(), 0, shadow, PUBLISHERS, 1)
    refolding.take(records)
    shadow.rows = refolding.finish()
    assert shadow.rows == live


def test_what_waited_in_an_earlier_round_counts_when_its_day_opened() -> None:
    records = records_made([("day", 1), ("points", "a", 1, 5), ("points", "b", 5, 5), ("day", 1)])
    shadow = Shadow(records)
    refolding = Refolding(ToyRules(), 0, shadow, PUBLISHERS, 1)
    refolding.take(records[:3])
    shadow.rows.update(refolding.finish())
    refolding.take(records[3:])
    changed = refolding.finish()
    assert set(changed) == {"", "a"}
    assert {**shadow.rows, **changed} == follow(records, [1])[0]


def test_reviews_beyond_one_transaction_go_on_after_the_cursor() -> None:
    records = records_made(
        [("day", 1)]
        + [("points", f"k{number:04}", 0, 1) for number in range(REVIEWS_MAX + 5)]
        + [("limit", 1), ("points", "k0000", 0, -1)]
    )
    memory = Memory()
    following = FollowingInOrder(ToyRules(), 0, memory, PUBLISHERS, 10_000, 1)
    stopped = following.take(records, 0)
    assert stopped == len(records) - 2
    assert following.reviewed == REVIEWS_MAX
    assert following.cursor is not None
    assert following.cursor.after == f"k{REVIEWS_MAX - 1:04}"
    assert len(following.sayings) == REVIEWS_MAX
    assert following.position == records[stopped].position
    memory.keep(following)
    following.clear()
    assert following.take(records, stopped) == len(records)
    assert [saying.id for saying in following.sayings] == [
        *(f"toy/feed-0-{REVIEWS_MAX + 7}/k{n:04}/0" for n in range(REVIEWS_MAX, REVIEWS_MAX + 5)),
        f"toy/feed-0-{REVIEWS_MAX + 8}/k0000/1",
    ]


def test_a_day_is_weighed_whole_before_its_first_review() -> None:
    keys = [f"k{number:04}" for number in range(REVIEWS_MAX + 5)]
    records = records_made([*(("points", key, 0, 1) for key in keys), ("day", 3), ("nothing",)])
    memory = Memory()
    following = FollowingInOrder(ToyRules(), 0, memory, PUBLISHERS, 10_000, 1)
    stopped = following.take(records, 0)
    assert stopped == len(records) - 2
    assert (following.weighed, following.reviewed) == (REVIEWS_MAX, 0)
    memory.keep(following)
    following.clear()
    assert following.take(records, stopped) == stopped
    assert (following.weighed, following.reviewed) == (5, REVIEWS_MAX)
    assert [saying.type for saying in following.sayings] == ["hushed"]
    memory.keep(following)
    following.clear()
    assert following.take(records, stopped) == len(records)
    assert following.sayings == []
