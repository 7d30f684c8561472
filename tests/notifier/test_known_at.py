"""As known at an earlier place: what was answered there, whatever arrived since."""

from datetime import date
from typing import Any

import pytest

from huikuan.eventlog.position import Position
from huikuan.events.ledger import RecordSettled
from tests.notifier.world import World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
QUESTIONS = ["escalations", "standing", "why", "forecast"]


def june(day: int) -> date:
    return date(2012, 6, day)


def begin(world: World, *steps: dict[str, Any], **other: Any) -> None:
    world.adopt(policy(*(steps or (REMIND, STOP)), **other))
    world.open(june(1))
    world.fact(owed("A", "100.00", date(2012, 5, 30)))


def named(question: str, **asked: str) -> dict[str, str]:
    """The parameters of a question; why is asked of one step."""
    return asked | ({"step": "stop"} if question == "why" else {})


def told(world: World, **asked: str) -> list[Any]:
    return [
        world.get(f"/debtors/acme/{question}", **named(question, **asked)) for question in QUESTIONS
    ]


def here(world: World) -> str:
    world.drain()
    return world.notifier.service.position().encode()


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_record_that_nobody_could_read_was_known_too(
    world: World,
    is_settled: bool,
) -> None:
    begin(world)
    place = world.foreign()
    world.garbled()
    if is_settled:
        world.fact(RecordSettled(place=place, outcome="discarded", on=june(1)), event_id="s1")
    world.fact(owed("B", "9.00", june(20)))
    then, known_at = told(world), here(world)
    assert len(then[1]["unsettled"]) == (1 if is_settled else 2)
    world.fact(paid("P", "100.00", june(1)))
    world.open(june(9))
    assert told(world, known_at=known_at) == then


def test_what_was_said_of_a_fact_was_known_with_it(world: World) -> None:
    """It stands on the log after facts that came later."""
    begin(world)
    world.open(june(4))
    world.drain()
    known_ms = world.times.last_ms
    then = told(world)
    world.fact(paid("P", "40.00", june(4)))
    world.fact(paid("Q", "60.00", june(4)))
    known_at = f"1970-01-01T00:{known_ms // 60_000:02}:{known_ms // 1000 % 60:02}"
    assert told(world, known_at=known_at) == then


def test_a_place_is_told_before_its_words_are_read_back(world: World) -> None:
    begin(world)
    world.open(june(3))
    world.fact(paid("P", "100.00", june(3)))
    world.step()
    assert world.notifier.service.read("acme")[0].case.ended
    position = world.notifier.service.position()
    world.fact(owed("B", "50.00", june(1)))
    history = world.get("/debtors/acme/escalations", known_at=position.encode())["history"]
    assert [each["status"] for each in history] == ["lifted"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_place_that_is_not_on_the_log_is_refused(world: World, question: str) -> None:
    begin(world)
    world.drain()
    known_at = Position({"ledger": {0: 99, 1: 99}}).encode()
    asked = named(question, known_at=known_at)
    answer = world.client.get(f"/v1/debtors/acme/{question}", params=asked)
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == ["known_at"]
