"""A referral needs evidence: shown with the proposal, checked when it is approved and raised."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from huikuan.events.promises import PromiseMade
from huikuan.events.sales import InvoiceDelivered
from services.notifier.domain.policy import Step
from tests.notifier.hand_made import step
from tests.notifier.world import World, owed, paid, policy

COURT = {"name": "court", "kind": "legal_referral", "when": {"days_overdue": 5}}


def june(day: int) -> date:
    return date(2012, 6, day)


def proposed(world: World, **more: Any) -> World:
    """The court is proposed since 5 June, which is open."""
    world.adopt(policy(COURT | more))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(5))
    return world


def entry(world: World) -> dict[str, Any]:
    (found,) = world.get("/debtors/acme/escalations")["history"]
    assert isinstance(found, dict)
    return found


def approve(world: World, *people: str) -> Any:
    answer = None
    for person in people:
        path = f"/v1/escalations/{quote(entry(world)['escalation'])}/approvals"
        answer = world.client.post(path, json={"by": person})
        world.drain()
    return answer


def deliver(world: World, invoice: str = "A") -> None:
    world.fact(InvoiceDelivered(invoice=invoice, on=june(5), by="letter", proof="EMS-1"))


def test_the_grade_is_shown_with_the_proposal_and_what_is_asked(world: World) -> None:
    proposed(world, evidence_at_least="B")
    assert entry(world)["inputs"]["evidence"] == {"grade": "D", "at_least": "B"}
    (item,) = world.get("/debtors/acme/standing")["items"]
    assert item["evidence"] == {
        "grade": "D",
        "accepted": False,
        "delivered": False,
        "acknowledged": False,
    }


def test_approval_without_enough_evidence_is_refused_and_told_what_proves(world: World) -> None:
    proposed(world, evidence_at_least="B")
    deliver(world)
    refused = approve(world, "li")
    assert (refused.status_code, refused.json()["code"]) == (409, "evidence_too_weak")
    assert "grade C; the step needs B" in refused.json()["detail"]
    world.fact(paid("P", "1.00", june(5), "A"))
    assert approve(world, "li", "wang").status_code == 201
    world.open(june(6))
    assert entry(world)["status"] == "raised"
    assert entry(world)["inputs"]["evidence"] == {"grade": "B", "at_least": "B"}


def test_a_referral_asks_for_grade_c_unless_the_policy_says_otherwise(world: World) -> None:
    proposed(world)
    assert approve(world, "li").json()["code"] == "evidence_too_weak"
    deliver(world)
    assert approve(world, "li", "wang").status_code == 201


def test_a_policy_may_ask_for_no_evidence(world: World) -> None:
    proposed(world, evidence_at_least="D")
    assert approve(world, "li", "wang").status_code == 201
    world.open(june(6))
    assert entry(world)["status"] == "raised"


def test_what_was_approved_waits_while_a_weaker_item_is_overdue_too(world: World) -> None:
    proposed(world)
    deliver(world)
    approve(world, "li", "wang")
    world.fact(owed("B", "50.00", june(5), issued_on=june(2)))
    world.open(june(8))
    assert entry(world)["status"] == "proposed"
    deliver(world, "B")
    assert entry(world)["status"] == "proposed", "what hurts is raised when a day opens"
    world.open(june(9))
    assert (entry(world)["status"], entry(world)["effective_on"]) == ("raised", "2012-06-09")


def test_what_was_approved_is_looked_at_as_items_fall_due(world: World) -> None:
    """The evidence is that of what is past due: nothing once A is paid, and B from 21 June on."""
    world.fact(owed("B", "50.00", june(20), issued_on=june(1)))
    proposed(world, when={"balance": {"USD": "50.00"}})
    deliver(world)
    deliver(world, "B")
    approve(world, "li", "wang")
    world.fact(paid("P", "100.00", june(5), "A"))
    world.open(june(20))
    assert entry(world)["status"] == "proposed"
    world.open(june(21))
    assert (entry(world)["status"], entry(world)["effective_on"]) == ("raised", "2012-06-21")


def test_what_a_person_imposes_needs_evidence_all_the_same(world: World) -> None:
    proposed(world, when={"days_overdue": 99})
    path = "/v1/debtors/acme/overrides"
    body = {"step": "court", "effect": "impose", "by": "zhao", "reason": "fled"}
    assert world.client.post(path, json=body).status_code == 201
    world.drain()
    assert approve(world, "li").json()["code"] == "evidence_too_weak"


def test_per_item_each_item_needs_its_own(world: World) -> None:
    proposed(world, per="item")
    world.fact(
        PromiseMade(
            promise="M",
            amount="1.00",
            currency="USD",
            made_on=june(5),
            due_on=june(5),
            invoices=("B",),
        )
    )
    assert approve(world, "li").json()["code"] == "evidence_too_weak"
    deliver(world)
    assert approve(world, "li").status_code == 201


def test_a_rebuild_equals_live(world: World) -> None:
    proposed(world)
    deliver(world)
    approve(world, "li", "wang")
    world.open(june(7))
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def test_evidence_belongs_to_steps_that_people_approve() -> None:
    with pytest.raises(ValidationError, match="who approves"):
        Step.model_validate(step("stop", "stop_supply", evidence_at_least="B"))
    with pytest.raises(ValidationError):
        Step.model_validate(step("court", "legal_referral", evidence_at_least="E"))
