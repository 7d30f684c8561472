"""Whatever happens, no day hurts more than the breaker lets go, and a rebuild agrees."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.memory import MemoryLog
from huikuan.events.notifier import BreakerReleased, EscalationHeld, EscalationRaised
from tests.notifier.world import World, a_world, owed, paid, policy

DEBTORS = [f"d{number}" for number in range(8)]
FIRST_ON = date(2012, 6, 1)
DAYS = 6
STEPS = (
    {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}},
    {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 1}},
    {"name": "cut", "kind": "stop_service", "hold": 1, "when": {"days_overdue": 2}},
)
EXAMPLES_ON_DISK = max(10, settings().max_examples // 8)


def on(day: int) -> date:
    return FIRST_ON + timedelta(days=day)


debtors = st.sampled_from(DEBTORS)
invoices = st.lists(st.tuples(debtors, st.integers(0, DAYS)), min_size=6, max_size=20)
payments = st.lists(st.tuples(debtors, st.integers(0, DAYS)), max_size=6)
releases = st.lists(st.integers(1, DAYS), max_size=2)
breakers = st.fixed_dictionaries(
    {"count": st.integers(0, 4), "share": st.sampled_from([0, 20, 50])}
)


@settings(max_examples=EXAMPLES_ON_DISK)
@given(invoices, payments, releases, breakers, st.integers(1, 5), st.sets(st.integers(1, DAYS)))
def test_no_day_hurts_more_than_the_breaker_lets_go(
    owing: list[tuple[str, int]],
    paying: list[tuple[str, int]],
    released: list[int],
    breaker: dict[str, int],
    reviews: int,
    restarts: set[int],
) -> None:
    with TemporaryDirectory() as home, a_world(Path(home), MemoryLog(1)) as world:
        world.adopt(policy(*STEPS, breaker=breaker))
        for at, (debtor, day) in enumerate(owing):
            world.fact(owed(f"I{at}", "10.00", on(day)), debtor, f"i{at}")
        with patch("huikuan.eventlog.follow.REVIEWS_MAX", reviews):
            for day in range(DAYS + 1):
                world.open(on(day))
                _tell(world, day, paying, released)
                if day in restarts:
                    world.restart()
        known = {each for each, _ in (*owing, *paying)}
        most = max(breaker["count"], breaker["share"] * len(known) // 100)
        assert max(_hurt_unasked(world).values(), default=0) <= most
        report = world.notifier.service.rebuild(verify=True)
        assert report.differences == []
        verified = report.verified
        assert verified is not None
        assert (verified.unsaid, verified.unfounded, verified.different) == ([], [], [])


def _tell(world: World, day: int, paying: list[tuple[str, int]], released: list[int]) -> None:
    for at, (debtor, pays_on) in enumerate(paying):
        if pays_on == day:
            world.fact(paid(f"P{at}", "10.00", on(day)), debtor, f"p{at}")
    for at, tripped in enumerate(released):
        if tripped == day:
            event = BreakerReleased(tripped_on=on(day), by="li", reason="seen", on=on(day))
            world.everybody(event, f"release/{at}")
    world.drain()


def _hurt_unasked(world: World) -> Counter[date]:
    """Per day, the steps that were raised though nobody had released them."""
    hurt: Counter[date] = Counter()
    for debtor in DEBTORS:
        held = set[str]()
        for _, event in world.said(debtor):
            if event.reason == "mass_escalation" or isinstance(event, EscalationHeld):
                held.add(event.escalation)
            elif isinstance(event, EscalationRaised) and event.kind != "notice":
                hurt[event.on] += event.escalation not in held
    return hurt
