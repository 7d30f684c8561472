"""Whoever has read the policies may ask that nobody adopted another one meanwhile (If-Match)."""

from typing import Any

import pytest

from tests.notifier.world import World, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}


def put(world: World, version: str, **headers: str) -> Any:
    document = policy(STOP, version=version)
    answer = world.client.put("/v1/policy", content=document, headers=headers)
    world.drain()
    return answer


def tag(world: World) -> str:
    return str(world.client.get("/v1/policy").headers["etag"])


def test_a_policy_is_adopted_where_nothing_has_changed_since_it_was_read(world: World) -> None:
    assert put(world, "v1").headers["etag"] == tag(world)
    read = tag(world)
    assert put(world, "v2", **{"If-Match": f'"other", W/{read}'}).status_code == 200
    assert tag(world) != read


def test_a_policy_is_refused_where_another_was_adopted_meanwhile(world: World) -> None:
    put(world, "v1")
    read = tag(world)
    put(world, "v2")
    refused = put(world, "v3", **{"If-Match": read})
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert world.get("/policy")["version"] == "v2"
    again = put(world, "v2", **{"If-Match": read})
    assert again.status_code == 200, "said before, and true: a retry is no contradiction"


@pytest.mark.parametrize(("match", "status"), [("*", 412), ("", 200), ("nonsense", 412)])
def test_the_first_policy_has_nothing_to_match(world: World, match: str, status: int) -> None:
    assert put(world, "v1", **{"If-Match": match}).status_code == status
    assert put(world, "v2", **{"If-Match": "*"}).status_code == (200 if status == 200 else 412)
