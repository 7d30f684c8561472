"""Backtests through the API: begun, done, paged, cancelled, refused with the place."""

import json
import threading
import time
from datetime import date
from typing import Any

import pytest

from services.notifier.backtesting import Backtest
from tests.notifier.world import World, owed, paid, policy


def june(day: int) -> date:
    return date(2012, 6, day)


def stop(days: int, **more: Any) -> dict[str, Any]:
    return {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": days}, **more}


LIVE = policy(stop(5))


def tell(world: World) -> None:
    """Twenty debtors owe 100 from 31 May; every second one pays on 12 June."""
    world.adopt(LIVE)
    world.open(june(1))
    for number in range(20):
        world.fact(owed(f"A{number}", "100.00", date(2012, 5, 31)), f"D{number}")
    world.open(june(12))
    for number in range(0, 20, 2):
        world.fact(paid(f"P{number}", "100.00", june(12), f"A{number}"), f"D{number}")
    world.open(june(20))


def ask(world: World, **body: Any) -> dict[str, Any]:
    """Begin a backtest and wait for its end."""
    answer = world.client.post("/v1/backtests", json=body)
    assert answer.status_code == 202, answer.text
    path, job = f"/backtests/{answer.json()['id']}", {"state": "running"}
    while job["state"] == "running":  # asked at least once: that it has begun tells no totals
        time.sleep(0.005)
        job = world.get(path)
    return job


def document(*steps: dict[str, Any], **other: Any) -> str:
    return policy(*steps, version="new", **other).decode()


def test_a_backtest_counts_what_moves_and_how_long_it_holds(world: World) -> None:
    tell(world)
    done = ask(world, policy=document(stop(10)), **{"from": "2012-06-01", "to": "2012-06-20"})
    assert done["state"] == "done"
    assert done["progress"]["records"] == done["progress"]["records_in_all"] > 0
    (step,) = done["totals"]["steps"]
    assert (step["step"], step["kind"], step["moved"]) == ("stop", "stop_supply", 20)
    assert step["then"] == {
        "raised": 20,
        "proposed": 0,
        "retracted": 0,
        "days_held": 10 * 7 + 10 * 16,
        "amount_days": {"USD": "23000.00"},
    }
    assert step["now"]["days_held"] == 10 * 2 + 10 * 11
    assert step["now"]["amount_days"] == {"USD": "13000.00"}
    (moved,) = done["items"][0]["moved"]
    assert (moved["then"]["effective_on"], moved["now"]["effective_on"]) == (
        "2012-06-05",
        "2012-06-10",
    )


def test_the_debtors_that_differ_come_in_pages(world: World) -> None:
    tell(world)
    done = ask(world, policy=document(stop(10)))
    seen, after = [], ""
    while True:
        page = world.get(f"/backtests/{done['id']}", limit=7, after=after)
        seen += [each["debtor"] for each in page["items"]]
        if "next" not in page:
            break
        after = page["next"]
    assert sorted(seen) == sorted(f"D{number}" for number in range(20))


def test_the_live_policy_and_a_policy_against_itself_show_no_difference(world: World) -> None:
    tell(world)
    for body in (
        {"policy": LIVE.decode()},
        {"policy": document(stop(9)), "against": document(stop(9))},
        {"policy": LIVE.decode(), "from": "2012-06-06", "to": "2012-06-11"},
    ):
        done = ask(world, **body)
        assert done["totals"]["debtors"] == 20
        assert (done["totals"]["debtors_that_differ"], done["items"]) == (0, [])
        assert done["totals"]["now"] == done["totals"]["then"]
        assert done["totals"]["now"]["raised"] == 20


def test_days_on_which_the_breaker_tripped_are_held_in_the_trial_too(world: World) -> None:
    world.adopt(policy(stop(5), breaker={"count": 3, "share": 5}))
    world.open(june(1))
    for number in range(20):
        world.fact(owed(f"A{number}", "100.00", date(2012, 5, 31)), f"D{number}")
    world.open(june(8))
    done = ask(world, policy=document(stop(5), breaker={"count": 3, "share": 5}))
    assert done["totals"]["debtors_that_differ"] == 0
    (step,) = done["totals"]["steps"]
    assert (step["now"]["raised"], step["now"]["proposed"]) == (0, 20)


def test_a_share_of_the_debtors_has_the_policy_and_each_group_is_reported(world: World) -> None:
    tell(world)
    first, again = (ask(world, policy=document(stop(10)), share=0.5, seed=3) for _ in range(2))
    groups = first["groups"]
    assert groups["champion"]["debtors"] + groups["challenger"]["debtors"] == 20
    assert groups["champion"]["debtors_that_differ"] == 0
    assert 0 < groups["challenger"]["debtors_that_differ"] == groups["challenger"]["debtors"] < 20
    assert (first["items"], first["groups"]) == (again["items"], again["groups"])


def test_only_the_debtors_named_are_tried(world: World) -> None:
    tell(world)
    done = ask(world, policy=document(stop(10)), debtors=["D3", "D4"])
    assert [each["debtor"] for each in done["items"]] == ["D3", "D4"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"from": "2012-05-31"}, "/from"),
        ({"from": "2012-06-21"}, "/from"),
        ({"to": "2012-06-21"}, "/to"),
        ({"from": "2012-06-10", "to": "2012-06-09"}, "/to"),
        ({"share": 0}, "/share"),
        ({"debtors": []}, "/debtors"),
        ({"policy": document(stop(10, hold=-1))}, "/policy/steps/0/hold"),
        ({"policy": "version: [1\n"}, "/policy"),
        ({"against": document(stop(10), stop(11))}, "/against/steps"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_its_place(
    world: World, body: dict[str, Any], place: str
) -> None:
    world.adopt(LIVE)
    world.leap(june(1))
    world.leap(june(20))
    answer = world.client.post("/v1/backtests", json={"policy": document(stop(10)), **body})
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [place]


@pytest.mark.parametrize("field", ["policy", "against"])
@pytest.mark.parametrize(
    "given",
    [r'"\ud800"', r'{"version": "\ud800"}', r'{"\ud800": 1}', '{"version": 1' + "0" * 30 + "}"],
)
def test_a_document_that_no_database_can_keep_is_refused(
    world: World, field: str, given: str
) -> None:
    world.adopt(LIVE)
    world.leap(june(1))
    body = '{"policy": ' + json.dumps(document(stop(10))) + f', "{field}": {given}}}'
    answer = world.client.post(
        "/v1/backtests", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")


@pytest.mark.parametrize("field", ["policy", "against"])
@pytest.mark.parametrize("given", [5, True, ["version: x"]])
def test_what_is_no_document_is_refused_as_none(world: World, field: str, given: object) -> None:
    body = {"policy": document(stop(10)), field: given}
    for language, said in (("en", "A policy document is needed"), ("zh", "应为策略文档")):
        headers = {"Accept-Language": language}
        answer = world.client.post("/v1/backtests", json=body, headers=headers)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["detail"].startswith(said)) == (f"/{field}", True)


def test_the_error_of_a_document_names_its_line_as_at_adoption(world: World) -> None:
    text = "version: x\neffective_on: 2012-01-01\nsteps:\n  - {name: a, kind: shout, when: {}}\n"
    adopted = world.client.put("/v1/policy", content=text.encode())
    tried = world.client.post("/v1/backtests", json={"policy": text})
    said = [error["detail"] for error in adopted.json()["errors"]]
    assert [error["detail"] for error in tried.json()["errors"]] == said
    assert said[0].startswith("Line 4")


def test_before_the_first_day_there_is_nothing_to_try(world: World) -> None:
    answer = world.client.post("/v1/backtests", json={"policy": document(stop(10))})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_business_day")


def test_one_runs_at_a_time_and_can_be_cancelled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(world)
    going, seen = threading.Event(), threading.Event()

    def slowly(_: Backtest, __: Any, on_progress: Any) -> None:
        seen.set()
        while not going.wait(0.001):
            on_progress(1, 2)

    monkeypatch.setattr(Backtest, "run", slowly)
    body = {"policy": document(stop(10))}
    job = world.client.post("/v1/backtests", json=body).json()
    assert seen.wait(10)
    second = world.client.post("/v1/backtests", json=body)
    assert (second.status_code, second.json()["code"]) == (409, "backtest_running")
    world.client.delete(f"/v1/backtests/{job['id']}")
    while (job := world.get(f"/backtests/{job['id']}"))["state"] == "running":
        time.sleep(0.001)
    assert job["state"] == "cancelled"
    assert "totals" not in job
    going.set()
    third = world.client.post("/v1/backtests", json=body)
    assert third.status_code == 202
    assert [each["id"] for each in world.get("/backtests")["items"]] == [
        third.json()["id"],
        job["id"],
    ]
    world.client.delete(f"/v1/backtests/{job['id']}")
    assert world.client.get(f"/v1/backtests/{job['id']}").status_code == 404
