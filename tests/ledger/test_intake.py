"""What intake makes of facts: new, known already, or contradicting what is known."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from huikuan.events.check import decode_checked
from services.ledger.domain.intake import Intake, Verdict
from services.ledger.domain.marks import Mark, Sent


def fact(id_: str, noun: str, debtor: str = "ACME", source: str = "erp", **data: Any) -> Sent:
    event = decode_checked(f"huikuan.{noun}.v1", msgspec.json.encode(data))
    return Sent(source, id_, debtor, event)


def invoice(id_: str = "e1", number: str = "INV-1", amount: str = "100.00", **more: Any) -> Sent:
    issued_on = more.pop("issued_on", "2012-05-01")
    given = {"invoice": number, "amount": amount, "currency": "CNY", "issued_on": issued_on}
    envelope = {key: more.pop(key) for key in ("debtor", "source") if key in more}
    return fact(id_, "invoice.issued", **envelope, **given, due_on="2012-05-31", **more)


def payment(id_: str = "p1", number: str = "PAY-1", amount: str = "100.00", **more: Any) -> Sent:
    given = {"payment": number, "amount": amount, "currency": "CNY", "value_on": "2012-06-02"}
    return fact(id_, "payment.received", **(given | more))


def cancelled(id_: str = "c1", on: str = "2012-05-10", debtor: str = "ACME") -> Sent:
    return fact(id_, "invoice.cancelled", debtor, invoice="INV-1", on=on)


def statuses(*facts: Sent) -> list[str]:
    intake = Intake({})
    return [intake.take(each).status for each in facts]


def test_a_new_fact_is_accepted() -> None:
    assert statuses(invoice()) == ["accepted"]


def test_the_same_fact_again_is_a_duplicate() -> None:
    assert statuses(invoice(), invoice()) == ["accepted", "duplicate"]


def test_an_amount_written_otherwise_is_the_same_fact() -> None:
    assert statuses(invoice(amount="100"), invoice(amount="100.00")) == ["accepted", "duplicate"]


def test_the_same_id_with_another_payload_is_a_conflict() -> None:
    intake = Intake({})
    intake.take(invoice(amount="100.00"))
    verdict = intake.take(invoice(amount="120.00"))
    assert verdict.status == "conflict"
    assert verdict.reason is not None
    assert verdict.reason.pointer == "/id"
    assert [each.debtors for each in intake.conflicts] == [("ACME",)]


def test_ids_are_unique_only_within_their_source() -> None:
    other = invoice("e1", "INV-2", source="webshop")
    assert statuses(invoice("e1"), other) == ["accepted", "accepted"]


def test_an_invoice_sent_again_under_a_new_id_is_a_duplicate() -> None:
    assert statuses(invoice("e1"), invoice("e2")) == ["accepted", "duplicate"]


def test_an_invoice_number_reissued_under_a_new_id_with_other_data_is_a_conflict() -> None:
    intake = Intake({})
    intake.take(invoice("e1"))
    verdict = intake.take(invoice("e2", amount="120.00"))
    assert verdict.status == "conflict"
    assert verdict.reason is not None
    assert verdict.reason.pointer == "/data/invoice"
    assert "erp|e1" in verdict.reason.detail


def test_another_company_may_use_the_same_number() -> None:
    assert statuses(invoice("e1"), invoice("e2", company="branch")) == ["accepted", "accepted"]


def test_a_number_that_another_debtor_has_stops_both_until_it_is_settled() -> None:
    intake = Intake({})
    intake.take(invoice("e1"))
    assert intake.take(invoice("e2", debtor="BOLT")).status == "conflict"
    assert intake.conflicts[0].debtors == ("BOLT", "ACME")


def test_the_same_conflict_sent_again_is_one_conflict() -> None:
    intake = Intake({})
    first, second = (intake.take(invoice("e1", amount=amount)) for amount in ("1.00", "2.00"))
    again = intake.take(invoice("e1", amount="2.00"))
    assert first.status == "accepted"
    assert again == second
    assert len(intake.conflicts) == 1


def test_an_id_that_was_kept_for_review_is_known_too() -> None:
    intake = Intake({})
    intake.take(invoice("e1"))
    assert intake.take(invoice("e2", amount="120.00")).status == "conflict"
    other = intake.take(invoice("e2", "INV-2"))
    assert other.status == "conflict"
    assert other.reason is not None
    assert other.reason.pointer == "/id"


def test_a_conflict_that_was_discarded_stays_a_conflict_but_is_not_kept_again() -> None:
    first, second = (invoice("e1", amount=amount) for amount in ("1.00", "2.00"))
    conflict = _conflict_of(first, second)
    intake = Intake({}, {conflict: "discarded"})
    assert [intake.take(each).status for each in (first, second)] == ["accepted", "conflict"]
    assert intake.conflicts == []


def test_a_conflict_that_was_released_is_known_from_then_on() -> None:
    first, second = (invoice("e1", amount=amount) for amount in ("1.00", "2.00"))
    intake = Intake({}, {_conflict_of(first, second): "released"})
    assert [intake.take(each).status for each in (first, second)] == ["accepted", "duplicate"]


def test_an_invoice_number_is_free_again_after_its_cancellation() -> None:
    reissued = invoice("e2", amount="120.00", issued_on="2012-05-10")
    assert statuses(invoice("e1"), cancelled(), reissued) == ["accepted"] * 3


def test_a_number_taken_again_is_held_again() -> None:
    again = [invoice("e2", amount="120.00"), invoice("e3", amount="130.00")]
    assert statuses(invoice("e1"), cancelled(), *again)[2:] == ["accepted", "conflict"]


def test_a_cancelled_invoice_sent_once_more_is_no_new_one() -> None:
    assert statuses(invoice("e1"), cancelled(), invoice("e2")) == [
        "accepted",
        "accepted",
        "duplicate",
    ]


def test_a_cancellation_may_come_before_its_invoice() -> None:
    reissued = invoice("e2", amount="120.00", issued_on="2012-05-10")
    assert statuses(cancelled(), invoice("e1"), reissued) == ["accepted"] * 3


def test_a_cancellation_by_another_debtor_frees_nothing() -> None:
    reissued = invoice("e2", amount="120.00")
    assert statuses(invoice("e1"), cancelled(debtor="BOLT"), reissued)[2] == "conflict"


def test_a_payment_is_known_by_its_bank_reference() -> None:
    first = payment("p1", "PAY-1", bank_account="A1", bank_reference="R1")
    again = payment("p2", "PAY-2", bank_account="A1", bank_reference="R1")
    assert statuses(first, again) == ["accepted", "duplicate"]


def test_a_bank_reference_with_another_remittance_is_a_conflict() -> None:
    first = payment("p1", "PAY-1", bank_reference="R1")
    again = payment(
        "p2", "PAY-2", bank_reference="R1", remittance=[{"invoice": "INV-1", "amount": "100.00"}]
    )
    assert statuses(first, again) == ["accepted", "conflict"]


def test_a_bank_reference_with_another_amount_is_another_payment() -> None:
    first = payment("p1", "PAY-1", bank_reference="R1")
    other = payment("p2", "PAY-2", amount="50.00", bank_reference="R1")
    assert statuses(first, other) == ["accepted", "accepted"]


def test_payments_that_merely_look_alike_are_accepted_and_listed_for_review() -> None:
    intake = Intake({})
    intake.take(payment("p1", "PAY-1"))
    verdict = intake.take(payment("p2", "PAY-2"))
    assert verdict == Verdict("p2", "accepted", resembles="erp|p1")
    assert [(sent.id, known.event_id) for sent, known in intake.look_alikes] == [("p2", "erp|p1")]


def test_two_bank_references_tell_payments_apart() -> None:
    intake = Intake({})
    intake.take(payment("p1", "PAY-1", bank_reference="R1"))
    assert intake.take(payment("p2", "PAY-2", bank_reference="R2")).resembles is None


def _conflict_of(first: Sent, second: Sent) -> str:
    intake = Intake({})
    intake.take(first)
    conflict = intake.take(second).conflict
    assert conflict is not None
    return conflict


SOME = [
    invoice(f"e{n}", f"INV-{number}", amount, issued_on=issued_on)
    for n, number, amount, issued_on in (
        (1, 1, "1.00", "2012-05-01"),
        (2, 1, "1.00", "2012-05-01"),
        (3, 1, "2.00", "2012-05-12"),
        (4, 2, "1.00", "2012-05-01"),
        (1, 2, "3.00", "2012-05-01"),
    )
] + [cancelled("c1"), cancelled("c2"), payment("p1", "P1"), payment("p2", "P2")]


PAUSES = [
    fact(f"z{at}", "dunning.paused", pause=f"H{at}", reason="talks", **{"from": first}, until=last)
    for at, (first, last) in enumerate(
        (
            ("2012-06-01", "2012-06-10"),
            ("2012-06-05", "2012-06-07"),
            ("2012-06-10", "2012-06-20"),
            ("2012-05-20", "2012-06-30"),
        )
    )
] + [fact("r0", "dunning.resumed", pause="H0", on="2012-06-05")]


@given(
    st.lists(st.sampled_from(SOME + PAUSES), max_size=12), st.lists(st.integers(0, 12), max_size=4)
)
def test_it_does_not_matter_where_batches_are_cut(facts: Sequence[Sent], cuts: list[int]) -> None:
    whole = Intake({})
    verdicts = [whole.take(each) for each in facts]
    marks: dict[str, Mark] = {}
    settled: dict[str, str] = {}
    parted: list[Verdict] = []
    edges = [0, *sorted(cut for cut in cuts if cut <= len(facts)), len(facts)]
    for start, stop in pairwise(edges):
        batch = Intake(marks, settled)
        parted += [batch.take(each) for each in facts[start:stop]]
    assert parted == verdicts


@given(st.lists(st.sampled_from(SOME), max_size=8))
def test_a_batch_sent_again_changes_nothing(facts: Sequence[Sent]) -> None:
    intake = Intake({})
    first = [intake.take(each) for each in facts]
    accepted = list(intake.accepted)
    intake.changed.clear()
    second = [intake.take(each) for each in facts]
    assert intake.accepted == accepted
    assert intake.changed == {}
    pairs = zip(first, second, strict=True)
    assert all(b.status == ("duplicate" if a.status == "accepted" else a.status) for a, b in pairs)
