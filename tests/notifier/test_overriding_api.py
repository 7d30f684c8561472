"""Overrides through the API: set, shown, ended, and what is refused."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from huikuan.eventlog.position import Position
from tests.notifier.world import World, owed, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
EACH = {"name": "each", "kind": "notice", "per": "item", "when": {"days_overdue": 3}}
COURT = {
    "name": "court",
    "kind": "legal_referral",
    "when": {"days_overdue": 99},
    "evidence_at_least": "D",
}
LIFT = {"step": "stop", "effect": "lift", "by": "li", "reason": "flood"}
PATH = "/v1/debtors/acme/overrides"


def june(day: int) -> date:
    return date(2012, 6, day)


@pytest.fixture
def stopped(world: World) -> World:
    """Acme is stopped since 5 June; 6 June is open."""
    world.adopt(policy(EACH, STOP, COURT))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(6))
    return world


def asked(world: World, body: dict[str, Any], key: str = "k1", debtor: str = "acme") -> Any:
    path = f"/v1/debtors/{quote(debtor, safe='')}/overrides"
    answer = world.client.post(path, json=body, headers={"Idempotency-Key": key})
    world.drain()
    return answer


def ended(world: World, override: str, **params: str) -> Any:
    answer = world.client.delete(f"{PATH}/{override}", params=params)
    world.drain()
    return answer


def test_a_person_lifts_a_stop_and_it_is_shown_with_reason_and_dates(stopped: World) -> None:
    answer = asked(stopped, LIFT | {"until": "2012-06-08"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["override"] == "k1"
    assert Position.decode(answer.json()["position"]).seqs["notifier"]
    shown = stopped.get("/debtors/acme/escalations")
    (override,) = shown["overrides"]
    assert override == {
        "override": "k1",
        "company": "main",
        "step": "stop",
        "effect": "lift",
        "from": "2012-06-06",
        "until": "2012-06-08",
        "invoices": [],
        "by": "li",
        "reason": "flood",
        "ended_on": None,
        "ended_by": None,
        "ended_reason": None,
        "holds": True,
    }
    (stop,) = [each for each in shown["history"] if each["step"] == "stop"]
    assert (stop["status"], stop["lifted_on"], stop["reason"]) == (
        "lifted",
        "2012-06-06",
        "override",
    )
    assert stopped.get("/debtors/acme/standing")["overrides"] == [override]
    why = stopped.get("/debtors/acme/why", step="stop")
    assert (why["overrides"], why["judged"][0]["demanded"]) == ([override], False)
    stopped.open(june(9))
    assert stopped.state() == "stop"
    before = stopped.get("/debtors/acme/escalations", as_of="2012-06-05")
    assert (before["state"], before["overrides"]) == ("stop", [])


def test_the_same_request_twice_is_one_override_also_on_a_later_day(stopped: World) -> None:
    first = asked(stopped, LIFT)
    stopped.open(june(8))
    again = asked(stopped, LIFT)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(stopped.get("/debtors/acme/overrides")["items"]) == 1
    other = asked(stopped, LIFT | {"reason": "a change of mind"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_an_override_is_ended_and_the_policy_decides_again(stopped: World) -> None:
    asked(stopped, LIFT)
    done = ended(stopped, "k1", by="wang", reason="dry again")
    assert done.status_code == 200, done.text
    stopped.open(june(7))
    assert stopped.state() == "stop"
    (override,) = stopped.get("/debtors/acme/escalations")["overrides"]
    assert (override["ended_on"], override["ended_by"]) == ("2012-06-06", "wang")
    assert (override["ended_reason"], override["holds"]) == ("dry again", False)
    late = ended(stopped, "k1", by="wang")
    assert (late.status_code, late.json()["code"]) == (409, "override_ended")
    unknown = ended(stopped, "k9", by="wang")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_override")


def test_an_override_to_come_is_shown_and_can_be_taken_back(stopped: World) -> None:
    asked(stopped, LIFT | {"effect": "impose", "from": "2012-06-20"})
    (override,) = stopped.get("/debtors/acme/overrides")["items"]
    assert (override["from"], override["holds"]) == ("2012-06-20", False)
    assert ended(stopped, "k1", by="li").status_code == 200
    (override,) = stopped.get("/debtors/acme/overrides")["items"]
    assert override["ended_on"] == "2012-06-20"
    again = ended(stopped, "k1", by="li")
    assert (again.status_code, again.json()["code"]) == (409, "override_ended")
    assert asked(stopped, LIFT | {"from": "2012-06-20"}, "k2").status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"step": "none"}, "/step"),
        ({"from": "2012-06-05"}, "/from"),
        ({"from": "2012-06-09", "until": "2012-06-08"}, "/until"),
        ({"invoices": ["A"]}, "/invoices"),
        ({"step": "each", "invoices": ["A", "A"]}, "/invoices/1"),
        ({"by": " "}, "/by"),
        ({"reason": "a\nb"}, "/reason"),
        ({"effect": "raise"}, "/effect"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_place(
    stopped: World, change: dict[str, Any], pointer: str
) -> None:
    answer = asked(stopped, LIFT | change)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


def test_a_second_override_of_the_same_days_is_refused(stopped: World) -> None:
    asked(stopped, LIFT | {"until": "2012-06-10"})
    within = asked(stopped, LIFT | {"effect": "impose", "from": "2012-06-10"}, "k2")
    assert (within.status_code, within.json()["code"]) == (409, "override_overlaps")
    assert asked(stopped, LIFT | {"from": "2012-06-11"}, "k3").status_code == 201
    assert asked(stopped, LIFT | {"step": "court"}, "k4").status_code == 201


def test_a_debtor_whom_nobody_knows_and_a_time_before_all_days_are_refused(world: World) -> None:
    early = asked(world, LIFT)
    assert (early.status_code, early.json()["code"]) == (409, "no_open_day")
    world.adopt(policy(STOP))
    world.open(june(1))
    nobody = asked(world, LIFT, debtor="acmee")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_debtor")


def test_who_imposed_a_referral_cannot_approve_it(stopped: World) -> None:
    asked(stopped, {"step": "court", "effect": "impose", "by": "Li", "reason": "fled"})
    history = stopped.get("/debtors/acme/escalations")["history"]
    (court,) = [each for each in history if each["step"] == "court"]
    assert (court["status"], court["inputs"]["override"]["by"]) == ("proposed", "Li")
    path = f"/v1/escalations/{quote(court['escalation'])}/approvals"
    own = stopped.client.post(path, json={"by": "li"})
    assert (own.status_code, own.json()["code"]) == (409, "proposer_cannot_approve")
    for person in ("wang", "zhou"):
        assert stopped.client.post(path, json={"by": person}).status_code == 201
        stopped.drain()
    stopped.open(june(7))
    assert ("court", "2012-06-07", "raised") in stopped.history()


def test_a_rebuild_has_the_same_overrides_byte_for_byte(stopped: World) -> None:
    asked(stopped, LIFT | {"until": "2012-06-08"})
    stopped.open(june(7))
    ended(stopped, "k1", by="wang")
    stopped.open(june(9))
    report = stopped.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])
