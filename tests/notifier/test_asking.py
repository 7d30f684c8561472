"""What answers cost: none leaves anything behind that would hold up later ones."""

import gc
from collections.abc import Callable
from datetime import date

import pytest

from tests.notifier.world import World, owed, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 30}}


@pytest.mark.parametrize("question", ["why?step=stop", "forecast", "escalations", "standing"])
def test_an_answer_leaves_no_circles_for_the_collector(world: World, question: str) -> None:
    """It holds up every answer for as long as it looks for them: a tenth of a second, at worst."""
    world.adopt(policy(REMIND, STOP))
    world.open(date(2012, 6, 1))
    world.fact(owed("A", "100.00", date(2012, 6, 1)))
    world.fact(owed("B", "50.00", date(2012, 6, 9)))
    world.open(date(2012, 6, 15))
    notifier = world.notifier
    asks: dict[str, Callable[[], object]] = {
        "why?step=stop": lambda: notifier.questions.why("acme", "stop", None, None),
        "forecast": lambda: notifier.foresight.debtor("acme", None, None, None),
        "escalations": lambda: notifier.questions.escalations("acme", None, None),
        "standing": lambda: notifier.questions.standing("acme", None, None),
    }
    ask = asks[question]
    assert ask()  # what is made once is made by now
    gc.collect()
    gc.disable()
    try:
        assert ask()
        assert gc.collect() == 0
    finally:
        gc.enable()
