"""What was answered at a place of the log is what is answered when it is asked about later.

Of the forecast of one debtor, the holds and the forecast of all; and as of a day, where nothing
that counts by then arrived late, what was answered at its close.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.known import KnownAt
from huikuan.eventlog.memory import MemoryLog
from huikuan.eventlog.position import Position
from huikuan.events.fields import Event
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import EscalationAcknowledged, EscalationApproved
from huikuan.web.asking import Asked as Page
from services.notifier.closing import date_of
from services.notifier.commanding import say_command
from services.notifier.domain.policy import hurts
from services.notifier.foresight import Asked as Ahead
from services.notifier.holds import Asked as Held
from services.notifier.holds import holds
from tests.debtor.words import day
from tests.engine.acting import KeylessLog
from tests.notifier.arrivals import LAST_DAY, Arrival, arrivals
from tests.notifier.world import World, a_world
from tests.rig.examples import FEWER

DEBTORS = ("acme", "bolt", "city")
_ALL = Page(1_000, "")
Told = tuple[str, Arrival]
"""About whom, and what arrives when."""


class Place(NamedTuple):
    """Where something was answered, and what."""

    on: date
    position: Position
    recorded_ms: int
    told: list[Any]


def answers(world: World, as_of: date | None = None, known_at: KnownAt = None) -> list[Any]:
    """The three questions that tell of all, and that of each debtor."""
    foresight, service = world.notifier.foresight, world.notifier.service
    return [
        *(foresight.debtor(debtor, as_of, None, known_at) for debtor in DEBTORS),
        holds(service, Held(_ALL, as_of, known_at)),
        holds(service, Held(_ALL, as_of, known_at, overdue=True)),
        foresight.portfolio(Ahead(_ALL, as_of, None, known_at), lambda _: True),
    ]


def answer_people(world: World) -> None:
    """Two people approve whatever waits for them, and a system acknowledges some of it."""
    service = world.notifier.service
    for debtor in DEBTORS:
        watched, shared = service.read(debtor)
        on = shared.setting.open_on or date.min
        for each in watched.case.open:
            name, said = each.escalation, list[tuple[str, Event]]()
            if each.status == "proposed" and not each.approvals:
                said = [
                    (by, EscalationApproved(escalation=name, by=by, on=on)) for by in ("li", "wang")
                ]
            elif each.hold_seq % 2 and not each.acknowledgements:
                said = [("erp", EscalationAcknowledged(escalation=name, by="erp", on=on))]
            for by, event in said:
                say_command(service, debtor, event, f"{event.TYPE}/{name}/{by}", "")
    world.drain()


def live(world: World, told: Sequence[Told], mark: int) -> list[Place]:
    """Live through the days; what was answered on some of them, when all of it was folded."""
    places = []
    for number in range(LAST_DAY + 1):
        if number:
            world.everybody(BusinessDayOpened(date=day(number)), f"day/{day(number)}")
            world.drain()
        for debtor, (arrives, name, event) in told:
            if arrives == number:
                if event.EVERYBODY:
                    world.everybody(event, name)
                else:
                    world.fact(event, debtor, name)
        world.drain()
        answer_people(world)
        if number and number % mark == 0:
            position, now = world.notifier.service.position(), world.times.last_ms
            places.append(Place(day(number), position, now, answers(world)))
    return places


@contextmanager
def a_town(log: MemoryLog) -> Iterator[World]:
    with TemporaryDirectory(prefix="hk-town-") as home, a_world(Path(home), log) as world:
        yield world


logs = st.sampled_from([MemoryLog, KeylessLog])
marks = st.integers(7, 16)


@st.composite
def towns(draw: st.DrawFn) -> list[Told]:
    """What arrives of three debtors; policies, feeds and rates are the first one's."""
    told = [(DEBTORS[0], each) for each in draw(arrivals())]
    for debtor in DEBTORS[1:]:
        own = (each for each in draw(arrivals()) if not each[2].EVERYBODY)
        told += [(debtor, (on, f"{debtor}/{name}", event)) for on, name, event in own]
    return told


@settings(max_examples=FEWER // 2, deadline=None)
@given(towns(), marks, logs)
def test_what_was_answered_at_a_place_is_answered_when_it_is_asked_about_later(
    told: list[Told], mark: int, make: type[MemoryLog]
) -> None:
    with a_town(make(2)) as world:
        for place in live(world, told, mark):
            assert answers(world, None, place.position) == place.told
            assert answers(world, place.on, place.recorded_ms) == place.told
            if nothing_came_late(told, place.on):
                assert answers(world, place.on) == place.told
            assert held_as_of(world, place.on) == in_force_as_of(world, place.on)


def nothing_came_late(told: Sequence[Told], on: date) -> bool:
    """Whether all that arrived after a day counts from a later date."""
    dates = [date_of(event) for _, (arrives, _, event) in told if day(arrives) > on]
    return all(each is not None and each > on for each in dates)


def held_as_of(world: World, on: date) -> list[tuple[str, int]]:
    items = holds(world.notifier.service, Held(_ALL, on))["items"]
    return sorted((each["escalation"], each["hold_seq"]) for each in items)


def in_force_as_of(world: World, on: date) -> list[tuple[str, int]]:
    """What the histories of the debtors say was stopped on a day, whatever came late."""
    return sorted(
        (each["escalation"], each["hold_seq"])
        for debtor in DEBTORS
        for each in world.notifier.questions.escalations(debtor, on, None)["history"]
        if each["status"] == "raised" and hurts(each["kind"])
    )
