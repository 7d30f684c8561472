"""A fee that the notifier charged is owed in the ledger like anything else, and paid last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from huikuan.eventlog.memory import MemoryLog
from tests.ledger.desk import Desk, a_desk
from tests.notifier.world import World, a_world, policy

REMIND = {
    "name": "remind",
    "kind": "notice",
    "when": {"days_overdue": 1},
    "fee": {"CNY": "5.00"},
}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Desk, World]]:
    """A ledger and a notifier on one log; the debtor owes 100 since 31 May and got his notice."""
    log = MemoryLog(2)
    for name in ("ledger", "notifier"):
        (tmp_path / name).mkdir()
    with a_desk(tmp_path / "ledger", log) as desk, a_world(tmp_path / "notifier", log) as world:
        world.adopt(policy(REMIND, charges="booked"))
        desk.accept(desk.invoice("A", "100.00", "2012-05-31"))
        open_days(desk, world, "2012-05-31", "2012-06-01", "2012-06-02")
        yield desk, world


def open_days(desk: Desk, world: World, *days: str) -> None:
    for day in days:
        desk.open_day(day)
        desk.fold()
        world.drain()


def test_it_is_open_and_aged_from_the_day_after_its_step(both: tuple[Desk, World]) -> None:
    desk, world = both
    items = desk.ask("/v1/debtors/ACME")["items"]
    history = world.get("/debtors/ACME/escalations")["history"]
    (fee,) = [fee["fee"] for each in history for fee in each["fees"]]
    assert [(each["invoice"], each["open"], each["due_on"]) for each in items] == [
        ("A", "100.00", "2012-05-31"),
        (fee, "5.00", None),
    ]
    assert list(desk.open_of(as_of="2012-06-01")) == ["A"]
    assert desk.ask("/v1/debtors/ACME")["balances"]["CNY"]["open"] == "105.00"
    not_due, _, *_ = desk.ask("/v1/ageing")["currencies"]["CNY"]["buckets"]
    assert (not_due["amount"], not_due["items"]) == ("5.00", 1)


def test_money_pays_it_after_all_else(both: tuple[Desk, World]) -> None:
    desk, world = both
    desk.accept(desk.invoice("B", "50.00", "2012-07-31"), desk.payment("P", "153.00", "2012-06-02"))
    assert list(desk.open_of().values()) == ["2.00"]
    report = desk.ledger.service.rebuild()
    assert (report.compared, report.differences) == (True, [])
    assert list(desk.open_of().values()) == ["2.00"]
    del world


def test_a_remittance_that_names_it_pays_it_first(both: tuple[Desk, World]) -> None:
    desk, _ = both
    fee = list(desk.open_of())[1]
    named = [{"invoice": fee, "amount": "5.00"}]
    desk.accept(desk.payment("P", "9.00", "2012-06-02", remittance=named))
    assert dict(desk.open_of()) == {"A": "96.00"}


def test_a_retraction_frees_what_had_paid_it(both: tuple[Desk, World]) -> None:
    desk, world = both
    desk.accept(desk.payment("P", "105.00", "2012-05-31"))
    desk.fold()
    world.drain()
    open_days(desk, world, "2012-06-03")
    sums = desk.ask("/v1/debtors/ACME")["balances"]["CNY"]
    assert (sums["open"], sums["unapplied"]) == ("0.00", "5.00")


def test_nobody_else_can_charge_a_fee(both: tuple[Desk, World]) -> None:
    desk, _ = both
    fee = desk.envelope(
        "fee.charged",
        fee="F",
        escalation="E",
        step="remind",
        amount="5.00",
        currency="CNY",
        on="2012-06-01",
        effective_on="2012-06-02",
        policy_version="v1",
    )
    assert desk.statuses(fee) == ["rejected"]
