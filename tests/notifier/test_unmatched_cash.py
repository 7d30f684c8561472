"""Who has paid, if not in the right currency or to the right books, is not hurt unasked."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from huikuan.events.ledger import ExchangeRateSet
from services.notifier.domain.rates import Rate, worth
from tests.notifier.world import World, owed, paid, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
LADDER = policy(STOP)
MAY_31 = date(2012, 5, 31)


def june(day: int) -> date:
    return date(2012, 6, day)


def rate(world: World, base: str, quote: str, price: str, day: int = 1) -> None:
    event = ExchangeRateSet(base=base, quote=quote, rate=price, effective_on=june(day))
    world.everybody(event, f"rate/{base}/{quote}/{price}/{day}")
    world.drain()


def owing(world: World, document: bytes = LADDER) -> None:
    world.adopt(document)
    world.fact(owed("A", "700.00", MAY_31, currency="CNY"))
    world.open(june(3))


def reason(world: World) -> str | None:
    history = world.get("/debtors/acme/escalations")["history"]
    held = history[-1].get("held") if history else None
    return held["reason"] if held else None


@pytest.mark.parametrize(
    ("cash", "price", "state"),
    [("100.00", "7.00", "unmatched_cash"), ("99.99", "7.00", None), ("100.00", "6.9999", None)],
)
def test_cash_in_another_currency_counts_at_the_rate(
    cash: str, price: str, state: str | None, world: World
) -> None:
    owing(world)
    rate(world, "USD", "CNY", price)
    world.fact(paid("P", cash, june(4), currency="USD"))
    world.open(june(5))
    assert reason(world) == state
    assert world.state() == ("clear" if state else "stop")


def test_a_rate_serves_both_ways_and_from_its_date(world: World) -> None:
    owing(world)
    rate(world, "CNY", "USD", "0.1")
    rate(world, "CNY", "USD", "0.2", day=6)
    world.fact(paid("P", "70.00", june(4), currency="USD"))
    world.open(june(5))
    assert reason(world) == "unmatched_cash"
    world.open(june(6))
    assert world.history() == [("stop", "2012-06-06", "raised")], "70 USD are 350 CNY now"


def test_without_a_rate_nobody_knows_so_a_person_is_asked(world: World) -> None:
    owing(world)
    world.fact(paid("P", "70.00", june(4), currency="USD"))
    world.open(june(5))
    assert reason(world) == "unmatched_cash_without_rate"
    rate(world, "USD", "CNY", "7.1")
    world.open(june(6))
    assert world.state() == "stop", "497 CNY are less than what is overdue"


def test_cash_to_another_company_counts_too(world: World) -> None:
    owing(world)
    world.fact(paid("P", "700.00", june(4), currency="CNY", company="south"))
    world.open(june(5))
    assert reason(world) == "unmatched_cash"


def test_cash_for_an_unknown_invoice_covers_what_is_due(world: World) -> None:
    owing(world)
    world.fact(paid("P", "700.00", june(4), "NOBODY-KNOWS", currency="CNY"))
    world.open(june(9))
    assert world.history() == []
    standing = world.get("/debtors/acme/standing")["balances"]["CNY"]
    assert (standing["unapplied"], standing["overdue"]) == ("700.00", "0.00")


def test_money_that_covers_an_overdue_item_is_not_counted_twice(world: World) -> None:
    owing(world)
    rate(world, "USD", "CNY", "7.00")
    world.fact(owed("B", "100.00", MAY_31), event_id="B")
    world.fact(paid("P", "100.00", june(4), currency="USD"))
    world.open(june(5))
    assert world.state() == "stop"


def test_a_person_approves_all_the_same(world: World) -> None:
    owing(world)
    rate(world, "USD", "CNY", "7.00")
    world.fact(paid("P", "100.00", june(4), currency="USD"))
    world.open(june(5))
    escalation = world.get("/debtors/acme/escalations")["history"][0]["escalation"]
    world.client.post(
        f"/v1/escalations/{escalation}/approvals", json={"by": "li", "reason": "seen"}
    )
    world.drain()
    world.open(june(6))
    assert world.history() == [("stop", "2012-06-06", "raised")]


def test_a_policy_may_ignore_unmatched_cash(world: World) -> None:
    owing(world, policy(STOP, unmatched_cash="ignore"))
    world.fact(paid("P", "9999.00", june(4), currency="USD"))
    world.open(june(5))
    assert world.state() == "stop"


def test_money_whose_day_has_not_come_counts(world: World) -> None:
    owing(world)
    rate(world, "USD", "CNY", "7.00")
    world.fact(paid("P", "100.00", june(20), currency="USD"))
    world.open(june(5))
    assert reason(world) == "unmatched_cash"


def test_sums_over_currencies_are_exact() -> None:
    rates = (
        Rate("JPY", "CNY", june(1), "0.048123456789"),
        Rate("KWD", "CNY", june(1), "23.1"),
    )
    amounts = {"JPY": 10**15, "KWD": 1, "CNY": 1}
    exact = worth(amounts, "CNY", rates, june(2))
    assert exact is not None
    assert exact * 100_000 == 4_812_345_678_900_000_000 + 2_310 + 1_000
    assert worth({"JPY": 1}, "CNY", rates, MAY_31) is None


def held(world: World) -> dict[str, float]:
    """What the metric says of each guard."""
    world.drain()
    lines = world.client.get("/metrics").text.splitlines()
    found = [line for line in lines if line.startswith("huikuan_steps_held{")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in found}


def test_steps_that_a_guard_holds_are_a_metric_by_their_reason(world: World) -> None:
    owing(world)
    assert set(held(world).values()) == {0.0}
    rate(world, "USD", "CNY", "7.00")
    world.fact(paid("P", "100.00", june(4), currency="USD"))
    world.open(june(5))
    assert held(world)["unmatched_cash"] == 1
    assert sum(held(world).values()) == 1
    world.fact(paid("Q", "700.00", june(5), "A", currency="CNY"))
    assert sum(held(world).values()) == 0


def test_held_steps_are_counted_again_only_where_something_was_folded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, counted = world.notifier.service, list[object]()
    count = service.to_review

    def counting(through: Callable[[Any], date | None]) -> Iterator[Any]:
        counted.append(through)
        return count(through)

    monkeypatch.setattr(service, "to_review", counting)
    owing(world)
    world.open(june(5))
    assert held(world) == held(world)
    assert len(counted) == 1
    world.open(june(6))
    held(world)
    assert len(counted) == 2
