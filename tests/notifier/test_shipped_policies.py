"""The shipped policies do what their comments say, as a journey through the API.

An invoice is due on Monday 2 March 2026; days are counted from there.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from huikuan.events.fields import Event
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import CreditLimitSet, DebtorRegistered, DunningPaused
from huikuan.events.sales import InvoiceDelivered
from tests.notifier.world import World, owed, paid

POLICIES = Path(__file__).parents[2] / "deploy" / "policies"
DUE = date(2026, 3, 2)
Said = list[tuple[str, str, int]]


def day(number: int) -> date:
    return DUE + timedelta(days=number)


def invoice(amount: str = "1000.00", name: str = "A", due: int = 0) -> Event:
    return owed(name, amount, day(due), currency="CNY")


def money(amount: str, on: int) -> Event:
    return paid("P", amount, day(on), currency="CNY")


def promise(amount: str, made: int, due: int) -> Event:
    return PromiseMade(
        promise="M", amount=amount, currency="CNY", made_on=day(made), due_on=day(due)
    )


def journey(
    world: World, name: str, facts: Mapping[int, Sequence[Event]], through: int, approve: int = 0
) -> Said:
    """(step, word, day) of everything public; ``approve`` people approve what is proposed."""
    world.adopt((POLICIES / f"{name}.yaml").read_bytes())
    for number in range(min(facts), through + 1):
        world.open(day(number))
        for at, fact in enumerate(facts.get(number, ())):
            world.fact(fact, event_id=f"/erp|{number}/{at}")
        for each in world.get("/escalations", limit=1_000)["items"] if approve else ():
            if each["status"] == "proposed":
                for person in ("li", "wang")[:approve]:
                    path = f"/v1/escalations/{each['escalation']}/approvals"
                    world.client.post(path, json={"by": person})
                    world.drain()
    items = world.get("/escalations", limit=1_000)["items"]
    return [
        (each["step"], each["status"], (date.fromisoformat(each["effective_on"]) - DUE).days)
        for each in items
    ]


def delivered(on: int) -> Event:
    return InvoiceDelivered(invoice="A", on=day(on), by="letter", proof="EMS-1")


def test_standard(world: World) -> None:
    said = journey(world, "standard", {-20: [invoice()], -18: [delivered(-18)]}, 121, approve=2)
    assert said == [
        ("due_soon", "raised", -15),
        ("reminder", "raised", 1),
        ("stop", "proposed", 30),
        ("stop", "raised", 31),
        ("court", "proposed", 120),
        ("court", "raised", 121),
    ]


def test_standard_takes_nobody_to_court_without_any_proof(world: World) -> None:
    said = journey(world, "standard", {-20: [invoice()]}, 125, approve=2)
    assert said[-1] == ("court", "proposed", 120)


def test_standard_stops_for_much_in_three_items(world: World) -> None:
    three = [invoice("20000.00", name) for name in "ABC"]
    said = journey(world, "standard", {0: three}, 2)
    assert said[-1] == ("stop", "raised", 2)


def test_strict(world: World) -> None:
    facts = {-8: [invoice()], 31: [money("1000.00", 31)]}
    assert journey(world, "strict", facts, 40) == [
        ("due_soon", "raised", -7),
        ("reminder", "raised", 1),
        ("call", "raised", 3),
        ("stop", "raised", 10),
        ("service", "raised", 30),
        ("due_soon", "lifted", 31),
        ("reminder", "lifted", 31),
        ("call", "lifted", 36),
        ("stop", "lifted", 36),
        ("service", "lifted", 36),
    ]


def test_strict_takes_half_a_payment_for_a_broken_promise(world: World) -> None:
    half = [money("500.00", 2)]
    facts = {0: [invoice(due=4), promise("1000.00", 0, 2)], 2: half}
    assert journey(world, "strict", facts, 3) == [
        ("due_soon", "raised", 0),
        ("stop", "raised", 3),
    ]


def test_strict_stops_who_has_used_his_limit(world: World) -> None:
    limit = CreditLimitSet(amount="1000.00", currency="CNY", effective_on=day(-9))
    said = journey(world, "strict", {-9: [limit, invoice()]}, -8)
    assert said == [("stop", "raised", -8)]


def test_key_accounts(world: World) -> None:
    facts = {-11: [invoice("120000.00")], 70: [money("101000.00", 70)]}
    assert journey(world, "key-accounts", facts, 71, approve=1) == [
        ("due_soon", "raised", -10),
        ("reminder", "raised", 6),
        ("call", "raised", 15),
        ("visit", "raised", 30),
        ("stop", "proposed", 60),
        # 1 May 2026 is a Friday; the general calendar knows no holidays: three days end on 6 May.
        ("stop", "raised", 65),
        ("stop", "lifted", 70),
    ]


def test_key_accounts_in_china_have_no_working_day_in_the_first_week_of_may(world: World) -> None:
    wei = DebtorRegistered(on=day(-11), time_zone="Asia/Shanghai")
    said = journey(world, "key-accounts", {-11: [wei, invoice("120000.00")]}, 68, approve=1)
    assert said[-2:] == [("stop", "proposed", 60), ("stop", "raised", 67)]


def test_key_accounts_climb_one_step_a_day(world: World) -> None:
    assert journey(world, "key-accounts", {31: [invoice()]}, 34) == [
        ("due_soon", "raised", 31),
        ("reminder", "raised", 31),
        ("call", "raised", 32),
        ("visit", "raised", 33),
    ]


def test_key_accounts_do_not_hear_of_trifles(world: World) -> None:
    assert journey(world, "key-accounts", {0: [invoice("99.99")]}, 40) == []


def test_small_traders(world: World) -> None:
    assert journey(world, "small-traders", {-4: [invoice()]}, 42) == [
        ("due_soon", "raised", -3),
        ("reminder", "raised", 1),
        ("reminder", "repeated", 8),
        ("stop", "proposed", 14),
        ("stop", "raised", 15),
        ("reminder", "repeated", 15),
        ("reminder", "repeated", 22),
        ("reminder", "exhausted", 22),
        ("service", "raised", 42),
    ]


def test_small_traders_of_a_season_are_stopped_later(world: World) -> None:
    seasonal = DebtorRegistered(on=day(-4), tags=("seasonal",))
    said = journey(world, "small-traders", {-4: [seasonal, invoice()]}, 31)
    assert [each for each in said if each[0] == "stop"] == [
        ("stop", "proposed", 30),
        ("stop", "raised", 31),
    ]


def test_small_traders_that_are_paused_are_free_until_it_ends(world: World) -> None:
    pause = DunningPaused(pause="H", from_on=day(20), until=day(22), reason="flood")
    said = journey(world, "small-traders", {0: [invoice()], 20: [pause]}, 25)
    assert [each for each in said if each[0] == "stop"] == [
        ("stop", "proposed", 14),
        ("stop", "raised", 15),
        ("stop", "lifted", 20),
        ("stop", "proposed", 23),
        ("stop", "raised", 24),
    ]
