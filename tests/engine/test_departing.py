"""What is folded while the turn before it is being committed: the same, whenever that lands."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huikuan.eventlog.commit import Gathered, Reached
from huikuan.eventlog.record import Record
from huikuan.eventlog.underway import UnderWay
from tests.engine.acting import Feed, KeylessLog, everything, running
from tests.engine.histories import Action, act, actions
from tests.engine.one_partition import Found, Memory
from tests.engine.test_following import (
    ToyFollowing,
    Way,
    by_key,
    follow,
    in_order,
    records_made,
    ways,
)
from tests.engine.test_postgres import HISTORY, NewDatabase


class Departing(Memory):
    """A store that gets what was gathered one turn late, or when it is to be asked."""

    def __init__(self) -> None:
        super().__init__()
        self._late: Callable[[], None] | None = None

    def depart(self, following: ToyFollowing) -> None:
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


def follow_departing(
    records: Sequence[Record], cuts: Sequence[int], resident: int, way: Way
) -> Found:
    memory = Departing()
    following = way(memory, resident)
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
            memory.depart(following)
        start, turn = start + len(batch), turn + 1
    memory.land()
    return Found(memory.everyone(), said, sorted(aside), following.seqs)


@example([("day", 9), ("points", "a", 0, 5), ("points", "a", -1, 2)], [2], 4, in_order)
@example([("day", 9), ("points", "a", 0, 5), ("points", "a", -1, 2)], [2], 4, by_key)
@given(actions, st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 4), ways)
def test_folding_goes_on_as_if_what_departed_were_committed(
    history: list[Action], cuts: list[int], resident: int, way: Way
) -> None:
    records = records_made(history)
    whole = follow(records, [len(records) or 1], way=way)
    assert follow_departing(records, cuts, resident, way) == whole


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


def test_nobody_hears_of_a_turn_and_no_lease_is_asked_before_it_has_landed(
    postgres_url: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, url = KeylessLog(3), postgres_url("toy")
    act(Feed(log), HISTORY)
    with running(log, tmp_path, url=url, exclusive=True, batch_records_max=150) as made:
        write, renew = made._runner._committer.write, made._ownership.renew
        landed, heard = list[Gathered](), 0

        def write_late(gathered: Gathered) -> None:
            time.sleep(0.05)
            write(gathered)
            landed.append(gathered)

        def hear(reached: dict[int, Reached], _said: object) -> None:
            nonlocal heard
            heard += 1
            assert reached == landed[heard - 1].reached

        def renew_on_land() -> bool:
            assert made._ownership.beat_in_s() or made._runner._departed is None
            return renew()

        monkeypatch.setattr(made._runner._committer, "write", write_late)
        monkeypatch.setattr(made._ownership, "renew", renew_on_land)
        made._runner.commits.append(hear)
        while heard < 4:
            made._ownership.hasten()
            made.step()


def test_what_went_wrong_is_raised_where_it_lands() -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    under_way = UnderWay(fail)
    under_way.wait()
    with pytest.raises(KeyboardInterrupt):
        under_way.land()
