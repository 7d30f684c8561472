"""Named points at which a torture run lets this process die as if by ``kill -9``.

``HUIKUAN_CRASH_AT=before_commit:0.01`` dies there with that probability each time,
``HUIKUAN_CRASH_AT=after_append:#3`` the third time. Several are parted by ``|``.
"""

import os
import random
from collections.abc import Callable

EXIT_CODE = 137
POINTS = frozenset({"after_fold", "before_commit", "after_commit", "after_append", "before_mark"})


def parse(words: str) -> dict[str, float]:
    """Odds below 1, or a count from 1, per point; raises ``ValueError`` for an unknown point."""
    armed: dict[str, float] = {}
    for word in filter(None, words.split("|")):
        point, _, odds = word.partition(":")
        if point not in POINTS:
            raise ValueError(f"HUIKUAN_CRASH_AT names no point: {point}; use {sorted(POINTS)}")
        armed[point] = float(odds.removeprefix("#") or "1")
    return armed


_armed = parse(os.environ.get("HUIKUAN_CRASH_AT", ""))


def _die(point: str) -> None:
    odds = _armed.get(point)
    if odds is None:
        return
    if odds >= 1:
        _armed[point] = odds - 1
    if odds == 1 or (odds < 1 and random.random() < odds):  # noqa: S311 - dying needs no secret
        os._exit(EXIT_CODE)


strike: Callable[[str], None] = _die
"""What happens at a point; tests put an exception here."""


def crash_point(point: str) -> None:
    """Name a place between two effects, where a crash must neither lose nor repeat anything."""
    strike(point)
