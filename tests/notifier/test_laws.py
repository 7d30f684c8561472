"""The laws of the notifier, under random policies and random histories."""

from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.debtor.reopened import reopened_on
from huikuan.debtor.setting import Setting, adopt
from huikuan.debtor.standing import standing
from huikuan.eventlog.record import EVERYBODY
from huikuan.eventlog.rules import row_of
from huikuan.events import promises
from huikuan.events.codec import decode
from huikuan.events.fields import Event
from huikuan.events.ledger import FeedCompleted
from huikuan.events.notifier import (
    BreakerTripped,
    EscalationSaid,
    FeeCancelled,
    FeeCharged,
    PolicyAdopted,
)
from services.notifier.delivering import Delivering, Reported
from services.notifier.domain.demand import is_demanded, subjects
from services.notifier.domain.ladder import ladder_of
from services.notifier.domain.policy import Policy
from services.notifier.domain.scoping import seen_by
from services.notifier.domain.view import Sight
from tests.debtor.histories import COVERING, histories
from tests.debtor.test_laws import folded
from tests.debtor.test_money_helps import more_money
from tests.debtor.words import Fact, day, invoice, names, payment
from tests.notifier.arrivals import (
    DEBTOR,
    LAST_DAY,
    Arrival,
    arrivals,
    followed,
    is_to_be_delivered,
    records_of,
)
from tests.notifier.random_policies import policies
from tests.notifier.world import World, a_world
from tests.rig.examples import FEWER


@given(arrivals() | arrivals(without=COVERING))
def test_deciding_on_review_days_says_what_deciding_every_day_says(
    arriving: list[Arrival],
) -> None:
    records = records_of(arriving)
    seldom, daily = followed(records), followed(records, every_day=True)
    assert seldom.said == daily.said
    assert seldom.watched.case == daily.watched.case


@given(arrivals())
def test_what_is_said_is_one_life_per_escalation_and_never_twice(
    arriving: list[Arrival],
) -> None:
    follower = followed(records_of(arriving))
    assert len({saying.id for saying in follower.said}) == len(follower.said)
    states: dict[str, str] = {}
    places: dict[tuple[str, str, str], str] = {}
    hold_seq = 0
    for saying in follower.said:
        event = decode(saying.type, saying.value)
        if isinstance(event, BreakerTripped | FeeCharged | FeeCancelled):
            continue
        assert isinstance(event, EscalationSaid)
        assert event.hold_seq == hold_seq + 1
        hold_seq = event.hold_seq
        word, place = event.TYPE.split(".")[2], (event.step, event.company, event.subject)
        before = states.get(event.escalation)
        assert (before, word) in {
            (None, "proposed"),
            (None, "raised"),
            ("proposed", "raised"),
            ("proposed", "voided"),
            ("proposed", "held"),
            ("held", "held"),
            ("held", "raised"),
            ("held", "voided"),
            ("raised", "lifted"),
            ("raised", "retracted"),
            ("raised", "repeated"),
            ("raised", "exhausted"),
        }
        if word in {"repeated", "exhausted"}:
            continue
        states[event.escalation] = word
        if before is None:
            assert place not in places, "one escalation per place"
            places[place] = event.escalation
        elif word in {"voided", "lifted", "retracted"}:
            del places[place]


@given(arrivals())
def test_state_survives_being_written_and_read_at_any_place(arriving: list[Arrival]) -> None:
    records = records_of(arriving)
    whole, cut = followed(records), followed([])
    for record in records:
        cut.follow([record])
        row = row_of(cut.rules, cut.watched, cut.shared)
        cut.watched = cut.rules.load(DEBTOR, row.body)
        cut.shared = cut.rules.load_shared(cut.rules.dump_shared(cut.shared))
        assert row_of(cut.rules, cut.watched, cut.shared) == row
    assert cut.said == whole.said


def demanded(facts: list[Fact], setting: Setting, policy: Policy, on: date) -> set[tuple[str, ...]]:
    """Every step that the policy would raise against every subject, were nothing in force."""
    account = folded(facts, setting)
    stands = standing(account, on, setting)
    rules, sight = seen_by(ladder_of(policy), Sight(stands))
    sight.reopen = partial(reopened_on, account, on, setting)
    return {
        (rule.step.name, subject.company, subject.subject)
        for rule in rules.rules
        for subject in subjects(rule.step, sight)
        if is_demanded(rule, sight, subject)
    }


PROMISES = (promises.PromiseMade, promises.PromiseWithdrawn)


@given(
    histories(without=PROMISES, one_book=True),
    more_money,
    policies(plain=True),
    st.integers(1, LAST_DAY),
)
def test_more_money_or_credit_never_enlarges_what_is_demanded(
    facts: list[Fact], more: Event, policy: Policy, number: int
) -> None:
    setting = Setting(open_on=day(LAST_DAY))
    event = PolicyAdopted(version="v", effective_on=day(1), document=policy.document())
    adopt(setting, event)
    less = demanded(facts, setting, policy, day(number))
    with_more = demanded([*facts, ("more", more)], setting, policy, day(number))
    assert with_more <= less


@settings(max_examples=max(100, FEWER))
@given(arrivals(), st.integers(2, 40))
def test_a_rebuild_equals_live_byte_for_byte_and_would_decide_the_same(
    arriving: list[Arrival], batch: int
) -> None:
    with TemporaryDirectory() as home, a_world(Path(home)) as world:
        tell(world, arriving, batch)
        said = [(record.meta.id, event) for record, event in world.said() if record.meta]
        head = world.notifier.service.position()
        report = world.notifier.service.rebuild(verify=True)
        assert report.compared
        assert report.differences == []
        assert world.notifier.service.position() == head, "law 9: a rebuild says nothing"
        assert [(r.meta.id, event) for r, event in world.said() if r.meta] == said
        assert report.verified is not None
        unlike = (report.verified.unsaid, report.verified.unfounded, report.verified.different)
        assert unlike == ([], [], [])


def tell(world: World, arriving: list[Arrival], batch: int) -> None:
    """Put everything onto the log, folding it in batches of about this size."""
    for at, record in enumerate(records_of(arriving)):
        assert record.meta is not None
        event = decode(record.meta.type, record.value)
        if isinstance(event, PolicyAdopted):
            world.notifier.adopting.adopt(Policy.model_validate(event.document), confirm=True)
            world.drain()
        elif record.key == EVERYBODY:
            world.everybody(event, record.meta.id)
        else:
            world.fact(event, DEBTOR, record.meta.id)
        if at % batch == 0:
            world.drain()
            deliver(world)
    world.drain()


def deliver(world: World) -> None:
    """Report what reached the debtor."""
    watched, shared = world.notifier.service.read(DEBTOR)
    for each in watched.case.open:
        if shared.setting.open_on and is_to_be_delivered(each, shared.setting.open_on):
            reported = Reported(by="post")
            Delivering(world.notifier.service).deliver(each.escalation, reported, "key", "")


def test_one_step_a_day_counts_from_the_day_of_raising_not_from_what_the_bank_knows() -> None:
    steps = [
        {"name": name, "kind": kind, "per": "item", "when": {"days_overdue": 0}}
        for name, kind in (("court", "legal_referral"), ("letter", "notice"))
    ]
    document = {
        "version": "v0",
        "effective_on": "2026-01-01",
        "age_from": "invoice_date",
        "compare": "exceeds",
        "advance": "one_step",
        "feed_wait_days": 0,
        "steps": steps,
    }
    arriving: list[Arrival] = [
        (1, "e1", payment("P", "10.00", on=1, pays=[names("A", "10.00")])),
        (1, "e2", invoice("A", "20.00", on=6, due=1)),
        (0, "policy", PolicyAdopted(version="v0", effective_on=day(1), document=document)),
        (7, "feed", FeedCompleted(source="bank", feed="payments", through_on=day(7))),
    ]
    followed(records_of(arriving))  # asks again after each word, which must bring nothing


def test_a_proposal_ends_with_the_step_that_it_follows() -> None:
    document = {
        "version": "v0",
        "effective_on": "2026-01-01",
        "steps": [
            {
                "name": "s0",
                "kind": "stop_supply",
                "when": {"open_items": 1},
                "unless": {"days_overdue": 2},
            },
            {
                "name": "s1",
                "kind": "stop_supply",
                "when": {"days_since_step": {"s0": 1}},
                "hold": 3,
            },
        ],
    }
    arriving: list[Arrival] = [
        (1, "e1", invoice("A", "10.00", on=1, due=3)),
        (0, "policy", PolicyAdopted(version="v0", effective_on=day(1), document=document)),
    ]
    follower = followed(records_of(arriving))
    said = [saying.type.split(".")[2] for saying in follower.said]
    assert said == ["raised", "proposed", "lifted", "voided"]
