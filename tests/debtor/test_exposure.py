"""Exposure (信用占用): each unit of value in exactly one bucket, moving forward."""

from typing import Any

from huikuan.events import cash, relations, sales
from tests.debtor.words import Story, day, given, invoice, payment, reversal


def order(name: str, amount: str, *, on: int) -> sales.OrderConfirmed:
    return sales.OrderConfirmed(order=name, amount=amount, currency="CNY", on=day(on))


def shipment(name: str, amount: str, *, on: int, **more: Any) -> sales.ShipmentDispatched:
    return sales.ShipmentDispatched(
        shipment=name, amount=amount, currency="CNY", dispatched_on=day(on), **more
    )


def bills(amount: str, **what: str) -> tuple[sales.Covers, ...]:
    return (sales.Covers(amount=amount, **what),)


def returned(name: str, amount: str, *, on: int) -> sales.GoodsReturned:
    return sales.GoodsReturned(shipment=name, amount=amount, currency="CNY", on=day(on))


def test_value_moves_from_ordered_to_shipped_to_invoiced() -> None:
    story = given(order("O", "100.00", on=1))
    assert story.exposure() == {"ordered": 10000}
    story.when(shipment("S", "60.00", on=2, order="O"))
    assert story.exposure() == {"ordered": 4000, "shipped_unbilled": 6000}
    story.when(invoice("A", "60.00", on=3, due=9, covers=bills("60.00", shipment="S", order="O")))
    assert story.exposure() == {"ordered": 4000, "invoiced": 6000}
    story.when(payment("P", "60.00", on=4, pays="A"))
    assert story.exposure() == {"ordered": 4000}


def test_value_is_at_risk_from_its_day_on() -> None:
    story = given(order("O", "100.00", on=3))
    assert [story.exposure(on=on) for on in (4, 3)] == [{"ordered": 10000}] * 2
    assert story.exposure(on=2) == {}


def test_the_order_in_which_the_steps_are_known_does_not_matter() -> None:
    facts = [
        order("O", "100.00", on=1),
        shipment("S", "60.00", on=2, order="O"),
        invoice("A", "60.00", on=3, due=9, covers=bills("60.00", shipment="S", order="O")),
    ]
    late_order = given(order("O", "100.00", on=9), *facts[1:])
    late_goods = given(facts[0], shipment("S", "60.00", on=9, order="O"), facts[2])
    expected = given(*facts).exposure()
    assert late_order.exposure() == late_goods.exposure() == expected


def test_an_invoice_ahead_of_its_goods_takes_from_the_order_at_once() -> None:
    story = given(
        order("O", "100.00", on=1),
        invoice("A", "60.00", on=2, due=9, covers=bills("60.00", shipment="S", order="O")),
    )
    assert story.exposure() == {"ordered": 4000, "invoiced": 6000}


def test_the_undelivered_rest_of_a_cancelled_order_is_exposed_no_more() -> None:
    story = given(order("O", "100.00", on=1), shipment("S", "60.00", on=2, order="O"))
    story.when(sales.OrderCancelled(order="O", on=day(3)))
    assert story.exposure() == {"shipped_unbilled": 6000}


def test_goods_returned_reduce_what_is_unbilled_and_never_an_invoice() -> None:
    story = given(
        shipment("S", "60.00", on=2),
        invoice("A", "40.00", on=3, due=9, covers=bills("40.00", shipment="S")),
        returned("S", "50.00", on=4),
    )
    assert story.exposure() == {"invoiced": 4000}


def test_a_cancelled_invoice_leaves_its_goods_shipped_and_unbilled() -> None:
    story = given(
        order("O", "100.00", on=1),
        shipment("S", "60.00", on=2, order="O"),
        invoice("A", "60.00", on=3, due=9, covers=bills("60.00", shipment="S")),
        sales.InvoiceCancelled(invoice="A", on=day(4)),
    )
    assert story.exposure() == {"ordered": 4000, "shipped_unbilled": 6000}


def test_an_invoice_that_was_divided_gives_its_goods_back_when_it_is_cancelled() -> None:
    plan = tuple(
        sales.Instalment(instalment=name, amount="30.00", due_on=day(20)) for name in ("1", "2")
    )
    story = given(
        shipment("S", "60.00", on=2),
        invoice("A", "60.00", on=3, due=9, covers=bills("60.00", shipment="S")),
        sales.InvoiceAmended(invoice="A", on=day(4), instalments=plan),
    )
    assert story.exposure() == {"invoiced": 6000}
    story.when(sales.InvoiceCancelled(invoice="A", on=day(5)))
    assert story.exposure() == {"shipped_unbilled": 6000}


def by_bill(*, amount: str = "100.00") -> Story:
    draft = cash.Bill(number="B1", kind="bank_acceptance", maturity_on=day(90))
    return given(
        invoice("A", "100.00", on=1, due=5),
        payment("P", amount, on=6, pays="A", kind="bill", bill=draft),
    )


def test_a_bill_of_exchange_pays_the_item_but_stays_exposed_until_it_is_cleared() -> None:
    story = by_bill()
    assert (story.open(), story.exposure()) == ({}, {"bill_of_exchange": 10000})
    story.when(cash.BillCleared(payment="P", on=day(20)))
    assert story.exposure() == {}
    assert story.exposure(on=19) == {"bill_of_exchange": 10000}


def test_a_dishonoured_bill_returns_to_its_invoice_at_the_original_due_date() -> None:
    story = by_bill().when(reversal("P", on=20, reason="bounced"))
    assert story.exposure() == {"invoiced": 10000}
    assert story.line("A").days_overdue == 26


def test_an_advance_makes_room() -> None:
    story = given(order("O", "100.00", on=1), payment("P", "30.00", on=2))
    assert story.standing().sums["CNY"].exposure_minor == 7000


def limit(amount: str | None, *, on: int, until: int | None = None, **more: Any) -> Any:
    return relations.CreditLimitSet(
        amount=amount,
        currency=more.pop("currency", "CNY"),
        effective_on=day(on),
        valid_until=None if until is None else day(until),
        **more,
    )


def accepted(story: Story, on: int) -> int | None:
    return story.standing(on).sums["CNY"].limit_minor


def test_no_limit_is_unlimited_and_a_limit_of_zero_is_zero() -> None:
    story = given(invoice("A", "1.00", on=1, due=5), limit("0.00", on=5), limit(None, on=9))
    assert [accepted(story, on) for on in (4, 5, 9)] == [None, 0, None]


def test_a_limit_that_expires_leaves_the_one_before_or_none_at_all() -> None:
    story = given(limit("50.00", on=1, until=20), limit("90.00", on=5, until=10))
    assert [accepted(story, on) for on in (1, 5, 10, 11, 20, 21)] == [
        5000,
        9000,
        9000,
        5000,
        5000,
        0,
    ]


def test_each_currency_has_a_limit_of_its_own() -> None:
    story = given(limit("50.00", on=1), limit("9.00", on=2, currency="USD"))
    assert {name: sums.limit_minor for name, sums in story.standing().sums.items()} == {
        "CNY": 5000,
        "USD": 900,
    }


def test_limits_of_several_companies_add_up() -> None:
    story = given(limit("50.00", on=1), limit("20.00", on=1, company="south"))
    assert accepted(story, 1) == 7000
