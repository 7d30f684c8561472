"""A record that none of us wrote: set aside by all; its debtor gets no new step, the rest flows."""

import time
from pathlib import Path

import msgspec
import pytest

from tests.cli.installed import Told, run_here
from tests.journeys import intruder
from tests.journeys.facts import invoice, payment
from tests.journeys.installation import Answer, Installation, serving
from tests.rig.parts import SERVICES, Parts

REFUSED = 4
LADDER = """
version: foreign-1
effective_on: 2012-01-01
steps:
  - {name: reminder, kind: notice,      when: {days_overdue: 1}}
  - {name: stop,     kind: stop_supply, when: {days_overdue: 5}}
"""
BOTH = [
    ("sqlite", "embedded"),
    ("postgresql", "kafka"),
]


@pytest.mark.parametrize("off", [0, 5])
@pytest.mark.parametrize(("database", "log"), BOTH)
def test_a_debtor_with_a_foreign_record_gets_no_new_step_until_it_is_discarded(
    database: str, log: str, off: int, home: Path, parts: Parts
) -> None:
    settings = parts(database, log)
    with serving(home, settings) as huikuan:
        _owe_since_june_second(huikuan, "victim", "neighbour")
        assert huikuan.escalations("victim")["state"] == "reminder"
        intruder.write(home, settings, "victim", intruder.INTRUSIONS["no header"], off=off)
        (aside,) = _set_aside(huikuan, 1)
        assert (aside["debtor"], aside["status"]) == ("victim", "open")
        _unsettled(huikuan, "victim", aside["place"])

        huikuan.open_day("2012-06-08")
        assert huikuan.escalations("neighbour")["state"] == "stop"
        assert huikuan.escalations("victim")["state"] == "reminder", "no new step"

        huikuan.tell(payment("victim", "a", "100.00", "2012-06-08", pays="victim-1"))
        assert huikuan.escalations("victim")["state"] == "clear", "his lifts go out"
        huikuan.tell(invoice("victim", "victim-2", "50.00", "2012-06-04"))
        huikuan.open_day("2012-06-09")
        assert huikuan.escalations("victim")["state"] == "clear", "and still no new step"

        _settle_by_command(home, aside["place"], "discard")
        huikuan.open_day("2012-06-10")
        assert huikuan.escalations("victim")["state"] == "stop"
        _nothing_is_set_aside(huikuan)


@pytest.mark.parametrize(("database", "log"), BOTH)
def test_whatever_is_put_on_the_log_nothing_stops(
    database: str, log: str, home: Path, parts: Parts
) -> None:
    settings = parts(database, log)
    with serving(home, settings) as huikuan:
        huikuan.adopt(LADDER)
        victims = {name: f"victim of {name}" for name in intruder.INTRUSIONS}
        for name, record in intruder.INTRUSIONS.items():
            intruder.write(home, settings, victims[name], record)
        strays = 0
        if log == "kafka":
            intruder.write_unreadable_key(home, settings)
            strays = 1
        aside = _set_aside(huikuan, len(victims) + strays)
        assert {each["debtor"] for each in aside} - {""} == set(victims.values())

        _owe_since_june_second(huikuan, "neighbour", *victims.values(), adopt=False)
        assert huikuan.escalations("neighbour")["state"] == "reminder"
        for victim in victims.values():
            assert huikuan.escalations(victim)["state"] == "clear", victim
            assert huikuan.debtor(victim)["balances"]["CNY"]["open"] == "100.00"

        for each in aside:
            settled = huikuan.ask(
                "POST",
                "ledger",
                f"/v1/quarantine/{each['place']}",
                json={"outcome": "discarded", "by": "ops", "reason": "not ours"},
            )
            assert settled.is_success, settled.text
        huikuan.open_day("2012-06-04")
        for victim in victims.values():
            assert huikuan.escalations(victim)["state"] == "reminder", victim
        _nothing_is_set_aside(huikuan)


def test_a_foreign_record_that_is_a_fact_is_released_through_intake(home: Path) -> None:
    with serving(home) as huikuan:
        _owe_since_june_second(huikuan, "victim")
        value = msgspec.json.encode(payment("", "lost", "100.00", "2012-06-01")["data"])
        intruder.write(home, {}, "victim", intruder.Record(value))
        (aside,) = _set_aside(huikuan, 1)

        without_type = _command(home, "release", aside["place"])
        assert without_type.returncode == REFUSED, without_type.stderr
        what = ("--type", "huikuan.payment.received.v1", "--json")
        released = _command(home, "release", aside["place"], *what)
        assert released.returncode == 0, released.stderr
        answer = msgspec.json.decode(released.stdout)
        assert answer["result"]["status"] == "accepted"
        huikuan.position = answer["position"]

        assert huikuan.debtor("victim")["balances"]["CNY"]["open"] == "0.00"
        assert huikuan.escalations("victim")["state"] == "clear"
        _nothing_is_set_aside(huikuan)


def test_a_conflict_stops_new_steps_until_a_person_settles_it(home: Path) -> None:
    with serving(home) as huikuan:
        _owe_since_june_second(huikuan, "torn", "twin")
        for debtor in ("torn", "twin"):
            again = invoice(debtor, f"{debtor}-1", "999.00", "2012-06-02")
            assert huikuan.send([again])[0]["status"] == "conflict"
        huikuan.open_day("2012-06-08")
        assert huikuan.escalations("torn")["state"] == "reminder"

        listed = run_here(home, "quarantine", "list")
        assert listed.returncode == 0, listed.stderr
        open_ = {each["debtor"]: each for each in _quarantine(huikuan) if each["status"] == "open"}
        assert set(open_) == {"torn", "twin"}
        assert all(each["conflict"] in listed.stdout for each in open_.values())
        _settle_by_command(home, open_["torn"]["conflict"], "discard")

        huikuan.open_day("2012-06-09")
        assert huikuan.escalations("torn")["state"] == "stop"
        assert huikuan.escalations("twin")["state"] == "reminder"
        assert huikuan.debtor("torn")["balances"]["CNY"]["open"] == "100.00"


def _owe_since_june_second(huikuan: Installation, *debtors: str, adopt: bool = True) -> None:
    """Each owes 100.00, and has been reminded unless something is wrong with him."""
    if adopt:
        huikuan.adopt(LADDER)
    huikuan.tell(*(invoice(debtor, f"{debtor}-1", "100.00", "2012-06-02") for debtor in debtors))
    huikuan.open_day("2012-06-03")


def _set_aside(huikuan: Installation, count: int) -> list[Answer]:
    """What every service has set aside, when it is so many."""
    deadline = time.monotonic() + 30
    while any(_count(huikuan, service) < count for service in SERVICES):
        assert time.monotonic() < deadline, {name: _count(huikuan, name) for name in SERVICES}
        time.sleep(0.05)
    assert {_count(huikuan, service) for service in SERVICES} == {count}
    return _quarantine(huikuan)


def _unsettled(huikuan: Installation, debtor: str, place: str) -> None:
    """Wait until the ledger shows the debtor as one with something to settle, and him once."""
    deadline = time.monotonic() + 30
    while huikuan.debtor(debtor)["unsettled"] != [place]:
        assert time.monotonic() < deadline, huikuan.debtor(debtor)
        time.sleep(0.05)
    assert [each["debtor"] for each in huikuan.pages("ledger", "/v1/debtors")].count(debtor) == 1


def _nothing_is_set_aside(huikuan: Installation) -> None:
    """Nor by a service that was not asked for a debtor since, once it has read so far."""
    deadline = time.monotonic() + 30
    while left := {name: count for name in SERVICES if (count := _count(huikuan, name))}:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def _count(huikuan: Installation, service: str) -> int:
    parts = huikuan.ask("GET", service, "/health/parts").json()
    assert parts["ready"], parts
    return int(parts["set_aside"])


def _quarantine(huikuan: Installation) -> list[Answer]:
    return list(huikuan.pages("ledger", "/v1/quarantine"))


def _settle_by_command(home: Path, identifier: str, command: str) -> None:
    done = _command(home, command, identifier)
    assert done.returncode == 0, done.stdout + done.stderr


def _command(home: Path, command: str, identifier: str, *more: str) -> Told:
    about = ("--by", "ops", "--reason", "looked at it")
    return run_here(home, "quarantine", command, identifier, *about, *more)
