"""Intake refuses a pause that overlaps another of the same invoices, and says which."""

from typing import Any

import msgspec
import pytest

from services.ledger.domain.intake import Intake
from services.ledger.domain.marks import Sent
from tests.ledger.desk import Desk
from tests.ledger.test_intake import fact


def paused(pause: str, first: str, last: str, debtor: str = "ACME", **more: Any) -> Sent:
    """A pause in June 2012."""
    days = {"from": f"2012-06-{first}", "until": f"2012-06-{last}"}
    return fact(
        f"z/{pause}/{first}", "dunning.paused", debtor, pause=pause, reason="x", **days, **more
    )


def resumed(pause: str, on: str) -> Sent:
    return fact(f"r/{pause}", "dunning.resumed", pause=pause, on=f"2012-06-{on}")


def statuses(*facts: Sent) -> list[str]:
    intake = Intake({})
    return [intake.take(each).status for each in facts]


@pytest.mark.parametrize(
    ("first", "last"),
    [("10", "10"), ("05", "10"), ("20", "25"), ("12", "13"), ("10", "20"), ("01", "30")],
    ids=["same start", "into", "out of", "enclosed", "the same days", "enclosing"],
)
def test_a_pause_that_overlaps_or_encloses_is_refused_and_told_which(first: str, last: str) -> None:
    intake = Intake({})
    assert intake.take(paused("A", "10", "20")).status == "accepted"
    verdict = intake.take(paused("B", first, last))
    assert verdict.status == "rejected"
    assert verdict.reason is not None
    assert verdict.reason.pointer == "/data/from"
    assert "pause A (2012-06-10 to 2012-06-20)" in verdict.reason.detail
    assert [each.id for each in intake.accepted] == ["z/A/10"]


def test_pauses_side_by_side_are_accepted() -> None:
    assert (
        statuses(paused("A", "10", "20"), paused("B", "21", "25"), paused("C", "01", "09"))
        == ["accepted"] * 3
    )


def test_a_pause_that_was_resumed_makes_room() -> None:
    first, second = paused("A", "10", "20"), paused("B", "15", "18")
    assert statuses(first, second, resumed("A", "15"), second) == [
        "accepted",
        "rejected",
        "accepted",
        "accepted",
    ]
    assert statuses(resumed("A", "15"), first, second) == ["accepted"] * 3
    assert statuses(first, resumed("A", "16"), second) == ["accepted", "accepted", "rejected"]


def test_pauses_of_different_invoices_companies_or_debtors_do_not_overlap() -> None:
    one = paused("A", "10", "20", invoices=["I1"])
    assert statuses(one, paused("B", "10", "20", invoices=["I2"])) == ["accepted", "accepted"]
    assert statuses(one, paused("B", "10", "20", invoices=["I2", "I1"]))[1] == "rejected"
    assert statuses(one, paused("B", "10", "20"))[1] == "rejected"
    assert statuses(one, paused("B", "10", "20", company="south"))[1] == "accepted"
    assert statuses(one, paused("B", "10", "20", debtor="BOLT"))[1] == "accepted"


def test_the_same_pause_again_is_a_duplicate_and_with_other_dates_a_conflict() -> None:
    first = paused("A", "10", "20")
    assert statuses(first, first, paused("A", "11", "20")) == ["accepted", "duplicate", "conflict"]


def test_a_pause_kept_for_review_is_released_only_where_it_overlaps_nothing() -> None:
    intake = Intake({})
    intake.take(paused("A", "10", "12"))
    intake.take(paused("C", "18", "25"))
    kept = msgspec.structs.replace(paused("B", "20", "22"), id="z/A/10")
    conflict = intake.take(kept).conflict
    assert conflict is not None, "another fact came under its id"
    verdict = intake.release(kept, conflict)
    assert verdict.reason is not None
    assert (verdict.status, "pause C" in verdict.reason.detail) == ("conflict", True)
    intake.take(resumed("C", "20"))
    assert intake.release(kept, conflict).status == "accepted"


def test_through_the_api_each_row_is_answered_for(desk: Desk) -> None:
    def row(pause: str, first: str, last: str) -> dict[str, Any]:
        return desk.envelope(
            "dunning.paused", pause=pause, reason="x", **{"from": first, "until": last}
        )

    results = desk.send(row("A", "2012-06-10", "2012-06-20"), row("B", "2012-06-01", "2012-06-30"))
    assert [each["status"] for each in results] == ["accepted", "rejected"]
    assert results[1]["reason"]["pointer"] == "/data/from"
    (later,) = desk.send(row("B", "2012-06-20", "2012-06-22"))
    assert later["status"] == "rejected", "what came in an earlier request is known"
