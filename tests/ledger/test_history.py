"""History: the facts of a day before that day opens, and every day in order."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.csv_rows import FactOfRow
from services.ledger.history import PARCEL_FACTS_MAX, Parcel, in_history_order, parcels

MAY = [date(2012, 5, day) for day in range(1, 32)]


def fact(on: date, line: int = 1) -> FactOfRow:
    return FactOfRow(line, on, b'{"id":"%d"}' % line)


def story(steps: list[Parcel | date]) -> list[int | str]:
    """Days of the month opened, and dates of the facts sent."""
    told: list[int | str] = []
    for step in steps:
        if isinstance(step, Parcel):
            told += [f"fact {each.on.day}" for each in step.facts]
        else:
            told.append(step.day)
    return told


def test_the_facts_of_a_day_come_before_it_opens() -> None:
    facts = [fact(MAY[3]), fact(MAY[1]), fact(MAY[3])]
    assert story(list(in_history_order(facts))) == ["fact 2", 2, 3, "fact 4", "fact 4", 4]


def test_days_are_opened_from_the_first_and_through_the_last_that_are_wanted() -> None:
    steps = in_history_order([fact(MAY[4])], first_on=MAY[0], through=MAY[9])
    assert story(list(steps)) == [1, 4, "fact 5", 10]


def test_facts_before_the_first_day_and_after_the_last_are_sent_too() -> None:
    facts = [fact(MAY[0]), fact(MAY[4]), fact(MAY[20])]
    steps = in_history_order(facts, first_on=MAY[2], through=MAY[9])
    assert story(list(steps)) == ["fact 1", 3, 4, "fact 5", 10, "fact 21"]


def test_no_facts_open_only_the_days_that_are_wanted() -> None:
    assert list(in_history_order([])) == []
    assert story(list(in_history_order([], first_on=MAY[0], through=MAY[1]))) == [1, 2]


def test_parcels_are_as_large_as_intake_takes() -> None:
    facts = [fact(MAY[0], line) for line in range(2 * PARCEL_FACTS_MAX + 1)]
    assert [len(parcel.facts) for parcel in parcels(facts)] == [1000, 1000, 1]
    large = [FactOfRow(line, MAY[0], b"x" * 900_000) for line in range(5)]
    assert [len(parcel.facts) for parcel in parcels(large)] == [2, 2, 1]


@given(
    st.lists(st.sampled_from(MAY), max_size=20),
    st.none() | st.sampled_from(MAY),
    st.none() | st.sampled_from(MAY),
)
def test_nothing_is_lost_and_no_fact_comes_after_its_day_but_those_too_old_or_too_young(
    days: list[date], first_on: date | None, through: date | None
) -> None:
    facts = [fact(on, line) for line, on in enumerate(days)]
    sent: list[int] = []
    opened_on = None
    for step in in_history_order(facts, first_on, through):
        if isinstance(step, Parcel):
            sent += [each.line for each in step.facts]
            assert all(opened_on is None or each.on > opened_on for each in step.facts)
            assert all(
                opened_on in {None, each.on - timedelta(days=1), through} for each in step.facts
            )
        else:
            assert opened_on is None or step > opened_on
            opened_on = step
    assert sorted(sent) == list(range(len(days)))
