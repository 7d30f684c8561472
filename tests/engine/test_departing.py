"""What is folded while the turn before it is being committed: the same, whenever that lands."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huikuan.eventlog.follow import Following
from huikuan.eventlog.record import Record
from huikuan.eventlog.underway import UnderWay
from tests.engine.acting import Feed, KeylessLog, everything, running
from tests.engine.histories import Action, act, actions
from tests.engine.test_following import Found, Memory, follow, records_made
from tests.engine.test_postgres import HISTORY, NewDatabase
from tests.engine.toy import PUBLISHERS, ToyRules


class Departing(Memory):
    """A store that gets what was gathered one turn late, or when it is to be asked."""

    def __init__(self) -> None:
        super().__init__()
        self._late: Callable[[], None] | None = None

    def depart(self, following: Following[object, object]) -> None:
        rows, unread = following.settle(), {record.position for record, _ in following.aside}
        taken = [r for r in following.taken if r.key and r.position not in unread]

        def put() -> None:
            self._rows.update(rows)
            for record in taken:
                self._records.setdefault(record.key, []).append(record)
            following.landed()

        following.depart()
        self._late = put

    def land(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            late()


def follow_departing(records: Sequence[Record], cuts: Sequence[int], resident: int) -> Found:
    memory = Departing()
    following = Following(ToyRules(), 0, memory, PUBLISHERS, resident)
    following.due_keys.land = memory.land
    said, aside = [], []
    start = turn = 0
    while start < len(records):
        batch = records[start : start + cuts[turn % len(cuts)]]
        index = 0
        while index < len(batch):
            index = following.take(batch, index)
            memory.land()
            said += following.sayings
            aside += [reason for _, reason in following.aside]
            memory.depart(following)  # type: ignore[arg-type]
        start, turn = start + len(batch), turn + 1
    memory.land()
    return memory.everyone(), said, aside, following.seqs


@example([("day", 9), ("points", "a", 0, 5), ("points", "a", -1, 2)], [2], 4)
@given(actions, st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 4))
def test_folding_goes_on_as_if_what_departed_were_committed(
    history: list[Action], cuts: list[int], resident: int
) -> None:
    records = records_made(history)
    assert follow_departing(records, cuts, resident) == follow(records, [len(records) or 1])


def test_a_turn_that_could_not_be_committed_is_not_followed_by_the_next(
    postgres_url: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huikuan.eventlog.runner.FEW_RECORDS", 0)
    log, url = KeylessLog(3), postgres_url("toy")
    act(Feed(log), HISTORY)
    with running(log, tmp_path, url=url, exclusive=True, batch_records_max=60) as made:
        made.step()
        with running(log, tmp_path, url=url, exclusive=True, batch_records_max=60) as other:
            other.drain()
            expected = everything(other)
        made.step()
        assert made.step() == 0  # fenced
        made.drain()
        assert everything(made) == expected


def test_what_went_wrong_is_raised_where_it_lands() -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    under_way = UnderWay(fail)
    under_way.wait()
    with pytest.raises(KeyboardInterrupt):
        under_way.land()
