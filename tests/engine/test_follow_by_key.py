"""What following key by key, by rules that only fold, promises beyond what all following does."""

from collections.abc import Collection
from datetime import date, timedelta

from huikuan.eventlog.due import REVIEWS_MAX
from huikuan.eventlog.record import Record
from tests.engine.acting import FIRST_DAY
from tests.engine.histories import Action
from tests.engine.one_partition import Memory
from tests.engine.test_following import by_key, follow, in_order, records_made


class Asked(Memory):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self.days: list[date | None] = []

    def histories(self, keys: Collection[str], stop: int) -> dict[str, list[Record]]:
        self.asked.append(list(keys))
        return dict(super().histories(keys, stop))

    def due(self, through: date | None, after: str, limit: int) -> list[str]:
        self.days.append(through)
        return super().due(through, after, limit)


def test_what_is_out_of_order_in_a_turn_is_folded_anew_with_one_question() -> None:
    before: list[Action] = [("day", 9), *(("points", key, 0, 5) for key in "abc")]
    late: list[Action] = [("points", key, -day, 2) for day in (1, 2) for key in "cab"]
    records, memory = records_made(before + late), Asked()
    following = by_key(memory, 100)
    for part in (records[: len(before)], records[len(before) :]):
        assert following.take(part, 0) == len(part)
        memory.keep(following)
        following.clear()
    assert memory.asked == [["a", "b", "c"]]
    assert memory.everyone() == follow(records, [1], way=by_key)[0]


def test_the_days_of_a_turn_are_reviewed_once() -> None:
    records, memory = records_made([("points", "a", 3, 5), *[("day", 1)] * 6]), Asked()
    following = by_key(memory, 100)
    following.take(records, 0)
    assert memory.days == [FIRST_DAY + timedelta(days=6)]
    assert [account.total for account in (following.accounts.get("a"),)] == [5]


def test_reviews_beyond_one_transaction_go_on_before_what_follows_the_last_day() -> None:
    keys = [f"k{number:04}" for number in range(REVIEWS_MAX + 5)]
    history: list[Action] = [("points", key, 2, 1) for key in keys]
    records = records_made([*history, ("day", 1), ("day", 1), ("points", "k0000", 0, 2)])
    memory = Memory()
    following = by_key(memory, 10_000)
    following.take(records[: len(keys)], 0)
    memory.keep(following)
    following.clear()
    stopped = following.take(records, len(keys))
    assert stopped == len(records) - 2
    assert following.position == records[stopped].position
    assert following.cursor is not None
    assert following.cursor.after == keys[REVIEWS_MAX - 1]
    memory.keep(following)
    following.clear()
    assert following.take(records, stopped) == len(records)
    memory.keep(following)
    assert memory.everyone() == follow(records, [len(records)], way=by_key)[0]


def test_what_nobody_can_read_is_set_aside_in_its_order() -> None:
    history: list[Action] = [("poison", "a"), ("foreign", "a"), ("poison", "a"), ("day", 1)]
    records = records_made(history)
    assert follow(records, [len(records)], way=by_key) == follow(records, [1], way=by_key)


def test_accounts_are_what_rules_that_decide_too_would_have_made_of_them() -> None:
    history: list[Action] = [("points", "a", 1, 5), ("foreign", "a"), ("day", 2), ("poison", "a")]
    records = records_made([*history, ("points", "a", -1, 3)])
    folded, decided = (follow(records, [9], way=way) for way in (by_key, in_order))
    assert folded[0]["a"].body == decided[0]["a"].body
    assert folded[2:] == decided[2:]
