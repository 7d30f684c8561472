"""How a system obeys stops: copy this file, or the three rules in it, into the one that ships.

Words may come late, twice, in any order, or never; ``GET /notifier/v1/holds`` may be answered late.

1. Per place (debtor, company, step, subject) the word with the highest ``hold_seq`` counts. So a
   stop that arrives after its lift does nothing.
2. Every few minutes, and after any failure, ask for all holds. What they name and we do not know
   (or know with a lower ``hold_seq``) is stopped.
3. What was stopped here *before we asked*, is not named, and of which nothing newer was heard
   meanwhile, has ended: its lift was lost.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

STOPPING = frozenset({"raised", "repeated", "exhausted"})
"""What a word must say for the place to be stopped; any other word frees it."""

Place = tuple[str, str, str, str]


class Known(NamedTuple):
    """The newest that is known of a place."""

    hold_seq: int
    stopped: bool


class Obeying:
    """What an obeying system keeps: one line per place, in its own database."""

    def __init__(self) -> None:
        self._known: dict[Place, Known] = {}

    def hear(self, word: Mapping[str, Any]) -> None:
        """A word of the feed, of the public topic, of a webhook."""
        place = place_of(word)
        known = self._known.get(place)
        if known is None or word["hold_seq"] > known.hold_seq:
            self._known[place] = Known(word["hold_seq"], word["status"] in STOPPING)

    def asking(self) -> dict[Place, Known]:
        """What is known as we ask for all holds; keep it until the answer is complete."""
        return dict(self._known)

    def reconcile(self, asking: Mapping[Place, Known], holds: Iterable[Mapping[str, Any]]) -> None:
        """All pages of the answer have come."""
        named = set()
        for hold in holds:
            named.add(place_of(hold))
            self.hear({**hold, "status": "raised"})
        for place, known in asking.items():
            if known.stopped and place not in named and self._known[place] == known:
                self._known[place] = Known(known.hold_seq, stopped=False)

    def stopped(self) -> set[Place]:
        """Every place that is stopped now."""
        return {place for place, known in self._known.items() if known.stopped}


def place_of(word: Mapping[str, Any]) -> Place:
    """What a word is about."""
    return (word["debtor"], word["company"], word["step"], word["subject"])
