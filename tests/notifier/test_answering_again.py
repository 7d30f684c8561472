"""Who is not sure that his answer came asks again under the same key, and is answered the same."""

from datetime import date
from typing import Any
from urllib.parse import quote

from tests.notifier.world import World, owed, paid, policy

STOP = {"name": "stop", "kind": "stop_supply", "approval": "one", "when": {"days_overdue": 5}}


def june(day: int) -> date:
    return date(2012, 6, day)


def answer(world: World, how: str, key: str, **body: Any) -> Any:
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    path = f"/v1/escalations/{quote(entry['escalation'], safe='')}/{how}"
    found = world.client.post(path, json=body, headers={"Idempotency-Key": key})
    world.drain()
    return found


def test_an_answer_is_taken_once_whatever_has_become_of_the_escalation_since(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(5))
    approved = answer(world, "approvals", "a", by="li")
    world.open(june(6))
    acknowledged = answer(world, "acknowledgements", "b", by="erp", hold_seq=2)
    assert (approved.status_code, acknowledged.status_code) == (201, 201)
    world.fact(paid("P", "100.00", june(7), "A"))
    world.open(june(8))
    assert world.state() == "clear"
    assert answer(world, "approvals", "a", by="li").json() == approved.json()
    again = answer(world, "acknowledgements", "b", by="erp", hold_seq=2)
    assert (again.status_code, again.json()) == (201, acknowledged.json())
    (entry,) = world.get("/debtors/acme/escalations")["history"]
    assert (len(entry["approvals"]), len(entry["acknowledgements"])) == (1, 1)


def test_another_answer_under_the_same_key_is_refused(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(5))
    assert answer(world, "approvals", "a", by="li").status_code == 201
    world.open(june(6))
    other = answer(world, "approvals", "a", by="wang")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert answer(world, "approvals", "c", by="wang").json()["code"] == "escalation_not_proposed"
