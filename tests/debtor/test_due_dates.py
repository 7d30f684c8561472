"""When an item is due: by its date, by instalments, by an event, as amended."""

from datetime import date
from typing import Any

import pytest

from huikuan.debtor.dealings import DueRule
from huikuan.debtor.due import due_by
from huikuan.debtor.things import NEVER
from huikuan.events import sales
from huikuan.events.fields import Event
from tests.debtor.words import day, given, invoice, names, payment


def after(event: Any, days: int, **more: Any) -> sales.DueAfter:
    return sales.DueAfter(event=event, days=days, **more)


def accepted(name: str, *, on: int) -> sales.ShipmentAccepted:
    return sales.ShipmentAccepted(shipment=name, accepted_on=day(on))


BILLS_S = (sales.Covers(shipment="S", order="O", amount="100.00"),)


@pytest.mark.parametrize(
    ("event", "fact"),
    [
        ("acceptance", accepted("S", on=10)),
        ("delivery", accepted("S", on=10)),
        ("delivery", sales.InvoiceDelivered(invoice="A", on=day(10))),
        ("invoice_receipt", sales.InvoiceDelivered(invoice="A", on=day(10))),
        ("milestone", sales.MilestoneReached(milestone="m", invoice="A", on=day(10))),
        ("milestone", sales.MilestoneReached(milestone="m", order="O", on=day(10))),
    ],
)
def test_an_event_sets_the_due_date_whether_it_comes_after_the_invoice_or_before(
    event: str, fact: Event
) -> None:
    for issued_on in (2, 12):
        story = given(
            invoice("A", "100.00", on=issued_on, due_after=after(event, 5), covers=BILLS_S)
        )
        line = story.line("A")
        assert (line.due_on, line.days_overdue < 0) == (None, True)
        story.when(fact)
        assert story.line("A").due_on == day(15)


def test_an_item_without_a_due_date_is_exposed_and_not_due() -> None:
    story = given(invoice("A", "100.00", on=1, due_after=after("acceptance", 5)))
    assert story.standing().days_overdue is None
    assert story.exposure() == {"invoiced": 10000}


def test_the_latest_date_holds_where_the_event_never_comes_or_comes_too_late() -> None:
    terms = after("acceptance", 30, latest_on=day(20))
    story = given(invoice("A", "100.00", on=1, due_after=terms, covers=BILLS_S))
    assert story.line("A").due_on == day(20)
    story.when(accepted("S", on=10))
    assert story.line("A").due_on == day(20)


def test_only_the_first_event_counts() -> None:
    story = given(invoice("A", "100.00", on=1, due_after=after("delivery", 5), covers=BILLS_S))
    story.when(accepted("S", on=10), sales.InvoiceDelivered(invoice="A", on=day(12)))
    assert story.line("A").due_on == day(15)


@pytest.mark.parametrize(
    ("event_on", "days", "months", "end_of_month", "due_on"),
    [
        ("2026-01-31", 0, 1, False, "2026-02-28"),
        ("2024-01-31", 0, 1, False, "2024-02-29"),
        ("2024-02-29", 0, 12, False, "2025-02-28"),
        ("2026-01-10", 30, 0, True, "2026-02-28"),
        ("2026-12-31", 1, 0, False, "2027-01-01"),
        ("2026-11-30", 0, 3, False, "2027-02-28"),
        ("2026-10-15", 0, 1, True, "2026-11-30"),
    ],
)
def test_month_ends_and_leap_days(
    event_on: str, days: int, months: int, end_of_month: bool, due_on: str
) -> None:
    rule = DueRule(0, "delivery", days, months, end_of_month, NEVER)
    due = due_by(rule, date.fromisoformat(event_on).toordinal())
    assert date.fromordinal(due) == date.fromisoformat(due_on)


def test_an_amended_due_date_holds_from_its_day_on() -> None:
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), due_on=day(40)))
    assert story.line("A").days_overdue == -9
    assert story.line("A", on=9).days_overdue == 4


def parts(*due: tuple[str, str, int]) -> tuple[sales.Instalment, ...]:
    return tuple(
        sales.Instalment(instalment=name, amount=amount, due_on=day(on)) for name, amount, on in due
    )


def test_an_invoice_may_be_divided_into_instalments_later_and_what_was_paid_stays_paid() -> None:
    line = names("A", "58.00", discount="2.00")
    story = given(invoice("A", "100.00", on=1, due=5), payment("P", "58.00", on=2, pays=[line]))
    plan = parts(("1", "50.00", 20), ("2", "50.00", 40))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), instalments=plan))
    assert story.open() == {"A/2": 4000}
    assert story.open(on=9) == {"A": 4000}


def test_an_invoice_that_is_divided_later_is_as_old_as_it_was() -> None:
    plan = parts(("1", "50.00", 20), ("2", "50.00", 40))
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), instalments=plan))
    assert [story.line("A", part).days_since_invoice for part in ("1", "2")] == [30, 30]
    later = parts(("1", "40.00", 21), ("2", "40.00", 41), ("3", "20.00", 61))
    story.when(invoice("B", "9.00", on=12, due=20))
    story.when(sales.InvoiceAmended(invoice="A", on=day(15), instalments=later))
    assert story.line("A", "3").days_since_invoice == 30
    assert [story.open(on=on) for on in (9, 11, 14)] == [
        {"A": 10000},
        {"A/1": 5000, "A/2": 5000},
        {"A/1": 5000, "B": 900, "A/2": 5000},
    ]


def test_an_amendment_changes_no_amount() -> None:
    plan = parts(("1", "70.00", 20), ("2", "70.00", 40))
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), instalments=plan))
    assert story.open() == {"A/1": 7000, "A/2": 3000}
    less = parts(("1", "30.00", 20), ("2", "30.00", 40))
    story = given(invoice("A", "100.00", on=1, due=5))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), instalments=less))
    assert story.open() == {"A/1": 3000, "A/2": 7000}


def test_instalments_get_other_dates_by_their_names() -> None:
    story = given(
        invoice("A", "100.00", on=1, instalments=parts(("1", "50.00", 5), ("2", "50.00", 9)))
    )
    later = parts(("2", "50.00", 19), ("1", "50.00", 15))
    story.when(sales.InvoiceAmended(invoice="A", on=day(10), instalments=later))
    assert [story.line("A", part).due_on for part in ("1", "2")] == [day(15), day(19)]
