"""Signals of trouble (预警信号): dated, in any order, and over when they say so."""

from datetime import date
from typing import Any

import pytest

from huikuan.debtor.changes import change_dates
from huikuan.events.fields import Event
from huikuan.events.relations import SignalCleared, SignalRaised
from tests.debtor.words import Story, day, given, invoice


def signal(name: str = "stock_dumped", *, on: int, until: int | None = None, **more: Any) -> Event:
    last = None if until is None else day(until)
    return SignalRaised(signal=more.pop("id", "N1"), name=name, on=day(on), until=last, **more)


def cleared(signal: str = "N1", *, on: int) -> Event:
    return SignalCleared(signal=signal, on=day(on))


def held(story: Story, *days: int) -> list[bool]:
    return [bool(story.standing(number).signals) for number in days]


def test_a_signal_holds_from_its_day_through_its_last() -> None:
    story = given(signal(on=5, until=9))
    assert held(story, 4, 5, 9, 10) == [False, True, True, False]


def test_a_signal_without_an_end_holds_until_the_day_before_it_is_cleared() -> None:
    story = given(signal(on=5))
    assert held(story, 5, 31) == [True, True]
    story.when(cleared(on=9))
    assert held(story, 4, 5, 8, 9, 31) == [False, True, True, False, False]


def test_the_earliest_end_counts_and_a_signal_is_raised_once() -> None:
    story = given(signal(on=5, until=20), cleared(on=12), cleared(on=9), cleared(on=25))
    story.when(signal("other_name", on=6))
    assert held(story, 8, 9) == [True, False]
    assert [each.sign for each in story.standing(8).signals] == ["stock_dumped"]


@pytest.mark.parametrize("cleared_on", [3, 5, 9])
def test_it_may_be_cleared_before_it_is_raised(cleared_on: int) -> None:
    first = given(cleared(on=cleared_on), signal(on=5))
    second = given(signal(on=5), cleared(on=cleared_on))
    for number in range(1, 12):
        assert held(first, number) == held(second, number) == [5 <= number < cleared_on]


def test_companies_have_signals_of_their_own() -> None:
    story = given(signal(on=5), signal(on=5, company="south"), cleared(on=7))
    assert [each.company for each in story.standing(7).signals] == ["south"]


def test_a_past_day_knows_no_end_that_came_later() -> None:
    story = given(signal(on=5), invoice("A", "1.00", on=6, due=9), cleared(on=9))
    (then,) = story.standing(8).signals
    assert date.fromordinal(then.cleared_on) == date.max


def test_the_days_on_which_a_signal_begins_or_ends_are_announced() -> None:
    story = given(signal(on=5, until=9), signal(id="N2", on=20), open_on=1)
    assert {day(5), day(20)} <= set(change_dates(story.account, day(1), story.setting))
    story.when(6)
    assert day(10) in change_dates(story.account, day(6), story.setting)
