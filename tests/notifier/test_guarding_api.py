"""What the guards hold, by API: seen, explained, counted, released with a reason."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from huikuan.eventlog.memory import MemoryLog
from huikuan.events.ledger import ExchangeRateSet, FeedCompleted
from tests.notifier.world import World, a_world, owed, policy

DEBTORS = [f"d{number:02}" for number in range(12)]
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
RELEASE = {"tripped_on": "2012-06-05", "by": "li", "reason": "the bank file was complete"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Twelve debtors of one partition, for all of whom a stop is due on one day."""
    with a_world(tmp_path, MemoryLog(1)) as made:
        made.adopt(policy(STOP, breaker={"count": 3, "share": 25}))
        for debtor in DEBTORS:
            made.fact(owed("A", "100.00", date(2012, 5, 31)), debtor, f"{debtor}/A")
        made.open(date(2012, 6, 4))
        yield made


def tripped(world: World) -> None:
    world.open(date(2012, 6, 5))


def release(world: World, key: str = "", **other: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return world.client.post("/v1/breaker/releases", json=RELEASE | other, headers=headers)


def metric(world: World, name: str) -> float:
    page = world.client.get("/metrics").text
    return float(next(line for line in page.splitlines() if line.startswith(name)).split()[1])


def alarms(world: World, language: str = "en") -> list[str]:
    answer = world.client.get("/health/parts", headers={"Accept-Language": language})
    found: list[str] = answer.json()["alarms"]
    return found


def test_a_breaker_that_did_not_trip_is_closed(world: World) -> None:
    assert world.get("/breaker") == {"state": "closed", "items": []}
    assert metric(world, "huikuan_breaker_steps_held") == 0
    assert alarms(world) == []


def test_a_tripped_breaker_is_one_alarm_with_its_figures(world: World) -> None:
    tripped(world)
    answer = world.get("/breaker")
    assert answer["state"] == "tripped"
    assert answer["items"] == [
        {
            "tripped_on": "2012-06-05",
            "steps": 12,
            "policy_version": "v1",
            "partitions": [{"partition": 0, "steps": 12, "debtors": 12}],
            "released": None,
        }
    ]
    (alarm,), (chinese,) = alarms(world), alarms(world, "zh")
    assert alarm.startswith("2012-06-05: 12 steps that hurt would")
    assert chinese.startswith("2012-06-05：当日将有 12 个比催款函更重的措施生效")
    assert metric(world, "huikuan_breaker_steps_held") == 12
    assert metric(world, "huikuan_guard_alarms") == 1


def test_a_release_is_kept_with_its_reason_and_ends_the_alarm(world: World) -> None:
    tripped(world)
    answer = release(world)
    assert answer.status_code == 201
    assert answer.json()["position"]
    shown = world.get("/breaker")
    assert shown["state"] == "closed"
    assert shown["items"][0]["released"] == {
        "by": "li",
        "reason": "the bank file was complete",
        "on": "2012-06-05",
    }
    assert alarms(world) == []
    assert metric(world, "huikuan_breaker_steps_held") == 0
    world.open(date(2012, 6, 6))
    assert world.state(debtor="d07") == "stop"


def test_a_release_sent_again_is_done_once(world: World) -> None:
    tripped(world)
    first, again = release(world, "k1"), release(world, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    world.drain()
    assert release(world, "k1").status_code == 201


def test_a_second_person_s_release_is_told_of_the_first(world: World) -> None:
    tripped(world)
    release(world)
    world.drain()
    answer = release(world, by="wang")
    assert (answer.status_code, answer.json()["code"]) == (409, "breaker_released")


@pytest.mark.parametrize("day", ["2012-06-04", "2099-01-01"])
def test_a_day_that_did_not_trip_cannot_be_released(day: str, world: World) -> None:
    tripped(world)
    answer = release(world, tripped_on=day)
    assert (answer.status_code, answer.json()["code"]) == (404, "breaker_not_tripped")


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"reason": "a\x07b"}, {"by": " "}, {"tripped_on": "soon"}, {"more": 1}],
)
def test_a_release_without_person_reason_or_day_is_refused(
    wrong: dict[str, Any], world: World
) -> None:
    tripped(world)
    answer = release(world, **wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


def test_what_is_held_says_by_which_guard_since_when_in_both_languages(world: World) -> None:
    tripped(world)
    (entry,) = world.get("/debtors/d00/escalations")["history"]
    assert entry["status"] == "proposed"
    assert (entry["held"]["reason"], entry["held"]["on"]) == ("mass_escalation", "2012-06-05")
    assert "too many" in entry["held"]["en"]
    assert "熔断" in entry["held"]["zh"]


def test_feeds_and_rates_are_listed_and_a_late_feed_is_one_alarm(world: World) -> None:
    def complete(feed: str, through_on: date) -> None:
        event = FeedCompleted(source="bank", feed=feed, through_on=through_on)
        world.everybody(event, f"feed/{feed}/{through_on}")

    rate = ExchangeRateSet(base="USD", quote="CNY", rate="7.1", effective_on=date(2012, 6, 1))
    world.everybody(rate, "rate")
    complete("invoices", date(2012, 5, 1))
    complete("payments", date(2012, 6, 3))
    world.open(date(2012, 6, 6))
    assert alarms(world) == []
    world.open(date(2012, 6, 7))
    assert world.get("/feeds")["items"] == [
        {
            "source": "bank",
            "feed": "invoices",
            "through_on": "2012-05-01",
            "awaited": False,
            "late": False,
        },
        {
            "source": "bank",
            "feed": "payments",
            "through_on": "2012-06-03",
            "awaited": True,
            "late": True,
        },
    ]
    assert world.get("/exchange-rates")["items"] == [
        {"base": "USD", "quote": "CNY", "effective_on": "2012-06-01", "rate": "7.1"}
    ]
    (alarm,), (chinese,) = alarms(world), alarms(world, "zh")
    assert alarm.startswith("payments of bank is complete only through 2012-06-03;")
    assert chinese.startswith("bank 的 payments 数据仅完整至 2012-06-03；")
    assert metric(world, 'huikuan_feed_days_behind{feed="payments"') == 4
    complete("payments", date(2012, 6, 6))
    world.drain()
    assert alarms(world) == []


def test_a_person_lets_one_go_with_a_reason_that_is_kept(world: World) -> None:
    tripped(world)
    (entry,) = world.get("/debtors/d00/escalations")["history"]
    path = f"/v1/escalations/{entry['escalation']}/approvals"
    for reason in ({}, {"reason": "  "}, {"reason": "a\nb"}):
        refused = world.client.post(path, json={"by": "li", **reason})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/reason"]
    answer = world.client.post(path, json={"by": "li", "reason": "he was called"})
    assert answer.status_code == 201
    (entry,) = world.get("/debtors/d00/escalations")["history"]
    assert [(each["by"], each["reason"]) for each in entry["approvals"]] == [
        ("li", "he was called")
    ]


def test_a_foreign_record_is_counted_and_shown_in_both_languages(world: World) -> None:
    place = world.foreign(debtor="d00")
    shown = [
        world.get("/debtors/d00/escalations")["held_back"],
        world.get("/debtors/d00/why", step="stop")["held_back"],
    ]
    for (held,) in shown:
        assert (held["reason"], held["settle"]) == ("unsettled_records", [place])
        assert "settled" in held["en"]
        assert "待处理" in held["zh"]
    assert metric(world, "huikuan_set_aside_records") == 1
    assert "held_back" not in world.get("/debtors/d01/escalations")
