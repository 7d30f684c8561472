"""Channels of a step: carried on every word about it, and never weaker further up the ladder."""

from datetime import date
from typing import Any

import pytest

from huikuan.web.problems import FieldError, Problem
from services.notifier.document import read_policy
from tests.notifier.world import World, owed, paid, policy

LETTER = {
    "name": "letter",
    "kind": "notice",
    "when": {"days_overdue": 1},
    "channels": ["letter", "email"],
    "repeat": {"every_days": 2, "times": 1},
}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 3}, "hold": 1}


def june(day: int) -> date:
    return date(2012, 6, day)


def test_every_word_about_a_step_says_how_it_is_delivered(world: World) -> None:
    world.adopt(policy(LETTER, STOP | {"channels": ["visit"]}))
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(1))
    world.open(june(6))
    world.fact(paid("P", "100.00", june(6)))
    told = {(event.step, event.TYPE.split(".")[2]): event.channels for _, event in world.said()}
    letter, visit = ("letter", "email"), ("visit",)
    assert told == {
        ("letter", "raised"): letter,
        ("letter", "repeated"): letter,
        ("letter", "exhausted"): letter,
        ("letter", "lifted"): letter,
        ("stop", "proposed"): visit,
        ("stop", "raised"): visit,
        ("stop", "lifted"): visit,
    }
    feed = world.get("/escalations")["items"]
    assert [each["channels"] for each in feed if each["step"] == "stop"] == [["visit"]] * 3
    history = world.get("/debtors/acme/escalations")["history"]
    assert [each["channels"] for each in history] == [[*letter], [*visit]]


def test_a_step_without_channels_says_none(world: World) -> None:
    world.adopt(policy(STOP | {"hold": 0}))
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(4))
    (item,) = world.get("/escalations")["items"]
    assert "channels" not in item
    assert world.get("/debtors/acme/escalations")["history"][0]["channels"] == []


def test_what_is_lifted_goes_the_way_it_was_raised_whatever_the_policy_says_now(
    world: World,
) -> None:
    world.adopt(policy(LETTER))
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(2))
    world.adopt(
        policy(LETTER | {"channels": ["portal"]}, version="v2", effective_on="2012-06-03"),
    )
    world.open(june(3))
    world.fact(paid("P", "100.00", june(3)))
    assert [event.channels for _, event in world.said()][-1] == ("letter", "email")


def test_a_forecast_says_the_channels(world: World) -> None:
    world.adopt(policy(LETTER))
    world.fact(owed("A", "100.00", june(9)))
    world.open(june(2))
    first, *_ = world.get("/debtors/acme/forecast")["items"]
    assert (first["word"], first["channels"]) == ("raised", ["letter", "email"])


def test_a_rebuild_has_the_same_channels_byte_for_byte(world: World) -> None:
    world.adopt(policy(LETTER, STOP | {"channels": ["visit"]}))
    world.fact(owed("A", "100.00", june(1)))
    world.open(june(1))
    world.open(june(6))
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def refused(*steps: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as problem:
        read_policy(policy(*steps))
    said = []
    for error in problem.value.errors:
        assert isinstance(error, FieldError)
        assert not isinstance(error.detail, str)
        assert any("一" <= letter <= "鿿" for letter in error.detail.zh.partition("：")[2])
        said.append((error.pointer, error.detail.en))
    return said


@pytest.mark.parametrize(
    ("kind", "channels", "pointer", "reason"),
    [
        ("notice", [], "/steps/0/channels", "names no channel"),
        ("notice", ["pigeon"], "/steps/0/channels/0", "Not one of the words"),
        ("notice", ["email", "email"], "/steps/0/channels", "twice"),
        ("call", ["email", "sms"], "/steps/0/channels", "phone"),
        ("visit", ["phone"], "/steps/0/channels", "visit"),
    ],
)
def test_channels_that_make_no_sense_are_refused(
    kind: str, channels: list[str], pointer: str, reason: str
) -> None:
    step = {"name": "s", "kind": kind, "when": {"days_overdue": 1}, "channels": channels}
    ((place, said),) = refused(step)
    assert place == pointer
    assert reason in said


def rung(name: str, *channels: str, **more: Any) -> dict[str, Any]:
    kind = more.pop("kind", "notice")
    return {"name": name, "kind": kind, "when": {"days_overdue": 1}, **more} | (
        {"channels": channels} if channels else {}
    )


@pytest.mark.parametrize(
    "steps",
    [
        [rung("a", "phone"), rung("b", "email")],
        [rung("a", "visit", "sms"), rung("b", "letter", "phone")],
        [rung("a", "visit"), rung("b"), rung("c", "email", "portal", kind="stop_supply")],
    ],
)
def test_a_later_step_by_weaker_channels_only_is_refused(steps: list[dict[str, Any]]) -> None:
    ((place, said),) = refused(*steps)
    assert place == f"/steps/{len(steps) - 1}/channels"
    assert "weaker" in said
    steps[-1]["weaker_channels"] = "allowed"
    assert read_policy(policy(*steps)).steps[-1].name == steps[-1]["name"]


@pytest.mark.parametrize(
    "steps",
    [
        [rung("a", "email"), rung("b", "phone"), rung("c", "letter"), rung("d", "visit")],
        [rung("a", "letter"), rung("b", "phone"), rung("c", "email", "visit")],
        [rung("a", "visit"), rung("b"), rung("c", "visit", "email")],
        [rung("a", "visit", scope={"segment": "key"}), rung("b", "email")],
    ],
)
def test_stronger_equal_or_other_peoples_channels_are_taken(steps: list[dict[str, Any]]) -> None:
    assert len(read_policy(policy(*steps)).steps) == len(steps)


def test_one_step_that_may_be_weaker_does_not_weaken_those_after_it() -> None:
    steps = [
        rung("a", "visit"),
        rung("b", "email", weaker_channels="allowed"),
        rung("c", "email"),
    ]
    assert [place for place, _ in refused(*steps)] == ["/steps/2/channels"]
