"""The notifier as any program sees it, by HTTP."""

import json
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from huikuan.eventlog.position import Position
from huikuan.events.ledger import BusinessDayOpened
from tests.notifier.world import STORY, World, owed, paid, policy

REMIND = {"name": "reminder", "kind": "notice", "when": {"days_overdue": 1}}
STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
COURT = {
    "name": "court",
    "kind": "legal_referral",
    "when": {"days_overdue": 9},
    "evidence_at_least": "D",
}


def june(day: int) -> date:
    return date(2012, 6, day)


def put(world: World, body: bytes | str, **params: Any) -> Any:
    return world.client.put("/v1/policy", content=body, params=params)


def stopped(world: World, *steps: dict[str, Any], through: int = 6) -> None:
    """A debtor whose hundred dollars were due on 31 May."""
    world.adopt(policy(*(steps or (REMIND, STOP))))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(through))


def test_a_policy_is_adopted_and_shown(world: World) -> None:
    answer = put(world, STORY)
    assert answer.status_code == 200
    assert answer.json()["version"] == "story-1"
    position = Position.decode(answer.json()["position"])
    assert position.seqs == {"notifier": {0: 1, 1: 1}}
    world.drain()
    shown = world.get("/policy", after_position=answer.json()["position"])
    assert (shown["version"], shown["effective_on"]) == ("story-1", "2012-01-01")
    assert [step["name"] for step in shown["document"]["steps"]] == [
        "warning",
        "blocked",
        "cancelled",
    ]


def test_the_same_policy_twice_is_adopted_once(world: World) -> None:
    first, again = put(world, STORY), put(world, STORY)
    assert (first.json()["adopted"], again.json()["adopted"]) == (True, False)
    assert first.json()["position"] == again.json()["position"]
    world.drain()
    assert len(world.get("/policy")["adopted"]) == 1


def test_a_version_with_other_content_is_refused(world: World) -> None:
    put(world, policy(STOP))
    refused = put(world, policy(REMIND))
    assert refused.status_code == 409
    assert refused.json()["code"] == "policy_version_taken"
    assert refused.json()["errors"][0]["pointer"] == "/version"


def test_a_policy_effective_in_the_past_must_be_confirmed_except_the_first(world: World) -> None:
    world.open(june(8))
    assert put(world, policy(STOP)).status_code == 200
    world.drain()
    second = policy(REMIND, version="v2")
    refused = put(world, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmation_needed")
    assert put(world, second, confirm="true").status_code == 200
    today = policy(REMIND, version="v3", effective_on="2012-06-08")
    assert put(world, today).status_code == 200


def test_what_a_policy_of_an_earlier_date_changes_is_shown_before_it_is_confirmed(
    world: World,
) -> None:
    stopped(world, REMIND, STOP, through=8)
    sooner = policy(REMIND, {**STOP, "when": {"days_overdue": 3}}, version="v2")
    refused = put(world, sooner)
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmation_needed")
    found = refused.json()["difference"]
    assert (found["from"], found["to"]) == ("2012-06-01", "2012-06-08")
    (debtor,) = found["items"]
    assert debtor["debtor"] == "acme"
    assert [pair["now"]["effective_on"] for pair in debtor["moved"]] == ["2012-06-03"]
    assert (
        "1 of 1 debtors otherwise: 0 steps added, 0 removed, 1 moved"
        in (refused.json()["errors"][1]["detail"])
    )
    assert world.get("/policy")["version"] == "v1"


def test_a_currency_that_nobody_uses_is_a_warning(world: World) -> None:
    rich = {"name": "rich", "kind": "notice", "when": {"balance": {"USD": "5.00", "JPY": "700"}}}
    document = policy(rich)
    assert put(world, policy(rich, version="v0")).json()["warnings"] == []
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    checked = world.client.post("/v1/policy/checks", content=document).json()
    adopted = put(world, document, confirm="true").json()
    assert checked["warnings"] == adopted["warnings"]
    (warning,) = adopted["warnings"]
    assert warning["pointer"] == "/steps/0/when/balance/JPY"
    assert warning["detail"] == "Nobody deals in JPY so far (1 debtors looked at)."
    chinese = world.client.post(
        "/v1/policy/checks", content=document, headers={"Accept-Language": "zh"}
    )
    assert "没有客户使用 JPY" in chinese.json()["warnings"][0]["detail"]
    assert world.client.post("/v1/policy/checks", content=b"{}").status_code == 422


def test_a_bad_policy_is_refused_by_place_and_line_in_both_languages(world: World) -> None:
    body = "version: v1\neffective_on: 2012-01-01\nsteps:\n  - {name: a, kind: b, when: {}}"
    english = put(world, body)
    assert english.status_code == 422
    assert english.headers["content-type"] == "application/problem+json"
    assert {error["pointer"] for error in english.json()["errors"]} == {
        "/steps/0/kind",
        "/steps/0/when",
    }
    assert all(error["detail"].startswith("Line 4:") for error in english.json()["errors"])
    chinese = world.client.put("/v1/policy", content=body, headers={"Accept-Language": "zh"})
    assert "第 4 行" in chinese.json()["errors"][0]["detail"]


def test_without_any_policy_there_is_none_to_show(world: World) -> None:
    assert world.client.get("/v1/policy").status_code == 404


def test_without_a_key_nothing_is_answered(world: World) -> None:
    answer = world.client.get("/v1/escalations", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


def test_the_feed_gives_everything_once_whatever_the_page(world: World) -> None:
    world.adopt(policy(REMIND, STOP))
    for number in range(7):
        world.fact(owed(f"A{number}", "100.00", date(2012, 5, 31)), f"debtor-{number}")
    world.open(june(1))
    world.open(june(5))
    world.fact(paid("P", "100.00", june(5)), "debtor-3")
    whole = world.get("/escalations", limit=1_000)
    assert "next" not in whole
    assert len(whole["items"]) == 16
    for limit in (1, 2, 3, 5):
        items, after = [], ""
        while page := world.get("/escalations", limit=limit, after=after)["items"]:
            items += page
            after = page[-1]["cursor"]
        assert items == whole["items"]
    mine = [each for each in whole["items"] if each["debtor"] == "debtor-3"]
    assert [each["hold_seq"] for each in mine] == [1, 2, 3, 4]
    assert mine[1] == {
        "cursor": mine[1]["cursor"],
        "id": "notifier/day/2012-06-05/debtor-3/0",
        "debtor": "debtor-3",
        "company": "main",
        "escalation": "notifier/day/2012-06-05/debtor-3/0",
        "step": "stop",
        "kind": "stop_supply",
        "subject": "debtor",
        "status": "raised",
        "effective_on": "2012-06-05",
        "on": "2012-06-05",
        "recorded_at": mine[1]["recorded_at"],
        "policy_version": "v1",
        "hold_seq": 2,
        "inputs": {"days_overdue": 5},
    }


def test_a_page_that_is_full_names_the_next_and_the_last_names_none(world: World) -> None:
    stopped(world)
    page = world.get("/escalations", limit=1)
    assert page["next"] == page["items"][-1]["cursor"]
    assert "next" not in world.get("/escalations", limit=2, after=page["next"])


@pytest.mark.parametrize("cursor", ["nonsense", "eyJ4IjoxfQ"])
def test_a_cursor_that_we_never_gave_is_refused(world: World, cursor: str) -> None:
    answer = world.client.get("/v1/escalations", params={"after": cursor})
    assert answer.status_code == 422
    streaming = world.client.get("/v1/escalations/stream", headers={"Last-Event-ID": cursor})
    assert (streaming.status_code, streaming.json()["errors"][0]["parameter"]) == (
        422,
        "Last-Event-ID",
    )


def streamed(world: World, count: int, **headers: str) -> list[tuple[str, dict[str, Any]]]:
    """So many events of the stream, as (id, data); the stream ends when the bell is silent."""
    events: list[tuple[str, dict[str, Any]]] = []
    world.notifier.service.bell.is_silenced = False
    with world.client.stream("GET", "/v1/escalations/stream", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        last_id = ""
        for line in stream.iter_lines():
            if line.startswith("id: "):
                last_id = line.removeprefix("id: ")
            if line.startswith("data: "):
                events.append((last_id, json.loads(line.removeprefix("data: "))))
            if not line and len(events) == count:
                break
    return events


def test_the_stream_is_the_feed_and_resumes_after_the_last_event_id(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(world)
    items = world.get("/escalations")["items"]
    # The test client hears a stream when it has ended.
    service = world.notifier.service
    read = service.feed.after

    def last_page(*asked: Any) -> Any:
        words = read(*asked)
        if not words:
            service.bell.silence()
        return words

    monkeypatch.setattr(service.feed, "after", last_page)
    events = streamed(world, 2)
    assert [data for _, data in events] == items
    assert streamed(world, 1, **{"Last-Event-ID": items[0]["cursor"]})[0][1] == items[1]


def test_the_stands_of_a_debtor_are_shown_in_amounts(world: World) -> None:
    stopped(world)
    world.fact(paid("P", "40.00", june(6)))
    shown = world.get("/debtors/acme/standing")
    assert shown["balances"]["USD"]["overdue"] == "60.00"
    assert shown["items"][0]["dunnable"] == "60.00"
    assert shown["days_overdue"] == 6
    assert (
        world.get("/debtors/acme/standing", as_of="2012-06-05")["balances"]["USD"]["overdue"]
        == "100.00"
    )


def test_why_names_rule_inputs_version_and_dates(world: World) -> None:
    stopped(world)
    why = world.get("/debtors/acme/why", step="stop")
    assert why["in_force"]
    assert why["rule"] == STOP
    assert why["policy_version"] == "v1"
    (entry,) = why["escalations"]
    assert (entry["effective_on"], entry["inputs"]) == ("2012-06-05", {"days_overdue": 5})
    (judged,) = why["judged"]
    assert (judged["demanded"], judged["inputs"]) == (True, {"days_overdue": 6})


def test_why_not_names_what_the_rule_sees(world: World) -> None:
    stopped(world, through=2)
    why = world.get("/debtors/acme/why", step="stop")
    assert not why["in_force"]
    assert why["judged"][0]["inputs"] == {"days_overdue": 2}
    assert world.client.get("/v1/debtors/acme/why", params={"step": "none"}).status_code == 404


def test_what_is_stopped_now_can_be_reconciled(world: World) -> None:
    world.adopt(policy(REMIND, STOP))
    for number in range(5):
        due = date(2012, 5, 31) if number % 2 else june(3)
        world.fact(owed(f"A{number}", "100.00", due), f"debtor-{number}")
    world.open(june(1))
    world.open(june(6))
    held = world.get("/holds")["items"]
    assert [(each["debtor"], each["step"]) for each in held] == [
        ("debtor-1", "stop"),
        ("debtor-3", "stop"),
    ]
    page = world.get("/holds", limit=1)
    assert [each["debtor"] for each in page["items"]] == ["debtor-1"]
    assert [
        each["debtor"] for each in world.get("/holds", limit=1, after=page["next"])["items"]
    ] == ["debtor-3"]


def raised(world: World, step: str = "stop") -> dict[str, Any]:
    history = world.get("/debtors/acme/escalations")["history"]
    (found,) = [each for each in history if each["step"] == step]
    entry: dict[str, Any] = found
    return entry


def answer_to(world: World, escalation: str, what: str, **body: Any) -> Any:
    return world.client.post(f"/v1/escalations/{quote(escalation)}/{what}", json=body)


def test_an_obeying_system_acknowledges(world: World) -> None:
    stopped(world)
    stop = raised(world)
    done = answer_to(
        world, stop["escalation"], "acknowledgements", by="erp", hold_seq=stop["hold_seq"]
    )
    assert done.status_code == 201
    assert Position.decode(done.json()["position"]).seqs["notifier"]
    assert [each["by"] for each in raised(world)["acknowledgements"]] == ["erp"]
    assert world.get("/holds")["items"][0]["acknowledgements"][0]["by"] == "erp"


def test_acknowledging_what_is_not_in_force_is_answered_clearly(world: World) -> None:
    stopped(world)
    stop = raised(world)["escalation"]
    other = answer_to(world, stop, "acknowledgements", by="erp", hold_seq=77)
    assert (other.status_code, other.json()["code"]) == (409, "hold_seq_differs")
    unknown = answer_to(world, "notifier/none/acme/0", "acknowledgements", by="erp")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_escalation")
    world.fact(paid("P", "100.00", june(6)))
    world.drain()
    late = answer_to(world, stop, "acknowledgements", by="erp")
    assert (late.status_code, late.json()["code"]) == (409, "escalation_ended")


def test_two_people_refer_to_court(world: World) -> None:
    stopped(world, COURT, through=9)
    court = raised(world, "court")
    assert court["status"] == "proposed"
    early = answer_to(world, court["escalation"], "acknowledgements", by="court")
    assert early.json()["code"] == "escalation_not_raised"
    machine = answer_to(world, court["escalation"], "approvals", by="Notifier")
    assert machine.json()["code"] == "proposer_cannot_approve"
    for person in ("li", "li", "wang"):
        assert answer_to(world, court["escalation"], "approvals", by=person).status_code == 201
    assert raised(world, "court")["status"] == "proposed"
    world.open(june(10))
    entry = raised(world, "court")
    assert (entry["status"], entry["effective_on"]) == ("raised", "2012-06-10")
    late = answer_to(world, court["escalation"], "approvals", by="zhao")
    assert (late.status_code, late.json()["code"]) == (409, "escalation_not_proposed")


def test_the_same_answer_under_one_idempotency_key_counts_once(world: World) -> None:
    stopped(world)
    stop = raised(world)["escalation"]
    path = f"/v1/escalations/{quote(stop)}/acknowledgements"
    tokens = {
        world.client.post(path, json={"by": "erp"}, headers={"Idempotency-Key": '"k1"'}).json()[
            "position"
        ]
        for _ in range(2)
    }
    assert len(tokens) == 1
    other = world.client.post(path, json={"by": "wms"}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(raised(world)["acknowledgements"]) == 1


def test_what_was_known_then_is_told_as_it_was_known_then(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)))
    world.open(june(1))
    world.open(june(8))
    before = world.notifier.service.position().encode()
    before_ms = world.times.last_ms
    world.fact(paid("P", "100.00", june(4)))
    world.drain()
    world.everybody(BusinessDayOpened(date=june(9)), "day/2012-06-09")
    assert world.history() == [("stop", "2012-06-05", "retracted")]
    for known_at in (before, f"1970-01-01T00:{before_ms // 60_000:02}:{before_ms // 1000 % 60:02}"):
        then = world.get("/debtors/acme/escalations", known_at=known_at)
        assert (then["as_of"], then["state"]) == ("2012-06-08", "stop")
        standing = world.get("/debtors/acme/standing", known_at=known_at)
        assert standing["balances"]["USD"]["overdue"] == "100.00"


def test_an_id_with_slashes_is_a_debtor_like_any_other(world: World) -> None:
    world.adopt(policy(STOP))
    world.fact(owed("A", "100.00", date(2012, 5, 31)), "group/north 1")
    world.open(june(5))
    assert world.get(f"/debtors/{quote('group/north 1', safe='')}/escalations")["state"] == "stop"


def test_the_invariants_hold(world: World) -> None:
    stopped(world)
    assert world.client.get("/health/invariants").status_code == 200


def test_metrics_name_each_path_as_it_is_published(world: World) -> None:
    world.adopt()
    world.get("/debtors/acme/forecast")
    page = world.client.get("/metrics").text
    for route in ("/v1/policy", "/v1/debtors/{debtor:path}/forecast"):
        assert f'route="{route}",status="200"' in page
