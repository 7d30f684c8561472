"""The laws of the engine (architecture §3), on a toy service."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huikuan.eventlog import crash
from huikuan.eventlog.log import Log
from huikuan.eventlog.memory import MemoryLog
from tests.engine.acting import (
    Feed,
    KeylessLog,
    everything,
    on_log,
    running,
    said_by,
    state_of,
)
from tests.engine.histories import Action, act, actions
from tests.engine.toy import TOY, CountingRules, ToyRules

NewLog = Callable[[int], Log]
new_log = st.sampled_from([MemoryLog, KeylessLog])
NewRules = Callable[[], CountingRules]
new_rules = st.sampled_from([ToyRules, CountingRules])
"""Those that decide are followed record by record, the others key by key."""
rhythm = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hk-engine-") as directory:
        yield Path(directory)


def followed_in_one_go(history: list[Action], make: NewLog, rules: NewRules) -> tuple[Any, ...]:
    log = make(2)
    act(Feed(log), history)
    with scratch() as path, running(log, path, rules=rules()) as made:
        made.drain()
        return everything(made)


@given(actions, new_log, new_rules)
def test_a_rebuild_equals_live_byte_for_byte_and_says_nothing(
    history: list[Action], make: NewLog, rules: NewRules
) -> None:
    log = make(2)
    act(Feed(log), history)
    with scratch() as path, running(log, path, rules=rules()) as made:
        made.drain()
        state, said, ends = state_of(made), said_by(made), [log.end(0), log.end(1)]
        report = made.rebuild(verify=True)
        assert report.compared
        assert report.differences == []
        assert report.verified is not None
        assert report.verified.unsaid == report.verified.unfounded == []
        assert report.verified.different == []
        assert state_of(made) == state
        made.drain()
        assert said_by(made) == said
        assert [log.end(0), log.end(1)] == ends


@given(actions, actions, new_log, new_rules, st.tuples(st.integers(0, 6), st.integers(0, 3)))
def test_a_rebuild_in_the_middle_changes_nothing_that_follows(
    before: list[Action],
    after: list[Action],
    make: NewLog,
    rules: NewRules,
    done: tuple[int, int],
) -> None:
    log = make(2)
    feed = Feed(log)
    steps, sent = done
    with scratch() as path, running(log, path, rules=rules(), batch_records_max=5) as made:
        act(feed, before)
        for _ in range(steps):
            made.step()
        for _ in range(sent):
            made.relay_once()
        report = made.rebuild()
        assert report.differences == []
        act(feed, after)
        made.drain()
        found = everything(made)
    # The same feed, in the same order, but never rebuilt.
    assert found == followed_in_one_go_after(before, after, make, rules)


def followed_in_one_go_after(
    before: list[Action], after: list[Action], make: NewLog, rules: NewRules
) -> tuple[Any, ...]:
    log = make(2)
    feed = Feed(log)
    act(feed, before)
    act(feed, after)
    with scratch() as path, running(log, path, rules=rules()) as made:
        made.drain()
        return everything(made)


@given(actions, new_log, new_rules, st.integers(1, 7), rhythm)
def test_where_batches_are_cut_and_when_words_are_sent_does_not_matter(
    history: list[Action], make: NewLog, rules: NewRules, size: int, sendings: list[int]
) -> None:
    log = make(2)
    feed = Feed(log)
    with scratch() as path, running(log, path, rules=rules(), batch_records_max=size) as made:
        for index, action in enumerate(history):
            act(feed, [action])
            for _ in range(sendings[index % len(sendings)]):
                made.step()
                made.relay_once()
        made.drain()
        found = everything(made)
    assert found == followed_in_one_go(history, make, rules)


@pytest.mark.parametrize("size", range(1, 24))
def test_every_size_of_batch_gives_the_same(size: int, tmp_path: Path) -> None:
    history: list[Action] = [("day", 1)]
    for day in range(6):
        history += [("points", key, day % 3 - 1, 3 + day) for key in "abc"]
        history += [("day", 1), ("limit", 4 + day)]
    with running(log := MemoryLog(1), tmp_path, batch_records_max=size) as made:
        act(Feed(log), history)
        made.drain()
        found = everything(made)
    with running(log := MemoryLog(1), tmp_path / "whole") as made:
        act(Feed(log), history)
        made.drain()
        assert found == everything(made)


@given(actions, new_rules, st.data())
def test_duplicates_and_overtaken_batches_do_not_matter(
    history: list[Action], rules: NewRules, data: st.DataObject
) -> None:
    log = KeylessLog(2)
    feed = Feed(log)
    with scratch() as path, running(log, path, rules=rules()) as made:
        for action in history:
            act(feed, [action])
            again = data.draw(st.booleans())
            if again and feed.sent:
                first = data.draw(st.integers(0, len(feed.sent) - 1))
                for partition, entry in feed.sent[first : first + 5]:
                    log.append(partition, [entry])
            if data.draw(st.booleans()):
                made.step()
        made.drain()
        found = everything(made)
    assert found == followed_in_one_go(history, KeylessLog, rules)


class CrashError(BaseException):
    """A process died here."""


@given(
    actions,
    new_log,
    new_rules,
    st.lists(st.sampled_from(sorted(crash.POINTS)), max_size=8),
    st.integers(1, 6),
)
def test_a_crash_anywhere_neither_loses_nor_repeats(
    history: list[Action], make: NewLog, rules: NewRules, points: list[str], size: int
) -> None:
    log = make(2)
    act(Feed(log), history)
    with scratch() as path:
        deaths = list(points)

        def die(point: str) -> None:
            if deaths and deaths[0] == point:
                deaths.pop(0)
                raise CrashError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(crash, "strike", die)
            while True:
                with running(log, path, rules=rules(), batch_records_max=size) as made:
                    try:
                        made.drain()
                    except CrashError:
                        continue
                    found, spoken = everything(made), on_log(log, TOY)
                    break
    assert found == followed_in_one_go(history, make, rules)
    assert sorted(spoken) == sorted((row[0], row[2]) for row in found[1])


@given(actions)
def test_deciding_again_says_nothing(history: list[Action]) -> None:
    log = MemoryLog(2)
    feed = Feed(log)
    act(feed, [*history, ("day", 1)])
    with scratch() as path, running(log, path) as made:
        made.drain()
        said = said_by(made)
        act(feed, [("day", 0), ("day", 0)])
        made.drain()
        assert said_by(made) == said
