"""Forecasts and holds by HTTP, asked as known at an earlier place and as of another day."""

from datetime import date
from itertools import chain
from typing import Any

import pytest

from huikuan.eventlog.position import Position
from huikuan.events.cash import PaymentReversed
from huikuan.events.relations import DisputeOpened, DunningPaused
from tests.notifier.world import World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
EVERY = ["/debtors/acme/forecast", "/holds", "/forecast"]
BEFORE = Position({"ledger": {0: 99, 1: 99}}).encode()
DISPUTED = DisputeOpened(
    dispute="D", invoice="A-bolt", amount="100.00", reason="quality", opened_on=date(2012, 6, 9)
)
PAUSED = DunningPaused(pause="H", from_on=date(2012, 6, 2), until=date(2012, 6, 30), reason="talks")


def june(day: int) -> date:
    return date(2012, 6, day)


def begin(world: World, *steps: dict[str, Any], **other: Any) -> None:
    """On 9 June acme is stopped and owes another item, bolt is to be reminded, city has paid."""
    world.adopt(policy(*(steps or (REMIND, STOP)), **other))
    world.open(june(1))
    for debtor, due in (("acme", june(2)), ("bolt", june(12)), ("city", june(2))):
        world.fact(owed(f"A-{debtor}", "100.00", due), debtor)
    world.fact(owed("B", "50.00", june(20)))
    world.fact(paid("P", "100.00", june(2), "A-city"), "city")
    world.open(june(9))


def told(world: World, **asked: Any) -> list[Any]:
    return [world.get(path, **asked) for path in EVERY]


def here(world: World) -> str:
    world.drain()
    return world.notifier.service.position().encode()


def steps(answer: Any) -> list[tuple[str, str, str]]:
    return [(each["on"], each["word"], each["step"]) for each in answer["items"]]


def stopped(answer: Any) -> list[tuple[str, str, int]]:
    return [(each["debtor"], each["step"], each["hold_seq"]) for each in answer["items"]]


def problem(world: World, path: str, language: str = "en", **asked: str) -> list[dict[str, str]]:
    world.drain()
    headers = {"Accept-Language": language}
    answer = world.client.get(f"/v1{path}", params=asked, headers=headers)
    assert answer.status_code == 422, answer.text
    errors: list[dict[str, str]] = answer.json()["errors"]
    return errors


def late_payment(world: World) -> None:
    world.fact(paid("Q", "100.00", june(3), "A-acme"))


def bounced(world: World) -> None:
    world.fact(PaymentReversed(payment="P", reversed_on=june(9), reason="bounced"), "city")


def disputed(world: World) -> None:
    world.fact(DISPUTED, "bolt")


def paused(world: World) -> None:
    world.fact(PAUSED, "bolt")


def another_policy(world: World) -> None:
    world.adopt(policy({**STOP, "when": {"days_overdue": 1}}, version="v2"), confirm=True)


def a_newcomer(world: World) -> None:
    world.fact(owed("A-new", "100.00", june(1)), "new")


@pytest.mark.parametrize(
    "happens", [late_payment, bounced, disputed, paused, another_policy, a_newcomer]
)
def test_as_known_at_a_place_all_is_told_as_it_was_there(world: World, happens: Any) -> None:
    begin(world)
    then, known_at = told(world), here(world)
    known_ms = world.times.last_ms
    happens(world)
    assert told(world) != then
    world.open(june(25))
    moment = f"1970-01-01T00:{known_ms // 60_000:02}:{known_ms // 1000 % 60:02}"
    assert told(world, known_at=known_at) == told(world, known_at=moment) == then


def test_the_holds_of_a_place_are_those_that_stood_there_each_with_its_number(
    world: World,
) -> None:
    begin(world)
    (hold,) = world.get("/holds")["items"]
    known_at = here(world)
    world.fact(paid("Q", "100.00", june(9), "A-acme"))
    world.open(june(30))
    assert stopped(world.get("/holds", known_at=known_at)) == [("acme", "stop", hold["hold_seq"])]
    assert stopped(world.get("/holds"))[0][2] > hold["hold_seq"]


def test_an_acknowledgement_counts_from_where_it_was_given(world: World) -> None:
    begin(world, {**STOP, "acknowledge_within_days": 1})
    known_at = here(world)
    (hold,) = world.get("/holds", overdue=True)["items"]
    path = f"/v1/escalations/{hold['escalation']}/acknowledgements"
    assert world.client.post(path, json={"by": "erp"}).status_code == 201
    assert world.get("/holds", overdue=True)["items"] == []
    assert world.get("/holds", overdue=True, known_at=known_at)["items"] == [hold]
    assert stopped(world.get("/holds", as_of="2012-06-07")) == stopped(world.get("/holds"))
    assert world.get("/holds", as_of="2012-06-06")["items"] == []
    assert world.get("/holds", as_of="2012-05-01") == {"items": []}


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_past_is_paged_to_its_end(world: World, limit: int) -> None:
    begin(world)
    late = [f"d{number:02}" for number in range(25)]
    for number, debtor in enumerate(late):
        due = june(3) if number % 12 == 0 else june(15)
        world.fact(owed(f"A-{debtor}", "10.00", due), debtor)
    world.open(june(10))
    known_at, holds = here(world), world.get("/holds")["items"]
    forecast = world.get("/forecast")["items"]
    for debtor in late:
        world.fact(paid(f"P-{debtor}", "10.00", june(10)), debtor)
    assert len(holds) == 4
    stopped_then = pages(world, "/holds", limit, known_at)
    assert list(chain.from_iterable(stopped_then)) == holds
    assert ([] in stopped_then) == (limit == 1), "no page looks at more than ten for each"
    foreseen_then = pages(world, "/forecast", limit, known_at)
    assert list(chain.from_iterable(foreseen_then)) == forecast


def pages(world: World, path: str, limit: int, known_at: str) -> list[list[Any]]:
    asked: dict[str, Any] = {"limit": limit, "known_at": known_at}
    page = world.get(path, **asked)
    found = [page["items"]]
    while "next" in page:
        page = world.get(path, **asked, after=page["next"])
        found.append(page["items"])
    assert all(len(items) <= limit for items in found)
    return found


def test_as_of_a_day_that_is_over_late_facts_count_and_later_ones_do_not(world: World) -> None:
    begin(world)
    known_at = here(world)
    world.fact(paid("Q", "100.00", june(4), "A-acme"))
    world.fact(paid("R", "50.00", june(11), "B"))
    world.open(june(20))
    asked = {"as_of": "2012-06-05", "until": "2012-07-15"}
    assert steps(world.get(EVERY[0], **asked)) == [
        ("2012-06-21", "raised", "reminder"),
        ("2012-06-25", "raised", "stop"),
    ]
    assert steps(world.get(EVERY[0], **asked, known_at=known_at))[0] == (
        "2012-06-07",
        "raised",
        "stop",
    )
    assert stopped(world.get("/holds", as_of="2012-06-08")) == []
    assert len(world.get("/holds", as_of="2012-06-08", known_at=known_at)["items"]) == 1
    every = {each["debtor"]: steps(each) for each in world.get("/forecast", **asked)["items"]}
    assert every == {
        debtor: steps(world.get(f"/debtors/{debtor}/forecast", **asked))
        for debtor in ("acme", "bolt")
    }


def test_as_of_a_day_to_come_it_is_told_what_comes_after_that_day(world: World) -> None:
    begin(world)
    then = [world.get(path, as_of="2012-06-15") for path in (EVERY[0], EVERY[2])]
    assert [answer["as_of"] for answer in then] == ["2012-06-15"] * 2
    world.open(june(15))
    now = [world.get(path) for path in (EVERY[0], EVERY[2])]
    assert [steps(each) for each in then[:1]] == [steps(each) for each in now[:1]]
    assert then[0]["next"] == now[0]["next"]
    assert [(e["debtor"], steps(e)) for e in then[1]["items"]] == [
        (e["debtor"], steps(e)) for e in now[1]["items"]
    ]
    assert then[1]["totals"] == now[1]["totals"]


@pytest.mark.parametrize("path", EVERY)
def test_before_the_first_day_nothing_is_told(world: World, path: str) -> None:
    begin(world)
    assert world.get(path, as_of="2012-05-31")["items"] == []
    assert world.get(path, known_at="1970-01-01T00:00:00Z")["items"] == []


@pytest.mark.parametrize(("language", "words"), [("en", "no such place"), ("zh", "没有该位置")])
@pytest.mark.parametrize("path", EVERY)
def test_a_place_that_is_not_on_the_log_is_refused(
    world: World, path: str, language: str, words: str
) -> None:
    begin(world)
    (error,) = problem(world, path, language, known_at=BEFORE)
    assert error["parameter"] == "known_at"
    assert words in error["detail"]


@pytest.mark.parametrize("path", EVERY[1:])
def test_a_place_in_one_part_of_the_log_does_not_tell_about_all(world: World, path: str) -> None:
    begin(world)
    known_at = Position({"ledger": {0: 1}}).encode()
    assert [each["parameter"] for each in problem(world, path, known_at=known_at)] == ["known_at"]


@pytest.mark.parametrize(
    ("path", "asked", "parameter", "words"),
    [
        ("/holds", {"as_of": "2012-06-10"}, "as_of", "晚于当前营业日"),
        (EVERY[0], {"as_of": "2032-06-10"}, "as_of", "十年"),
        ("/forecast", {"as_of": "2032-06-10"}, "as_of", "十年"),
        (EVERY[0], {"as_of": "2012-06-20", "until": "2012-06-19"}, "until", "早于所查询的日期"),
        ("/forecast", {"as_of": "2012-06-05", "until": "2012-06-04"}, "until", "早于所查询的日期"),
    ],
)
def test_a_day_that_means_nothing_is_refused_in_words(
    world: World, path: str, asked: dict[str, str], parameter: str, words: str
) -> None:
    begin(world)
    (error,) = problem(world, path, "zh", **asked)
    assert error["parameter"] == parameter
    assert words in error["detail"]
