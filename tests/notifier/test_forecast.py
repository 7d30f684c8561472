"""Law 7: if nothing arrives, what the forecast said is what happens."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.record import Record
from huikuan.events.codec import decode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationSaid
from services.notifier.forecast import forecast
from tests.debtor.words import day
from tests.notifier.arrivals import LAST_DAY, Arrival, Follower, arrivals, followed, records_of
from tests.rig.examples import FEWER

DAYS_AHEAD = 120


def told_by(arriving: Sequence[Arrival], number: int) -> list[Record]:
    """Days 1 to ``number`` opened, with all that had arrived by then."""
    return records_of([each for each in arriving if each[0] <= number], last_day=number)


def openings(first: int, last: int) -> list[Record]:
    return records_of([], last_day=last)[first - 1 :]


def foreseen(follower: Follower, number: int, days: int = DAYS_AHEAD) -> list[tuple[str, Event]]:
    """(day/…, word) of everything foreseen from here; the follower stays as it is."""
    rules, shared = follower.rules, follower.shared
    copy = rules.load(follower.watched.debtor, rules.body(follower.watched))
    before = rules.dump_shared(shared), rules.body(follower.watched)
    told = forecast(rules, copy, shared, day(number + days))
    words: list[tuple[str, Event]] = [(f"day/{each.on}", each.said) for each in told]
    assert (rules.dump_shared(shared), rules.body(follower.watched)) == before
    return words


def said_since(follower: Follower, already: int) -> list[tuple[str, Event]]:
    words = [(each.cause, decode(each.type, each.value)) for each in follower.said[already:]]
    return [(cause, word) for cause, word in words if isinstance(word, EscalationSaid)]


@settings(max_examples=FEWER)
@given(arrivals(), st.integers(1, LAST_DAY))
def test_what_the_forecast_says_is_what_happens_if_nothing_arrives(
    arriving: list[Arrival], number: int
) -> None:
    follower = followed(told_by(arriving, number))
    expected = foreseen(follower, number)
    already = len(follower.said)
    follower.approve = False
    follower.follow(openings(number + 1, number + DAYS_AHEAD))
    assert expected == said_since(follower, already)
