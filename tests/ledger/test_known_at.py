"""What the ledger knew at an earlier place: as of the day that was open there, and nothing else."""

import pytest

from huikuan.eventlog.position import Position
from tests.ledger.desk import Desk, Json

EVERY = ["/v1/debtors/ACME", "/v1/debtors", "/v1/ageing", "/v1/kpis"]


def asked(path: str, **more: str) -> dict[str, str]:
    """The parameters of a question; key figures are of a period."""
    period = {"from": "2012-05-01", "to": "2012-06-05"} if path == "/v1/kpis" else {}
    return period | more


@pytest.mark.parametrize("path", EVERY)
def test_asked_as_known_at_an_earlier_place_it_answers_what_it_did_there(
    desk: Desk, path: str
) -> None:
    desk.accept(
        desk.invoice("INV-1", "100.00", "2012-05-31"),
        desk.invoice("INV-2", "30.00", "2012-05-20", debtor="BOLT"),
    )
    desk.open_day("2012-06-05")
    then, known_at = desk.ask(path, **asked(path)), desk.ask("/v1/position")["position"]
    desk.accept(
        desk.payment("PAY-1", "40.00", "2012-06-02"),
        desk.invoice("INV-3", "7.00", "2012-05-31", debtor="LATER"),
    )
    desk.open_day("2012-06-20")
    assert desk.ask(path, **asked(path)) != then
    assert desk.ask(path, **asked(path, known_at=known_at)) == then


def test_before_the_first_day_nothing_was_known(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    before = desk.ask("/v1/debtors/ACME")
    known_at = desk.ask("/v1/position")["position"]
    desk.open_day("2012-06-05")
    assert desk.ask("/v1/debtors/ACME", known_at=known_at) == before
    assert before["as_of"] is None


def test_the_answer_to_a_write_is_a_place_for_every_part_of_the_log_that_it_names(
    desk: Desk,
) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    known_at = desk.open_day("2012-06-05")["position"]
    desk.accept(desk.payment("PAY-1", "40.00", "2012-06-02"))
    for path in EVERY[:3]:
        assert desk.ask(path, known_at=known_at)["as_of"] == "2012-06-05"
    assert desk.open_of(known_at=known_at) == {"INV-1": "100.00"}


def test_what_a_person_must_settle_was_known_too(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    desk.open_day("2012-06-05")
    place = desk.foreign(b"not ours")
    desk.accept(desk.invoice("INV-2", "9.00", "2012-06-30"))
    then, known_at = desk.ask("/v1/debtors/ACME"), desk.ask("/v1/position")["position"]
    assert then["unsettled"] == [place]
    desk.open_day("2012-06-06")
    assert desk.ask("/v1/debtors/ACME", known_at=known_at) == then


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_place_that_is_not_on_the_log_is_refused_in_words(
    desk: Desk, path: str, language: str
) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    desk.open_day("2012-06-05")
    desk.fold()
    for wrong in (Position({"ledger": {0: 99}}), Position({"nobody": {0: 1}})):
        parameters = asked(path, known_at=wrong.encode())
        headers = {"Accept-Language": language}
        answer = desk.client.get(path, params=parameters, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"parameter": "known_at", "detail": WORDS[language]}]


WORDS: Json = {
    "en": "There is no such place on the log, or this service has not folded that far yet: "
    "wait for it by after_position.",
    "zh": "日志中没有该位置，或本服务尚未处理到该位置；可用 after_position 等待。",
}


def test_a_place_in_one_part_of_the_log_does_not_tell_about_all_debtors(desk: Desk) -> None:
    desk.accept(desk.invoice("INV-1", "100.00", "2012-05-31"))
    desk.open_day("2012-06-05")
    desk.fold()
    at = min(Position.decode(desk.ask("/v1/position")["position"]).partitions())
    known_at = Position({"ledger": {at: 1}}).encode()
    answer = desk.client.get("/v1/ageing", params={"known_at": known_at})
    assert [each["parameter"] for each in answer.json()["errors"]] == ["known_at"]
