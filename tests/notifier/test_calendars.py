"""Working days by the calendar of the debtor's time zone (failures 38)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from huikuan.events.relations import DebtorRegistered, DebtorUpdated
from huikuan.web.problems import FieldError, Problem
from services.notifier.document import read_policy
from services.notifier.domain.case import Case
from services.notifier.domain.scoping import seen_by
from services.notifier.domain.view import Sight
from tests.notifier.hand_made import item, judge, ladder, standing, step
from tests.notifier.world import World, owed, policy

DAY = timedelta(days=1)
FRIDAYS = ["friday", "saturday"]
CHINA: dict[str, Any] = {
    "holidays": [
        *(f"2026-02-{day}" for day in range(15, 24)),
        *(f"2026-05-0{day}" for day in range(1, 6)),
        *(f"2026-10-0{day}" for day in range(1, 8)),
    ],
    "make_up": ["2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
}
EASTER = ["2026-04-03", "2026-04-06", "2026-05-01"]
CALENDARS: dict[str, dict[str, Any]] = {
    "Africa/Cairo": {"weekend": FRIDAYS},
    "Africa/Johannesburg": {"holidays": ["2026-04-03", "2026-04-06", "2026-04-27"]},
    "Africa/Lagos": {"holidays": ["2026-04-03", "2026-04-06"]},
    "America/Chicago": {"holidays": ["2026-07-03", "2026-11-26"]},
    "America/Los_Angeles": {"holidays": ["2026-07-03", "2026-11-26"]},
    "America/Mexico_City": {"holidays": ["2026-02-02", "2026-03-16"]},
    "America/New_York": {"holidays": ["2026-07-03", "2026-11-26"]},
    "America/Sao_Paulo": {"holidays": ["2026-02-16", "2026-02-17", "2026-04-03"]},
    "America/Toronto": {"holidays": ["2026-07-01", "2026-10-12"]},
    "Asia/Dubai": {"holidays": ["2026-12-02", "2026-12-03"]},
    "Asia/Ho_Chi_Minh": {"holidays": [f"2026-02-{day}" for day in range(16, 21)]},
    "Asia/Hong_Kong": {"holidays": ["2026-02-17", "2026-02-18", "2026-02-19"]},
    "Asia/Jakarta": {"holidays": ["2026-02-17", "2026-03-19"]},
    "Asia/Jerusalem": {"weekend": FRIDAYS, "holidays": ["2026-04-02", "2026-04-08"]},
    "Asia/Kathmandu": {"weekend": ["saturday"]},
    "Asia/Kolkata": {"weekend": ["sunday"], "holidays": ["2026-01-26"]},
    "Asia/Riyadh": {"weekend": FRIDAYS, "holidays": ["2026-09-23"]},
    "Asia/Seoul": {"holidays": ["2026-02-16", "2026-02-17", "2026-02-18"]},
    "Asia/Shanghai": CHINA,
    "Asia/Tokyo": {"holidays": ["2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06"]},
    "Australia/Sydney": {"holidays": ["2026-04-03", "2026-04-06"]},
    "Europe/Berlin": {"holidays": EASTER},
    "Europe/London": {"holidays": ["2026-04-03", "2026-04-06", "2026-05-04"]},
    "Pacific/Auckland": {"holidays": ["2026-02-06", "2026-04-03", "2026-04-06"]},
}
GENERAL = {"by_time_zone": CALENDARS}


@pytest.mark.parametrize(
    ("zone", "proposed_on", "hold", "raised_on"),
    [
        ("Africa/Cairo", "2026-03-05", 1, "2026-03-08"),
        ("Africa/Johannesburg", "2026-04-02", 1, "2026-04-07"),
        ("Africa/Lagos", "2026-04-02", 2, "2026-04-08"),
        ("America/Chicago", "2026-11-25", 1, "2026-11-27"),
        ("America/Los_Angeles", "2026-07-02", 1, "2026-07-06"),
        ("America/Mexico_City", "2026-01-30", 1, "2026-02-03"),
        ("America/New_York", "2026-07-02", 2, "2026-07-07"),
        ("America/Sao_Paulo", "2026-02-13", 1, "2026-02-18"),
        ("America/Toronto", "2026-10-09", 1, "2026-10-13"),
        ("Asia/Dubai", "2026-12-01", 1, "2026-12-04"),
        ("Asia/Ho_Chi_Minh", "2026-02-13", 1, "2026-02-23"),
        ("Asia/Hong_Kong", "2026-02-16", 1, "2026-02-20"),
        ("Asia/Jakarta", "2026-02-16", 2, "2026-02-19"),
        ("Asia/Jerusalem", "2026-04-01", 1, "2026-04-05"),
        ("Asia/Kathmandu", "2026-03-06", 1, "2026-03-08"),
        ("Asia/Kolkata", "2026-01-24", 1, "2026-01-27"),
        ("Asia/Riyadh", "2026-09-22", 2, "2026-09-27"),
        ("Asia/Seoul", "2026-02-13", 1, "2026-02-19"),
        # Chinese new year: nine days off, and the Saturdays before and after are worked.
        ("Asia/Shanghai", "2026-02-13", 1, "2026-02-14"),
        ("Asia/Shanghai", "2026-02-13", 2, "2026-02-24"),
        ("Asia/Shanghai", "2026-02-27", 1, "2026-02-28"),
        ("Asia/Shanghai", "2026-09-18", 1, "2026-09-20"),
        ("Asia/Shanghai", "2026-09-30", 3, "2026-10-10"),
        ("Asia/Tokyo", "2026-05-01", 1, "2026-05-07"),
        ("Australia/Sydney", "2026-04-02", 1, "2026-04-07"),
        ("Europe/Berlin", "2026-04-30", 1, "2026-05-04"),
        ("Europe/London", "2026-05-01", 1, "2026-05-05"),
        ("Pacific/Auckland", "2026-02-05", 1, "2026-02-09"),
        # Of no zone, or of one that is not named: the general calendar, which knows no holidays.
        (None, "2026-02-13", 1, "2026-02-16"),
        ("Asia/Urumqi", "2026-02-13", 2, "2026-02-17"),
    ],
)
def test_a_hold_ends_by_the_calendar_of_the_debtors_time_zone(
    zone: str | None, proposed_on: str, hold: int, raised_on: str
) -> None:
    rules, case = ladder(step(hold=hold), working_days=GENERAL), Case()
    day = date.fromisoformat(proposed_on)
    said = judge(standing(item(days=30, day=day), day=day, time_zone=zone), case, rules)
    assert said == [("propose", "stop")]
    while said != [("raise", "stop")]:
        day += DAY
        assert day <= date.fromisoformat(raised_on)
        said = judge(standing(item(days=30, day=day), day=day, time_zone=zone), case, rules)
    assert str(day) == raised_on


@pytest.mark.parametrize(
    ("zone", "days_overdue"), [("Asia/Shanghai", 0), ("Europe/Berlin", 8), (None, 8)]
)
def test_a_due_date_rolls_to_his_next_working_day(zone: str | None, days_overdue: int) -> None:
    rules = ladder(step(), working_days=GENERAL, due_roll="next_working_day")
    on = date(2026, 2, 24)
    due_on_the_sixteenth = standing(item(days=8, day=on), day=on, time_zone=zone)
    his, sight = seen_by(rules, Sight(due_on_the_sixteenth))
    (subject,) = sight.items()
    assert his.rules[0].view(sight, subject, "raise").days_overdue == days_overdue


@pytest.mark.parametrize(
    ("zone", "on", "is_raised"),
    [
        ("Asia/Shanghai", "2026-02-14", True),
        ("Europe/Berlin", "2026-02-14", False),
        ("Asia/Shanghai", "2026-02-18", False),
        ("Europe/Berlin", "2026-02-18", True),
        ("Africa/Cairo", "2026-03-06", False),
        (None, "2026-03-06", True),
    ],
)
def test_a_stop_is_raised_on_his_working_days(zone: str | None, on: str, is_raised: bool) -> None:
    rules = ladder(step(), working_days=GENERAL, raise_on="working_day")
    day = date.fromisoformat(on)
    said = judge(standing(item(days=30, day=day), day=day, time_zone=zone), Case(), rules)
    assert said == ([("raise", "stop")] if is_raised else [])


def test_who_has_one_calendar_pays_for_no_other() -> None:
    rules = ladder(step())
    assert rules.by_time_zone == {}
    sight = Sight(standing(time_zone="Asia/Shanghai"), rules.reading)
    assert seen_by(rules, sight) == (rules, sight)


def test_each_calendar_has_one_ladder() -> None:
    rules = ladder(step(), working_days=GENERAL)
    acme, other = (Sight(standing(time_zone="Asia/Tokyo")) for _ in range(2))
    assert seen_by(rules, acme)[0] is seen_by(rules, other)[0]


STOP = {
    "name": "stop",
    "kind": "stop_supply",
    "when": {"days_overdue": 1},
    "hold": 2,
    "acknowledge_within_days": 1,
}
SHORT = {"Asia/Shanghai": CHINA, "Europe/Berlin": {"holidays": EASTER}}


def february(day: int) -> date:
    return date(2026, 2, 1) + timedelta(days=day - 1)


def somebody(zone: str | None, on: int = 1) -> DebtorRegistered:
    return DebtorRegistered(on=february(on), time_zone=zone)


def journey(world: World, zones: dict[str, str | None], **other: Any) -> None:
    """Each debtor owes since Thursday, the 12th; on Friday the 13th a stop is proposed."""
    world.adopt(policy(STOP, working_days={"by_time_zone": SHORT}, **other))
    world.open(february(1))
    for debtor, zone in zones.items():
        world.fact(somebody(zone), debtor, "/erp|somebody")
        world.fact(owed("A", "100.00", february(12)), debtor)


def stops(world: World, debtor: str) -> list[tuple[str, str]]:
    """(word, date) of what was said of his stop."""
    items = world.get("/escalations", limit=1_000)["items"]
    return [(each["status"], each["effective_on"]) for each in items if each["debtor"] == debtor]


def test_each_debtor_is_stopped_and_awaited_by_his_own_calendar(world: World) -> None:
    journey(world, {"wei": "Asia/Shanghai", "otto": "Europe/Berlin", "who": None})
    world.open(february(25))
    assert stops(world, "otto") == [("proposed", "2026-02-13"), ("raised", "2026-02-17")]
    assert stops(world, "who") == stops(world, "otto")
    assert stops(world, "wei") == [("proposed", "2026-02-13"), ("raised", "2026-02-24")]
    holds = {each["debtor"]: each for each in world.get("/holds")["items"]}
    assert holds["otto"]["acknowledge_by"] == "2026-02-18"
    assert holds["wei"]["acknowledge_by"] == "2026-02-25"
    assert [each for each, hold in holds.items() if hold["overdue"]] == ["otto", "who"]
    report = world.notifier.service.rebuild(verify=True)
    assert (report.compared, report.differences) == (True, [])


def test_a_time_zone_counts_from_its_day(world: World) -> None:
    journey(world, {"wei": "Asia/Shanghai", "late": "Asia/Shanghai"})
    world.open(february(16))
    moved = DebtorUpdated(on=february(18), time_zone="Europe/Berlin")
    world.fact(moved, "wei", "/erp|moved")
    world.open(february(17))
    assert stops(world, "wei") == [("proposed", "2026-02-13")]
    world.open(february(25))
    assert stops(world, "wei") == [("proposed", "2026-02-13"), ("raised", "2026-02-18")]
    assert stops(world, "late") == [("proposed", "2026-02-13"), ("raised", "2026-02-24")]


def test_the_forecast_and_why_count_by_his_calendar(world: World) -> None:
    journey(world, {"wei": "Asia/Shanghai", "who": "Asia/Tokyo"})
    world.open(february(13))
    foreseen = world.get("/debtors/wei/forecast", until="2026-03-01")["items"]
    assert [(each["step"], each["effective_on"]) for each in foreseen] == [("stop", "2026-02-24")]
    (judged,) = world.get("/debtors/wei/why", step="stop")["judged"]
    assert judged["working_days_of"] == "Asia/Shanghai"
    assert judged["prevented_by"][0] == {"reason": "hold", "until": "2026-02-24", "events": []}
    assert "Working days are those of Asia/Shanghai." in judged["sentences"]["en"]
    assert "工作日按 Asia/Shanghai 的日历计算。" in judged["sentences"]["zh"]
    (judged,) = world.get("/debtors/who/why", step="stop")["judged"]
    assert "Working days are those of the policy's general calendar." in judged["sentences"]["en"]
    stands = world.get("/debtors/wei/standing")
    assert (stands["time_zone"], stands["working_days_of"]) == ("Asia/Shanghai",) * 2
    stands = world.get("/debtors/who/standing")
    assert (stands["time_zone"], stands["working_days_of"]) == ("Asia/Tokyo", "general")


def test_with_one_calendar_why_says_nothing_of_it(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", february(12)))
    world.open(february(13))
    (judged,) = world.get("/debtors/acme/why", step="stop")["judged"]
    assert judged["working_days_of"] is None
    assert not any("Working days" in each for each in judged["sentences"]["en"])


DOCUMENT = """
version: v1
effective_on: 2026-01-01
working_days:
  by_time_zone:
    Asia/Shanghai: {make_up: [2026-02-14]}
    Asia/Shangai: {holidays: [2026-02-16]}
steps:
  - {name: reminder, kind: notice, when: {days_overdue: 1}}
"""


def refusal(document: str) -> FieldError:
    with pytest.raises(Problem) as refused:
        read_policy(document.encode())
    (error,) = refused.value.errors
    assert isinstance(error, FieldError)
    return error


def test_a_zone_that_does_not_exist_is_refused_with_its_line_and_one_that_does() -> None:
    error = refusal(DOCUMENT)
    assert error.pointer == "/working_days/by_time_zone/Asia~1Shangai"
    assert not isinstance(error.detail, str)
    assert error.detail.en == "Line 7: no time zone of IANA is called so; Asia/Shanghai is one"
    assert error.detail.zh.startswith("第 7 行：IANA 没有这个时区")


@pytest.mark.parametrize(
    ("calendar", "pointer"),
    [
        ({"weekends": []}, "/weekends"),
        ({"holidays": ["2026-02-30"]}, "/holidays/0"),
        ({"holidays": ["2026-02-14"], "make_up": ["2026-02-14"]}, ""),
        ({"by_time_zone": {}}, "/by_time_zone"),
    ],
)
def test_a_calendar_within_is_checked_like_the_general_one(
    calendar: dict[str, Any], pointer: str
) -> None:
    document = {
        "version": "v1",
        "effective_on": "2026-01-01",
        "working_days": {"by_time_zone": {"Asia/Shanghai": calendar}},
        "steps": [{"name": "s", "kind": "notice", "when": {"days_overdue": 1}}],
    }
    error = refusal(json.dumps(document))
    assert error.pointer == f"/working_days/by_time_zone/Asia~1Shanghai{pointer}"


def test_a_document_with_calendars_is_read_back_from_the_log() -> None:
    known = read_policy(DOCUMENT.replace("Asia/Shangai", "Asia/Tokyo").encode())
    assert type(known).model_validate(known.document()) == known
    assert known.document()["working_days"] == {
        "by_time_zone": {
            "Asia/Shanghai": {"make_up": ["2026-02-14"]},
            "Asia/Tokyo": {"holidays": ["2026-02-16"]},
        }
    }
