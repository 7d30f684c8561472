"""On which days a debtor is looked at because an item comes of an age that a rule names."""

from typing import Any

import pytest

from huikuan.events.fields import Event
from services.notifier.domain.birthdays import next_birthday
from services.notifier.domain.ladder import ladder_of
from services.notifier.domain.policy import Policy
from tests.debtor.words import day, dispute, given, invoice, payment, promise

STOP: dict[str, Any] = {"name": "stop", "kind": "stop_supply", "when": {"days_overdue": 10}}
RICH: dict[str, Any] = {"name": "rich", "kind": "call", "when": {"overdue_amount": {"CNY": "50"}}}
OLD, YOUNG = invoice("A", "20.00", on=1, due=2), invoice("B", "30.00", on=1, due=4)


def birthdays(
    *facts: Event, steps: tuple[dict[str, Any], ...] = (STOP,), **other: Any
) -> list[int]:
    """Every day of January, from the second on, for which he is to be looked at."""
    document = {"version": "v", "effective_on": str(day(1)), "steps": steps, **other}
    ladder = ladder_of(Policy.model_validate(document))
    story = given(*facts, open_on=2)
    days = (
        next_birthday(story.account, ladder, story.setting, day(on).toordinal())
        for on in range(2, 31)
    )
    return sorted({on - day(0).toordinal() for on in days if on is not None})


def test_where_all_items_count_only_the_oldest_is_looked_at() -> None:
    assert birthdays(OLD, YOUNG) == [12]


def test_each_item_is_looked_at_where_a_rule_counts_what_is_overdue() -> None:
    assert birthdays(OLD, YOUNG, steps=(STOP, RICH)) == [3, 5, 12]
    many = {**RICH, "when": {"any": [{"days_overdue": 20}, {"overdue_items": 2}]}}
    assert birthdays(OLD, YOUNG, steps=(many,)) == [3, 5, 22]


def test_each_item_is_looked_at_where_a_step_is_against_items() -> None:
    assert birthdays(OLD, YOUNG, steps=({**STOP, "per": "item"},)) == [12, 14]
    own = {**STOP, "per": "item", "scope": {"invoice": "B"}}
    assert birthdays(OLD, YOUNG, steps=(STOP, own)) == [12, 14]


def test_each_item_is_looked_at_where_small_ones_do_not_count() -> None:
    assert birthdays(OLD, YOUNG, ignore_below={"CNY": "25.00"}) == [12, 14]


@pytest.mark.parametrize(
    "fact",
    [
        dispute("D", "A", "20.00", on=2),
        promise("M", "20.00", on=2, due=25, invoices=("A",)),
        payment("P", "20.00", on=9, pays="A"),
        payment("P", "5.00", on=2, pays="Z"),
    ],
)
def test_each_item_is_looked_at_where_something_may_keep_the_oldest_from_counting(
    fact: Event,
) -> None:
    assert birthdays(OLD, YOUNG, fact) == [12, 14]


def test_a_promise_that_is_over_keeps_nothing_from_counting() -> None:
    promised = promise("M", "20.00", on=2, due=10, invoices=("A",))
    assert birthdays(OLD, YOUNG, promised) == [12]
    late = promise("M", "20.00", on=2, due=12, invoices=("A",))
    assert birthdays(OLD, YOUNG, late) == [12, 14]
