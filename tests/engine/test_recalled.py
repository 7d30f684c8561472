"""Asked as known at an earlier place, an account is what it was there, whatever came since."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.known import ElsewhereError, KnownAt, UnknownPlaceError
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.partition import partition_of
from huikuan.eventlog.position import Position
from tests.engine.acting import Feed, KeylessLog, ToyService, running
from tests.engine.histories import KEYS, Action, act, actions
from tests.engine.toy import Account
from tests.rig.examples import FEWER

LOGS = pytest.mark.parametrize("make", [MemoryLog, KeylessLog])
_MARK: Action = ("nothing",)
"""After it a place lies behind everything, foreign records too, which have no seq."""


def seen(account: Account) -> Any:
    """All of it, but why nobody could read something: the place is what counts."""
    values = [each.rpartition(" ")[2] for each in account.unreadable]
    return msgspec.structs.replace(account, unreadable=values)


def accounts(made: ToyService) -> dict[str, Any]:
    return {key: seen(made.read(key)[0]) for key in KEYS}


def recalled(made: ToyService, key: str, known_at: KnownAt) -> Any:
    account, shared = made.recalled(known_at).of(key)
    made.rules.advance(account, shared)
    return seen(account)


@LOGS
@settings(max_examples=FEWER, deadline=None)
@given(chapters=st.lists(actions.filter(bool), min_size=2, max_size=4))
def test_an_account_is_recalled_as_it_was(
    make: type[MemoryLog], chapters: list[list[Action]]
) -> None:
    log = make(2)
    feed = Feed(log)
    places: list[tuple[Position, list[int], dict[str, Any]]] = []
    with TemporaryDirectory(prefix="hk-recalled-") as home, running(log, Path(home)) as made:
        for chapter in chapters:
            act(feed, [*chapter, _MARK])
            made.drain()
            places.append((made.position(), list(feed.seqs), accounts(made)))
        for position, seqs, then in places:
            every = made.recalled(position)
            together = {key: seen(a) for key, a, _ in every.each(KEYS)}
            for key in KEYS:
                known_ms = 1_000 * seqs[partition_of(key, 2)]
                partial = Position({"feed": position.seqs["feed"]})
                for known_at in (position, known_ms, partial):
                    assert recalled(made, key, known_at) == then[key]
                assert together.get(key, then[key]) == then[key]


@LOGS
def test_on_postgresql_it_is_recalled_too(
    make: type[MemoryLog], postgres_url: Callable[[str], str], tmp_path: Path
) -> None:
    log = make(2)
    feed = Feed(log)
    points = [("points", key, number % 3 - 1, number) for number, key in enumerate(KEYS)]
    chapter: list[Action] = [*points, ("foreign", "a"), ("poison", "b"), ("day", 2), _MARK]
    with running(log, tmp_path, url=postgres_url("toy")) as made:
        act(feed, chapter)
        made.drain()
        then, position, seqs = accounts(made), made.position(), list(feed.seqs)
        act(feed, [*chapter, ("factor", 3)])
        made.drain()
        assert accounts(made) != then
        for key in KEYS:
            assert recalled(made, key, position) == then[key]
            assert recalled(made, key, 1_000 * seqs[partition_of(key, 2)]) == then[key]
        assert {key: seen(each) for key, each, _ in made.recalled(position).each(KEYS)} == then


def test_a_place_that_is_not_folded_or_of_another_part_is_none(tmp_path: Path) -> None:
    log = MemoryLog(2)
    with running(log, tmp_path) as made:
        act(Feed(log), [_MARK, ("points", "a", 0, 1)])
        with pytest.raises(UnknownPlaceError):
            made.recalled(Position({"feed": {0: 1}}))
        made.drain()
        elsewhere = Position({"feed": {1 - partition_of("a", 2): 1}})
        with pytest.raises(ElsewhereError):
            made.recalled(elsewhere).of("a")
        assert made.recalled(Position()).of("a")[0] == made.rules.blank("a")
