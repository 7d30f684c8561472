"""Forecasts by HTTP: what will happen, and what keeps the next step off."""

from datetime import date, timedelta
from typing import Any

import pytest

from huikuan.eventlog.partition import partition_of
from huikuan.events.promises import PromiseMade
from huikuan.events.relations import DunningPaused
from services.notifier.forecast import word_of
from tests.notifier.world import World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 30}}


def june(day: int) -> date:
    return date(2012, 6, day)


def begin(world: World, *steps: dict[str, Any], **other: Any) -> None:
    world.adopt(policy(*(steps or (REMIND, STOP)), **other))
    world.open(june(1))


def forecast(world: World, debtor: str = "acme", **asked: Any) -> Any:
    return world.get(f"/debtors/{debtor}/forecast", **asked)


def words(answer: Any) -> list[tuple[str, str, str]]:
    return [(each["on"], each["word"], each["step"]) for each in answer["items"]]


def amounts(offers: Any) -> list[list[tuple[str, str]]]:
    return [[(each["currency"], each["amount"]) for each in one["amounts"]] for one in offers]


def test_the_steps_to_come_are_told_with_their_days_and_then_happen(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(9)))
    answer = forecast(world, until="2012-07-31")
    assert words(answer) == [
        ("2012-06-10", "raised", "reminder"),
        ("2012-07-09", "raised", "stop"),
    ]
    assert (answer["as_of"], answer["until"]) == ("2012-06-01", "2012-07-31")
    assert (answer["next"]["step"], answer["next"]["on"]) == ("reminder", "2012-06-10")
    world.open(date(2012, 7, 31))
    assert world.history() == [
        ("reminder", "2012-06-10", "raised"),
        ("stop", "2012-07-09", "raised"),
    ]


def test_the_smallest_payment_promise_and_dispute_are_told_with_their_last_day(
    world: World,
) -> None:
    rich = {"name": "rich", "kind": "notice", "when": {"overdue_amount": {"USD": "150.00"}}}
    begin(world, rich)
    world.fact(owed("A", "100.00", june(9)))
    world.fact(owed("B", "80.00", june(10)))
    following = forecast(world)["next"]
    assert (following["on"], following["step"]) == ("2012-06-11", "rich")
    prevented_by = following["prevented_by"]
    assert prevented_by["by"] == "2012-06-10"
    assert amounts(prevented_by["payments"]) == [[("USD", "30.01")]]
    assert amounts(prevented_by["promises"]) == [[("USD", "30.01")]]
    assert prevented_by["promises"][0]["due_on"] == "2012-06-11"
    disputed = prevented_by["disputes"][0]["amounts"][0]
    assert disputed["invoices"] == [{"invoice": "A", "instalment": None, "amount": "30.01"}]


def test_naming_a_small_invoice_is_offered_where_it_takes_less_money(world: World) -> None:
    many = {"name": "many", "kind": "notice", "when": {"overdue_items": 2}}
    begin(world, many)
    world.fact(owed("A", "500.00", june(8)))
    world.fact(owed("B", "7.00", june(9)))
    (offer,) = forecast(world)["next"]["prevented_by"]["payments"]
    assert offer["amounts"] == [
        {
            "company": "main",
            "currency": "USD",
            "amount": "7.00",
            "invoices": [{"invoice": "B", "instalment": None, "amount": "7.00"}],
        }
    ]


def test_debts_in_two_currencies_must_both_be_paid(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(9)))
    world.fact(owed("B", "9000", june(9), currency="JPY"))
    prevented_by = forecast(world)["next"]["prevented_by"]
    assert amounts(prevented_by["payments"]) == [[("JPY", "9000"), ("USD", "100.00")]]


def test_where_nothing_prevents_a_step_it_says_so(world: World) -> None:
    broken = {"name": "broken", "kind": "notice", "when": {"broken_promises": 1}}
    begin(world, broken, disputes={"shield": "upheld"})
    world.fact(owed("A", "100.00", june(2)))
    promise = PromiseMade(
        promise="M", amount="50.00", currency="USD", made_on=june(1), due_on=june(4)
    )
    world.fact(promise)
    prevented_by = forecast(world)["next"]["prevented_by"]
    # Whatever comes in time makes it partly kept, which is not broken.
    assert amounts(prevented_by["payments"]) == [[("USD", "0.01")]]
    assert (prevented_by["promises"], prevented_by["disputes"]) == ([], [])


def test_a_step_on_hold_is_told_with_the_day_on_which_it_will_be_raised(world: World) -> None:
    court = {"name": "court", "kind": "legal_referral", "when": {"days_overdue": 3}}
    begin(world, {**STOP, "hold": 2, "when": {"days_overdue": 1}}, court)
    world.fact(owed("A", "100.00", june(10)))
    answer = forecast(world)
    # 11 June 2012 is a Monday.
    assert words(answer) == [
        ("2012-06-11", "proposed", "stop"),
        ("2012-06-13", "raised", "stop"),
        ("2012-06-13", "proposed", "court"),
    ]
    assert answer["next"]["raised_on"] == "2012-06-13"


def test_a_pause_and_money_on_its_way_are_foreseen(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(2)))
    world.fact(DunningPaused(pause="H", from_on=june(1), until=june(8), reason="talks"))
    world.fact(paid("P", "100.00", june(20)))
    assert words(forecast(world)) == []
    world.fact(owed("B", "5.00", june(2)))
    assert words(forecast(world, until="2012-06-30")) == [("2012-06-09", "raised", "reminder")]


def test_a_breaker_that_trips_at_any_number_is_foreseen_for_one_debtor_too(world: World) -> None:
    begin(world, STOP, breaker={"count": 0, "share": 0})
    world.fact(owed("A", "100.00", june(2)))
    (held,) = forecast(world, until="2012-07-05")["items"]
    assert (held["on"], held["word"], held["step"]) == ("2012-07-02", "proposed", "stop")
    world.open(date(2012, 7, 5))
    assert [each["status"] for each in world.get("/escalations")["items"]] == ["proposed"]


def test_before_the_first_day_and_of_a_stranger_nothing_is_foreseen(world: World) -> None:
    answer = forecast(world)
    assert (answer["next"], answer["items"], answer["as_of"]) == (None, [], None)
    assert world.get("/forecast") == {"as_of": None, "until": None, "totals": [], "items": []}
    begin(world)
    assert (forecast(world)["next"], forecast(world)["items"]) == (None, [])


@pytest.mark.parametrize("path", ["/v1/forecast", "/v1/debtors/acme/forecast"])
def test_nothing_is_foreseen_of_the_past(world: World, path: str) -> None:
    begin(world)
    answer = world.client.get(path, params={"until": "2012-05-31"})
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.json()["errors"]] == ["until"]


def test_a_forecast_can_be_asked_for_as_known_at_an_earlier_time(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(2)))
    then = forecast(world)
    position = world.notifier.service.position().encode()
    world.fact(paid("P", "100.00", june(1)))
    world.open(june(4))
    assert forecast(world)["items"] == []
    assert forecast(world, known_at=position) == then


def test_the_portfolio_is_told_by_debtor_with_totals_per_step(world: World) -> None:
    begin(world)
    debtors = [f"d{number}" for number in range(7)]
    for number, debtor in enumerate(debtors):
        world.fact(owed(f"A{debtor}", f"{number + 1}00.00", june(2 + number)), debtor)
    answer = world.get("/forecast")
    assert answer["until"] == "2012-07-01"
    assert [(each["step"], each["word"], each["count"]) for each in answer["totals"]] == [
        ("reminder", "raised", 7)
    ]
    assert answer["totals"][0]["amounts"] == {"USD": {"overdue": "2800.00", "open": "2800.00"}}
    told = {each["debtor"]: words(each) for each in answer["items"]}
    assert told == {each: words(forecast(world, each, until="2012-07-01")) for each in debtors}
    assert len({partition_of(each, world.log.partitions) for each in debtors}) > 1


@pytest.mark.parametrize("limit", [1, 3])
def test_the_portfolio_is_paged_and_only_the_first_page_counts(world: World, limit: int) -> None:
    begin(world)
    for number in range(5):
        world.fact(owed(f"A{number}", "10.00", june(5)), f"d{number}")
    whole = world.get("/forecast")["items"]
    paged, page = [], world.get("/forecast", limit=limit)
    assert page["totals"] == world.get("/forecast")["totals"]
    while "next" in page:
        paged += page["items"]
        page = world.get("/forecast", limit=limit, after=page["next"])
        assert "totals" not in page
    assert paged + page["items"] == whole


def test_the_portfolio_is_narrowed_to_a_step_or_a_kind(world: World) -> None:
    begin(world)
    world.fact(owed("A", "100.00", june(9)))
    far = str(june(9) + timedelta(days=40))
    for asked in ({"step": "stop"}, {"kind": "stop_supply"}):
        answer = world.get("/forecast", until=far, **asked)
        assert [words(each) for each in answer["items"]] == [[("2012-07-09", "raised", "stop")]]
        assert [each["step"] for each in answer["totals"]] == ["stop"]
    assert world.get("/forecast", step="court")["items"] == []


def test_the_portfolio_foresees_that_the_breaker_holds_what_is_too_much(world: World) -> None:
    begin(world, {**STOP, "when": {"days_overdue": 5}}, breaker={"count": 2, "share": 0})
    for number in range(12):
        world.fact(owed(f"A{number}", "10.00", june(3 + number // 11)), f"d{number}")
    told = {
        (each["debtor"], on, word, step)
        for each in world.get("/forecast")["items"]
        for on, word, step in words(each)
    }
    assert {word for _, _, word, _ in told} == {"proposed", "raised"}
    world.open(june(30))
    happened = {
        (f"d{number}", str(event.on), word_of(event), event.step)
        for number in range(12)
        for _, event in world.said(f"d{number}")
    }
    assert told == happened


def test_the_portfolio_knows_of_a_policy_that_was_announced(world: World) -> None:
    begin(world, STOP)
    world.fact(owed("A", "100.00", june(2)))
    world.adopt(policy(REMIND, version="v2", effective_on="2012-06-20"))
    (told,) = world.get("/forecast", until="2012-06-30")["items"]
    assert words(told) == [("2012-06-20", "raised", "reminder")]
    assert words(forecast(world, until="2012-06-30")) == words(told)
