"""What is offered to prevent a step prevents it, and one minor unit less does not."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from huikuan.eventlog.record import Meta, Record
from huikuan.events.codec import decode, encode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationSaid
from services.notifier.eve import Eve
from services.notifier.forecast import Foreseen, begins, forecast
from services.notifier.prevention import Offer, offers
from services.notifier.what_if import Share, facts_of
from tests.debtor.words import day
from tests.notifier.arrivals import DEBTOR, LAST_DAY, Arrival, Follower, arrivals, followed
from tests.notifier.test_forecast import DAYS_AHEAD, openings, told_by
from tests.rig.examples import FEWER


def on_the_way(arriving: Sequence[Arrival], number: int) -> Follower:
    """Everything that had arrived by a day; from now on nobody approves."""
    follower = followed(told_by(arriving, number))
    follower.approve = False
    return follower


def next_step(follower: Follower, number: int) -> Foreseen | None:
    copy = follower.rules.load(DEBTOR, follower.rules.body(follower.watched))
    until = day(number + DAYS_AHEAD)
    words = forecast(follower.rules, copy, follower.shared, until)
    return next((each for each in words if begins(each.said)), None)


def offered(follower: Follower, step: Foreseen) -> list[Offer]:
    copy = follower.rules.load(DEBTOR, follower.rules.body(follower.watched))
    eve = Eve(follower.rules, copy, follower.shared, step.said, step.on)
    return list(offers(eve, lambda: follower.known))


def number_of(day_: object) -> int:
    return next(number for number in range(1, 400) if day(number) == day_)


def is_said(
    arriving: Sequence[Arrival], number: int, step: Foreseen, facts: Sequence[Event]
) -> bool:
    """Whether the step is said on its day after all, with these facts on its eve."""
    follower = on_the_way(arriving, number)
    on = number_of(step.on)
    follower.follow(openings(number + 1, on - 1))
    already = len(follower.said)
    follower.follow([record(at, event) for at, event in enumerate(facts)])
    follower.follow(openings(on, on))
    words = [decode(each.type, each.value) for each in follower.said[already:]]
    return any(isinstance(word, EscalationSaid) and same(word, step.said) for word in words)


def same(word: EscalationSaid, step: EscalationSaid) -> bool:
    place = (step.step, step.company, step.subject)
    return begins(word) and (word.step, word.company, word.subject) == place


def record(at: int, event: Event) -> Record:
    meta = Meta("ledger", 900 + at, f"what-if/{at}", event.TYPE, 9_000)
    return Record(0, 900 + at, DEBTOR, encode(event), meta)


def facts_in(offer: Offer, shares: Sequence[Share]) -> list[Event]:
    return facts_of(offer.means, shares, offer.by, offer.on)


def one_unit_less(offer: Offer) -> Iterator[list[Share]]:
    """The same with one minor unit less; of offers over several books less of any of them."""
    for at, share in enumerate(offer.shares):
        kept = [*offer.shares]
        kept[at : at + 1] = [less(share)] if share.amount_minor > 1 else []
        yield kept


def less(share: Share) -> Share:
    *others, last = share.parts or [None]
    if last is None:
        return replace(share, amount_minor=share.amount_minor - 1)
    cut = replace(last, amount_minor=last.amount_minor - 1)
    parts = tuple(part for part in (*others, cut) if part and part.amount_minor)
    return replace(share, amount_minor=share.amount_minor - 1, parts=parts)


@settings(max_examples=FEWER)
@given(arrivals(), st.integers(1, LAST_DAY))
def test_what_is_offered_prevents_the_step_and_one_unit_less_does_not(
    arriving: list[Arrival], number: int
) -> None:
    follower = on_the_way(arriving, number)
    step = next_step(follower, number)
    if step is None:
        return
    assert is_said(arriving, number, step, [])
    for offer in offered(follower, step):
        assert not is_said(arriving, number, step, facts_in(offer, offer.shares))
        for shares in one_unit_less(offer):
            assert is_said(arriving, number, step, facts_in(offer, shares))
