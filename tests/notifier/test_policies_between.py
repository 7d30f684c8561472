"""Days judged later, across a change of policy: each is judged by the policy of its own."""

from datetime import date
from typing import Any

from huikuan.events.codec import decode
from huikuan.events.notifier import EscalationSaid, PolicyAdopted
from tests.debtor.words import day, invoice, payment
from tests.notifier.arrivals import Arrival, Follower, followed, records_of

OWED = (1, "A", invoice("A", "60.00", on=1, due=7))
SMALL_AND_LATE = (12, "P", payment("P", "20.00", on=6))


def adopted(version: str, on: int, kind: str, days: int, *, arrives: int) -> Arrival:
    """A policy with one step, called ``stop``."""
    stop: dict[str, Any] = {"name": "stop", "kind": kind, "when": {"days_overdue": days}}
    document = {"version": version, "effective_on": str(day(on)), "steps": [stop]}
    event = PolicyAdopted(version=version, effective_on=day(on), document=document)
    return (arrives, f"policy/{version}", event)


def said(follower: Follower) -> list[tuple[str, str, date, str]]:
    words = [decode(saying.type, saying.value) for saying in follower.said]
    return [
        (type(word).__name__, word.kind, word.effective_on, word.policy_version)
        for word in words
        if isinstance(word, EscalationSaid)
    ]


def test_a_stop_demanded_by_the_policy_of_its_day_is_not_retracted_by_a_later_one() -> None:
    eager = adopted("eager", 1, "stop_supply", -1, arrives=11)
    patient = adopted("patient", 12, "stop_supply", 2, arrives=0)
    follower = followed(records_of([OWED, SMALL_AND_LATE, eager, patient]))
    assert said(follower) == [("EscalationRaised", "stop_supply", day(6), "patient")]


def test_a_step_of_another_kind_begins_with_the_policy_that_makes_it_so() -> None:
    noticing = adopted("noticing", 1, "notice", -1, arrives=11)
    stopping = adopted("stopping", 12, "stop_supply", 2, arrives=0)
    follower = followed(records_of([OWED, noticing, stopping]))
    assert said(follower) == [
        ("EscalationRaised", "notice", day(6), "noticing"),
        ("EscalationLifted", "notice", day(12), "stopping"),
        ("EscalationRaised", "stop_supply", day(12), "stopping"),
    ]
