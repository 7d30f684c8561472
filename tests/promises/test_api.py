"""The promises service over HTTP: taken down once, asked back with reasons, told as of any day."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from huikuan.events.codec import decode
from huikuan.events.promises import PromiseMade, PromiseWithdrawn
from huikuan.web.keys import Keys
from services.promises.app import make_app
from tests.promises.world import World, on, paid, promised, staged

KEY = "hk_live_only-for-these-tests-0123456789"
MAKE = "/v1/promises"


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with TestClient(make_app(world.promises, Keys.of(KEY)), headers=headers) as made:
        yield made


def body(**fields: Any) -> dict[str, Any]:
    promise = {"debtor": "D1", "amount": "100", "currency": "CNY", "due_on": str(on(5))}
    return {name: value for name, value in (promise | fields).items() if value is not None}


def shown(client: TestClient, **asked: object) -> list[dict[str, Any]]:
    answer = client.get("/v1/debtors/D1/promises", params={k: str(v) for k, v in asked.items()})
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_promise_acts_when_it_is_read_back(world: World, client: TestClient) -> None:
    world.open(0)
    answer = client.post(MAKE, json=body(promise="P1", by="owner"))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["promise"], made["debtor"], made["made_on"]) == ("P1", "D1", str(on(0)))
    assert shown(client) == []
    world.drain()
    assert client.get("/v1/position", params={"after_position": made["position"]}).is_success
    (item,) = shown(client, after_position=made["position"])
    assert (item["promise"], item["state"], item["amount"]) == ("P1", "open", "100.00")
    assert (item["received"], item["shortfall"], item["level"]) == ("0.00", "0.00", 0)
    assert item["due_on"] == str(on(5))
    assert "cured_late_days" not in item
    world.open(6)
    assert world.said() == [("broken", "P1", None)]


def test_what_is_on_the_log_is_the_promise_and_its_request_is_no_consequence(
    world: World, client: TestClient
) -> None:
    world.open(0)
    client.post(MAKE, json=body(promise="P1"), headers={"traceparent": TRACE})
    world.drain()
    (record,) = world.records("D1")
    assert record.meta is not None
    assert (record.meta.publisher, record.meta.said) == ("promises", False)
    assert record.meta.trace[:35] == TRACE[:35]
    event = decode(record.meta.type, record.value)
    assert event == promised("P1", 100, due=5)


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_an_id_the_key_gives_it_else_it_is_drawn(world: World, client: TestClient) -> None:
    world.open(0)
    keyed = client.post(MAKE, json=body(), headers={"Idempotency-Key": '"call-7"'}).json()
    assert keyed["promise"] == "call-7"
    drawn = {client.post(MAKE, json=body()).json()["promise"] for _ in range(2)}
    assert len(drawn) == 2
    assert all(len(promise) == 36 for promise in drawn)


def test_the_same_key_with_the_same_request_is_done_once(world: World, client: TestClient) -> None:
    world.open(0)
    header = {"Idempotency-Key": "call-7"}
    first = client.post(MAKE, json=body(), headers=header)
    world.open(1)
    again = client.post(MAKE, json=body(), headers=header)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(shown(client)) == 1
    other = client.post(MAKE, json=body(amount="99"), headers=header)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_id_again_is_the_same_promise_or_a_conflict(
    world: World, client: TestClient
) -> None:
    world.open(0)
    first = client.post(MAKE, json=body(promise="P1"))
    assert client.post(MAKE, json=body(promise="P1")).json() == first.json()
    other = client.post(MAKE, json=body(promise="P1", debtor="D2"))
    assert (other.status_code, other.json()["code"]) == (409, "promise_exists")
    assert other.json()["errors"][0]["pointer"] == "/promise"
    assert client.post(MAKE, json=body(promise="P1", company="south")).status_code == 201


def test_a_promise_that_came_by_the_ledger_is_known_too(world: World, client: TestClient) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.drain()
    assert client.post(MAKE, json=body(promise="P1")).status_code == 409
    assert client.post(MAKE, json=body(replaces="P1")).status_code == 201
    world.drain()
    assert {item["state"] for item in shown(client)} == {"open", "replaced"}


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"amount": 100}, 422, "/amount"),
        ({"amount": "-1"}, 422, "/amount"),
        ({"amount": "0"}, 422, "/amount"),
        ({"amount": "1.001"}, 422, "/amount"),
        ({"currency": "RMB"}, 422, "/currency"),
        ({"due_on": str(on(-1))}, 422, "/due_on"),
        ({"due_on": None}, 422, "/due_on"),
        ({"due_on": "soon"}, 422, "/due_on"),
        ({"due_on": None, "stages": [{"due_on": str(on(3)), "amount": "99"}]}, 422, "/stages"),
        (
            {"due_on": None, "stages": [{"due_on": str(on(-3)), "amount": "100"}]},
            422,
            "/stages/0/due_on",
        ),
        ({"made_on": str(on(1))}, 422, "/made_on"),
        ({"debtor": "D\u202e1"}, 422, "/debtor"),
        ({"debtor": ""}, 422, "/debtor"),
        ({"promise": " P1"}, 422, "/promise"),
        ({"by": "a\nb"}, 422, "/by"),
        ({"invoices": ["I1", "I1"]}, 422, "/invoices/1"),
        ({"replaces": "P9"}, 422, "/replaces"),
        ({"ammount": "5"}, 422, "/ammount"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_at_its_field(
    world: World, client: TestClient, fields: dict[str, Any], status: int, pointer: str
) -> None:
    world.open(0)
    for language, letters in (("en", "[a-z]"), ("zh", "[一-龥]")):
        answer = client.post(MAKE, json=body(**fields), headers={"Accept-Language": language})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        (error,) = answer.json()["errors"]
        assert error["pointer"] == pointer
        assert re.search(letters, error["detail"])
    world.drain()
    assert world.records("D1") == []


def test_before_the_first_day_a_promise_must_say_its_date(world: World, client: TestClient) -> None:
    answer = client.post(MAKE, json=body())
    assert (answer.status_code, answer.json()["code"]) == (409, "no_open_day")
    assert client.post(MAKE, json=body(made_on=str(on(0)))).status_code == 201
    assert client.get("/v1/debtors/D1/promises").json() == {
        "debtor": "D1",
        "as_of": None,
        "items": [],
    }
    assert world.promises.service.shared().open_on is None


def test_a_promise_is_withdrawn_by_its_id_alone(world: World, client: TestClient) -> None:
    world.open(0)
    client.post(MAKE, json=body(promise="A/1"))
    answer = client.post(f"{MAKE}/A/1/withdrawal")
    assert answer.status_code == 201
    assert (answer.json()["debtor"], answer.json()["withdrawn_on"]) == ("D1", str(on(0)))
    world.drain()
    assert [item["state"] for item in shown(client)] == ["withdrawn"]
    again = client.post(f"{MAKE}/A/1/withdrawal")
    assert again.json() == answer.json()
    otherwise = client.post(f"{MAKE}/A/1/withdrawal", json={"on": str(on(0))})
    assert (otherwise.status_code, otherwise.json()["code"]) == (409, "already_withdrawn")
    event = decode("huikuan.promise.withdrawn.v1", world.records("D1")[-1].value)
    assert event == PromiseWithdrawn(promise="A/1", on=on(0))


def test_nobody_withdraws_what_another_has_promised(world: World, client: TestClient) -> None:
    world.open(0)
    client.post(MAKE, json=body(promise="P1"))
    answer = client.post(f"{MAKE}/P1/withdrawal", json={"debtor": "D2"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_promise")
    world.drain()
    assert [item["state"] for item in shown(client)] == ["open"]


def test_a_promise_from_the_ledger_is_withdrawn_with_its_debtor(
    world: World, client: TestClient
) -> None:
    world.open(1)
    world.fact(promised("P1", 100, due=5, made=1))
    world.drain()
    unknown = client.post(f"{MAKE}/P1/withdrawal")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_promise")
    for debtor, status in (("D2", 404), ("D1", 201)):
        answer = client.post(f"{MAKE}/P1/withdrawal", json={"debtor": debtor})
        assert answer.status_code == status


@pytest.mark.parametrize("debtor", ["a\0b", " D1", "D\u202e1"])
def test_a_debtor_whose_name_nobody_can_keep_withdraws_nothing(
    client: TestClient, debtor: str
) -> None:
    answer = client.post(f"{MAKE}/P1/withdrawal", json={"debtor": debtor})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/debtor"]


@pytest.mark.parametrize(("day", "code"), [(1, "withdrawn_in_future"), (-1, "withdrawn_too_early")])
def test_a_withdrawal_on_an_impossible_day_is_refused(
    world: World, client: TestClient, day: int, code: str
) -> None:
    world.open(0)
    client.post(MAKE, json=body(promise="P1"))
    answer = client.post(f"{MAKE}/P1/withdrawal", json={"on": str(on(day))})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/on"


def test_the_past_is_told_as_of_a_day_and_as_known_then(world: World, client: TestClient) -> None:
    world.open(0)
    world.fact(promised("P1", 100, due=5))
    world.open(6)
    known_before = world.promises.service.position().encode()
    moment = world.recorded_at
    world.fact(paid("B1", 100, 5))
    world.drain()
    assert shown(client)[0]["state"] == "kept"
    assert shown(client, as_of=on(4))[0]["state"] == "open"
    assert shown(client, known_at=known_before)[0]["state"] == "broken"
    then = f"1970-01-01T{moment // 3_600_000:02}:00:00Z"
    assert shown(client, known_at=then)[0]["state"] == "broken"
    assert shown(client, known_at=then, as_of=on(5))[0]["state"] == "open"
    assert shown(client, known_at="1970-01-01T00:00:00Z") == []


def test_as_known_then_is_as_it_was_shown_then(world: World, client: TestClient) -> None:
    world.policy(0, tolerance_days=3)
    world.open(0)
    world.fact(promised("P1", 100, due=2))
    world.open(4)
    position = world.promises.service.position().encode()
    then = client.get("/v1/debtors/D1/promises").json()
    assert then["items"][0]["state"] == "open"
    world.policy(0, tolerance_days=0)
    world.open(9)
    assert client.get("/v1/debtors/D1/promises").json() != then
    now = client.get("/v1/debtors/D1/promises", params={"known_at": position})
    assert now.json() == then


def test_a_debtor_nobody_knows_has_promised_nothing(world: World, client: TestClient) -> None:
    world.open(0)
    assert client.get("/v1/debtors/nobody/promises").json()["items"] == []


def test_lists_come_in_pages(world: World, client: TestClient) -> None:
    world.open(0)
    for number in range(5):
        world.fact(promised(f"P{number}", 10, due=number))
    world.drain()
    path, seen, after = "/v1/debtors/D1/promises", [], ""
    while True:
        page = client.get(path, params={"limit": 2, "after": after}).json()
        seen += [item["promise"] for item in page["items"]]
        if "next" not in page:
            break
        after = page["next"]
    assert seen == [f"P{number}" for number in range(5)]
    assert client.get(path, params={"after": "x"}).status_code == 422


def test_nobody_is_answered_without_a_key(client: TestClient) -> None:
    assert client.get("/v1/debtors/D1/promises").status_code == 200
    client.headers.pop("Authorization")
    assert client.get("/v1/debtors/D1/promises").status_code == 401
    assert client.post(MAKE, json=body()).status_code == 401


def test_a_key_that_nobody_can_read_is_refused(world: World, client: TestClient) -> None:
    world.open(0)
    answer = client.post(MAKE, json=body(), headers={"Idempotency-Key": "x" * 300})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    tab = client.post(MAKE, json=body(), headers={"Idempotency-Key": "a\tb"})
    assert tab.json()["errors"][0]["parameter"] == "Idempotency-Key"


def test_the_service_describes_itself(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) >= {
        "/v1/promises",
        "/v1/promises/{promise}/withdrawal",
        "/v1/debtors/{debtor}/promises",
    }


def test_staged_promises_are_taken_and_shown_stage_by_stage(
    world: World, client: TestClient
) -> None:
    world.open(0)
    stages = [{"due_on": str(on(2)), "amount": "40"}, {"due_on": str(on(4)), "amount": "60.00"}]
    made = client.post(MAKE, json=body(due_on=None, stages=stages, promise="P1"))
    assert made.status_code == 201
    world.fact(paid("B1", 50, 0))
    world.open(5)
    (item,) = shown(client)
    assert [stage["state"] for stage in item["stages"]] == ["kept", "partly_kept"]
    assert [stage["received"] for stage in item["stages"]] == ["40.00", "10.00"]
    assert item["shortfall"] == "50.00"
    (event,) = [
        decode(record.meta.type, record.value)
        for record in world.records("D1")
        if record.meta and record.meta.type == PromiseMade.TYPE
    ]
    assert event == staged("P1", (2, 40), (4, 60))
