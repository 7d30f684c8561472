"""Random histories for the toy service."""

from typing import Any

from hypothesis import strategies as st

from tests.engine.acting import Feed

KEYS = "abcdef"
Action = tuple[Any, ...]

_key = st.sampled_from(KEYS)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("points"), _key, st.integers(-3, 4), st.integers(-9, 12)),
        st.tuples(st.just("points"), _key, st.integers(-3, 4), st.integers(-9, 12)),
        st.tuples(st.just("points"), _key, st.integers(-3, 4), st.integers(-9, 12)),
        st.tuples(st.just("day"), st.integers(1, 4)),
        st.tuples(st.just("limit"), st.integers(1, 20)),
        st.tuples(st.just("factor"), st.integers(1, 3)),
        st.tuples(st.just("foreign"), _key),
        st.tuples(st.just("poison"), _key),
        st.tuples(st.just("nothing")),
    ),
    max_size=40,
)


def act(feed: Feed, history: list[Action]) -> None:
    """Put a history onto the log, from the day on at which the last one stopped."""
    for action in history:
        match action:
            case ("points", key, offset, points):
                feed.points(key, feed.open_day + offset, points)
            case ("day", days):
                feed.open_day += days
                feed.day(feed.open_day)
            case ("limit" | "factor" as kind, number):
                feed.everybody(kind, number)
            case ("foreign", key):
                feed.foreign(key)
            case ("poison", key):
                feed.fact(key, "points", b'{"on": "no date"}')
            case ("nothing",):
                feed.everybody("nothing", None)
