"""What proves a claim: goods accepted, invoice delivered with a proof, debt acknowledged."""

from typing import Any

import pytest

from huikuan.debtor.evidence import Evidence, evidence_on
from huikuan.events import sales
from huikuan.events.fields import Event
from tests.debtor.words import Story, credit, day, given, invoice, payment, promise, reversal


def proofs(story: Story, name: str = "A", on: int = 31) -> Evidence:
    """The evidence of an invoice as of a day."""
    return evidence_on(story.account, day(on), story.setting)["main", name, ""]


def delivered(name: str = "A", *, on: int, proof: str | None = "EMS-1") -> Event:
    return sales.InvoiceDelivered(invoice=name, on=day(on), by="letter", proof=proof)


def shipped(name: str, *, on: int) -> Event:
    return sales.ShipmentDispatched(
        shipment=name, amount="50.00", currency="CNY", dispatched_on=day(on)
    )


def accepted(name: str, *, on: int) -> Event:
    return sales.ShipmentAccepted(shipment=name, accepted_on=day(on))


def billed(*shipments: str, **more: Any) -> Event:
    covers = tuple(sales.Covers(amount="50.00", shipment=each) for each in shipments)
    return invoice("A", "100.00", on=3, due=10, covers=covers, **more)


def test_an_invoice_alone_proves_nothing() -> None:
    found = proofs(given(invoice("A", "100.00", on=1, due=10)))
    assert (found, found.grade) == (Evidence(False, False, False), "D")


def test_each_kind_of_proof_is_one_grade() -> None:
    story = given(shipped("S", on=1), billed("S"))
    assert proofs(story).grade == "D"
    assert proofs(story.when(accepted("S", on=4))).grade == "C"
    assert proofs(story.when(delivered(on=5))).grade == "B"
    assert proofs(story.when(promise("M", "100.00", on=6, due=20))).grade == "A"
    assert [proofs(story, on=on).grade for on in (3, 4, 5, 6)] == ["D", "C", "B", "A"]


def test_a_delivery_counts_only_with_a_proof_also_where_it_came_before_its_invoice() -> None:
    assert not proofs(given(invoice("A", "1.00", on=1), delivered(on=2, proof=None))).delivered
    early = given(delivered(on=1), invoice("A", "1.00", on=2, due=9))
    assert proofs(early).delivered
    other = given(delivered("B", on=1), invoice("A", "1.00", on=2, due=9))
    assert not proofs(other).delivered


def test_every_shipment_that_is_billed_must_be_accepted() -> None:
    story = given(shipped("S", on=1), shipped("T", on=1), billed("S", "T"), accepted("S", on=4))
    assert not proofs(story).accepted
    assert proofs(story.when(accepted("T", on=5))).accepted


@pytest.mark.parametrize(
    ("said", "acknowledges"),
    [
        (promise("M", "10.00", on=5, due=9), True),
        (promise("M", "10.00", on=5, due=9, invoices=("A",)), True),
        (promise("M", "10.00", on=5, due=9, invoices=("B",)), False),
        (promise("M", "10.00", on=1, due=9), False),
        (promise("M", "10.00", on=5, due=9, currency="USD"), False),
        (payment("P", "10.00", on=5, pays="A"), True),
        (payment("P", "10.00", on=5), False),
        (credit("K", "10.00", on=5, invoice="A"), False),
    ],
)
def test_a_debtor_acknowledges_what_he_promises_or_names_in_a_payment(
    said: Event, acknowledges: bool
) -> None:
    assert proofs(given(invoice("A", "100.00", on=2, due=8), said)).acknowledged is acknowledges


def test_a_payment_that_went_back_acknowledges_nothing() -> None:
    story = given(invoice("A", "100.00", on=2, due=8), payment("P", "10.00", on=5, pays="A"))
    assert not proofs(story.when(reversal("P", on=6))).acknowledged
