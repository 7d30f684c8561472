"""A stop that nobody obeys is an alarm, not a hope."""

from datetime import date
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from services.notifier.domain.policy import Step
from tests.notifier.hand_made import step
from tests.notifier.world import World, owed, paid, policy

STOP = {
    "name": "stop",
    "kind": "stop_supply",
    "when": {"days_overdue": 5},
    "acknowledge_within_days": 2,
}
PATIENT = {"name": "patient", "kind": "stop_service", "when": {"days_overdue": 6}}


def june(day: int) -> date:
    return date(2012, 6, day)


def stopped(world: World, *debtors: str) -> World:
    """Stopped since Tuesday, 5 June, which is open."""
    world.adopt(policy(STOP, PATIENT))
    for debtor in debtors or ("acme",):
        world.fact(owed("A", "100.00", date(2012, 5, 31)), debtor)
    world.open(june(1))
    world.open(june(5))
    return world


def acknowledge(world: World, debtor: str = "acme") -> None:
    history = world.get(f"/debtors/{debtor}/escalations")["history"]
    path = f"/v1/escalations/{quote(history[0]['escalation'])}/acknowledgements"
    answer = world.client.post(path, json={"by": "erp", "hold_seq": history[0]["hold_seq"]})
    assert answer.status_code == 201, answer.text
    world.drain()


def overdue(world: World) -> list[str]:
    return [each["debtor"] for each in world.get("/holds", overdue="true")["items"]]


def late(world: World) -> float:
    """What the metric says."""
    lines = world.client.get("/metrics").text.splitlines()
    (line,) = [each for each in lines if each.startswith("huikuan_unacknowledged_steps ")]
    return float(line.split()[1])


def alarms(world: World, language: str = "en") -> list[str]:
    answer = world.client.get("/health/parts", headers={"Accept-Language": language})
    found: list[str] = answer.json()["alarms"]
    return found


def test_a_hold_says_by_when_it_must_be_acknowledged_and_is_overdue_after(world: World) -> None:
    stopped(world).open(june(7))
    (hold,) = [each for each in world.get("/holds")["items"] if each["step"] == "stop"]
    assert (hold["acknowledge_by"], hold["overdue"]) == ("2012-06-07", False)
    assert (overdue(world), late(world), alarms(world)) == ([], 0, [])
    world.open(june(8))
    assert overdue(world) == ["acme"]
    assert (late(world), alarms(world)) == (
        1,
        ["1 steps in force were not acknowledged in time"],
    )
    assert alarms(world, "zh") == ["有 1 个生效中的措施未按时确认"]


def test_working_days_are_counted(world: World) -> None:
    world.adopt(policy(STOP | {"acknowledge_within_days": 4}))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(11))
    (hold,) = world.get("/holds")["items"]
    assert (hold["acknowledge_by"], hold["overdue"]) == ("2012-06-11", False)


def test_an_acknowledgement_ends_the_alarm_and_the_hold_stays(world: World) -> None:
    stopped(world).open(june(9))
    assert overdue(world) == ["acme"]
    acknowledge(world)
    assert (overdue(world), late(world), alarms(world)) == ([], 0, [])
    assert [each["step"] for each in world.get("/holds")["items"]] == ["stop", "patient"]


def test_a_lift_ends_it_too(world: World) -> None:
    stopped(world).open(june(9))
    world.fact(paid("P", "100.00", june(9)))
    assert (overdue(world), world.get("/holds")["items"]) == ([], [])


def test_a_step_without_such_a_term_is_never_overdue(world: World) -> None:
    stopped(world).open(june(30))
    (hold,) = [each for each in world.get("/holds")["items"] if each["step"] == "patient"]
    assert (hold["acknowledge_by"], hold["overdue"]) == (None, False)


def test_pages_of_holds_go_on_by_debtor_whoever_has_acknowledged(world: World) -> None:
    debtors = [f"d{number}" for number in range(5)]
    stopped(world, *debtors)
    for debtor in ("d1", "d4"):
        acknowledge(world, debtor)
    found, after = [], ""
    for _ in debtors:
        page = world.get("/holds", limit=1, after=after)
        found += [each["debtor"] for each in page["items"]]
        after = page.get("next", "")
    assert found == debtors
    assert after == ""


def test_days_that_were_caught_up_count_from_the_day_of_saying(world: World) -> None:
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(20))
    world.adopt(policy(STOP))
    world.open(june(21))
    (hold,) = world.get("/holds")["items"]
    assert (hold["effective_on"], hold["acknowledge_by"]) == ("2012-06-05", "2012-06-25")


def test_a_rebuild_equals_live_with_and_without_acknowledgement(world: World) -> None:
    stopped(world, "acme", "bolt").open(june(9))
    acknowledge(world)
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def test_nobody_obeys_a_notice() -> None:
    with pytest.raises(ValidationError, match="nobody obeys a notice"):
        Step.model_validate(step("reminder", "notice", acknowledge_within_days=1))
