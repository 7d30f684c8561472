"""Law 8: a debtor's records up to a decision's place give it again, under its policy version.

And what is told about why, or why not, is what the rules do.
"""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying, gists
from huikuan.events.codec import FACT_TYPES, decode
from huikuan.events.notifier import EscalationProposed, EscalationRaised
from services.notifier.domain.policies import in_force_on
from services.notifier.eve import Today
from services.notifier.prevention import offers
from services.notifier.turns import Turns
from services.notifier.why import Answer, Asked, explained
from tests.notifier.arrivals import (
    DEBTOR,
    LAST_DAY,
    Arrival,
    Follower,
    arrivals,
    followed,
    records_of,
)
from tests.notifier.test_forecast import told_by
from tests.notifier.test_prevention import facts_in, one_unit_less, record
from tests.rig.examples import FEWER


class Refolding(Follower):
    """Before each decision, decides the same from the debtor's records alone."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Record] = []

    def _one(self, record: Record) -> None:
        self.log.append(record)
        super()._one(record)

    def _decide(self, record: Record) -> None:
        refolded = self.rules.blank(DEBTOR)
        assert self.rules.fold_all(refolded, gists(self.log), self.shared)
        if record.key != EVERYBODY and record.meta and record.meta.type in FACT_TYPES:
            refolded.fact = decode(record.meta.type, record.value)
        again = self.rules.decide(refolded, record, self.shared)
        already = len(self.said)
        super()._decide(record)
        said = self.said[already:]
        assert again == said
        self.log += [on_the_log(saying) for saying in said]
        for saying in said:
            self._is_under_the_policy_of_the_day(saying)

    def _is_under_the_policy_of_the_day(self, saying: Saying) -> None:
        event = decode(saying.type, saying.value)
        if isinstance(event, EscalationProposed | EscalationRaised):
            policy = in_force_on(self.shared.policies, event.on)
            assert policy is not None
            assert event.policy_version == policy.version


def on_the_log(saying: Saying) -> Record:
    meta = Meta("notifier", 1, saying.id, saying.type, saying.recorded_at, said=True)
    return Record(0, 0, DEBTOR, saying.value, meta)


@settings(max_examples=FEWER)
@given(arrivals())
def test_the_records_up_to_a_decision_give_it_again(arriving: list[Arrival]) -> None:
    refolding = Refolding()
    refolding.follow(records_of(arriving))
    assert refolding.said == followed(records_of(arriving)).said


def explanations(follower: Follower) -> Iterator[Answer]:
    """Why, or why not, of every step of the policy in force."""
    ladder, day = follower.shared.ladder_now(), follower.shared.setting.open_on
    if ladder is None or day is None:
        return
    for step in ladder.policy.severity:
        asked = Asked(follower.watched, follower.shared, day, ladder, step, follower.known)
        parts = (follower.rules, follower.watched, follower.shared, step)
        yield explained(asked, Turns(*parts, lambda: follower.known))


@settings(max_examples=FEWER)
@given(arrivals(), st.integers(1, LAST_DAY))
def test_what_is_not_in_force_lacks_something_or_is_prevented_and_events_are_named(
    arriving: list[Arrival], number: int
) -> None:
    follower = followed(told_by(arriving, number))
    ids = {each.meta.id for each in follower.known if each.meta}
    raised = {each.place for each in follower.watched.case.in_force()}
    for answer in explanations(follower):
        for judged in answer["judged"]:
            place = (answer["rule"]["name"], judged["company"], judged["subject"])
            assert (judged["status"] == "raised") == (place in raised)
            if place not in raised:
                asks = [each for each in judged["thresholds"] if "unless" not in each["at"]]
                lacking = not all(each["reached"] for each in asks)
                assert judged["prevented_by"] or (lacking and not judged["demanded"])
            for told in (*judged["thresholds"], *judged["prevented_by"]):
                assert set(told["events"]) <= ids
            assert len(judged["sentences"]["en"]) == len(judged["sentences"]["zh"])


@settings(max_examples=FEWER)
@given(arrivals(), st.integers(1, LAST_DAY))
def test_what_is_offered_to_end_a_step_ends_it_and_one_unit_less_does_not(
    arriving: list[Arrival], number: int
) -> None:
    follower = followed(told_by(arriving, number))
    rules, body = follower.rules, follower.rules.body(follower.watched)
    for each in follower.watched.case.in_force():
        today = Today(rules, body, follower.shared, DEBTOR, each)
        for offer in offers(today, lambda: follower.known):
            shares = [(offer.shares, False), *((less, True) for less in one_unit_less(offer))]
            for given_shares, stays in shares:
                trial = followed(told_by(arriving, number))
                facts = facts_in(offer, given_shares)
                trial.follow([record(at, fact) for at, fact in enumerate(facts)])
                still = {one.escalation for one in trial.watched.case.open}
                assert (each.escalation in still) == stays
