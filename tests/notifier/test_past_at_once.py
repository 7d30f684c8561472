"""Forecasts of all debtors from an earlier day or place: one is made at a time."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.notifier.then import Past
from tests.notifier.world import World, owed, policy

STOP = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 5}}
PAST = {"as_of": "2012-06-05"}


def begin(world: World) -> None:
    world.adopt(policy(STOP))
    world.open(date(2012, 6, 1))
    world.fact(owed("A", "100.00", date(2012, 6, 9)))
    world.open(date(2012, 6, 7))


@pytest.fixture
def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What others are answered, by what they ask, while debtors of the past are led."""
    answers: dict[str, Any] = {}
    each = Past.each

    def and_others(past: Past, *asked: Any) -> Iterator[Any]:
        if not answers:
            answers["running"] = True
            for path, params in (
                ("forecast", PAST),
                ("forecast", {}),
                ("debtors/acme/forecast", PAST),
            ):
                for language in ("en", "zh"):
                    headers = {"Accept-Language": language}
                    answer = world.client.get(f"/v1/{path}", params=params, headers=headers)
                    answers[f"{path} {params.get('as_of', '')} {language}"] = answer
        return each(past, *asked)

    monkeypatch.setattr(Past, "each", and_others)
    return answers


def test_another_is_refused_in_words_and_asked_to_come_again(
    world: World, meanwhile: dict[str, Any]
) -> None:
    begin(world)
    first = world.get("/forecast", **PAST)
    assert [each["debtor"] for each in first["items"]] == ["acme"]
    for language, words in (("en", "Another forecast of the past"), ("zh", "另一份")):
        refused = meanwhile[f"forecast 2012-06-05 {language}"]
        assert (refused.status_code, refused.json()["code"]) == (429, "forecast_running")
        assert words in refused.json()["detail"]
        assert int(refused.headers["Retry-After"]) > 0
    assert world.get("/forecast", **PAST) == first


def test_what_is_quickly_told_is_told_meanwhile(world: World, meanwhile: dict[str, Any]) -> None:
    begin(world)
    world.get("/forecast", **PAST)
    assert meanwhile["forecast  en"].status_code == 200
    assert meanwhile["debtors/acme/forecast 2012-06-05 en"].status_code == 200


def test_after_one_that_was_refused_the_next_is_told(world: World) -> None:
    begin(world)
    for _ in range(2):
        answer = world.client.get("/v1/forecast", params={**PAST, "until": "2012-06-04"})
        assert answer.status_code == 422
    assert world.client.get("/v1/forecast", params=PAST).status_code == 200
