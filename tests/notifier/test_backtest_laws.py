"""Backtesting what was in force says nothing, whatever happened and however late it arrived."""

from datetime import date

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from huikuan.debtor.exposure import exposed_minor
from huikuan.debtor.setting import Setting
from huikuan.debtor.standing import standing
from huikuan.eventlog.record import EVERYBODY, Record
from huikuan.events.notifier import PolicyAdopted
from services.notifier.domain.backtest import Amounts, Period, courses, difference
from services.notifier.domain.case import Escalation
from services.notifier.domain.policies import adopted, in_force_on
from services.notifier.domain.policy import Policy
from services.notifier.rules import NotifierRules
from services.notifier.timeline import Timeline, timeline
from services.notifier.told import Told
from services.notifier.trying import Trial
from tests.debtor.histories import histories
from tests.debtor.test_laws import folded
from tests.debtor.words import Fact, day
from tests.notifier.arrivals import DEBTOR, LAST_DAY, Arrival, arrivals, records_of
from tests.notifier.payers import good_payers, promisors
from tests.notifier.random_policies import plain_policies, policies
from tests.notifier.trials import on_the_log, trial, tried
from tests.rig.examples import FEWER

under_plain_policies = arrivals(of=promisors(), under=plain_policies())
some_arrivals = arrivals() | arrivals(of=good_payers()) | under_plain_policies
Quiet = tuple[list[Arrival], Policy, date, date]
"""What arrives, and a policy with days on which it and no other was in force."""


@st.composite
def quiet_periods(draw: st.DrawFn) -> Quiet:
    arriving = draw(some_arrivals)
    adopting = [(at, each) for at, _, each in arriving if isinstance(each, PolicyAdopted)]
    adopting.sort(key=lambda each: each[0])
    first = draw(st.integers(1, LAST_DAY))
    known = [adopted(event) for arrives, event in adopting if arrives < first]
    now = in_force_on(known, day(first))
    assume(now is not None)
    assert now is not None
    others = [arrives for arrives, _ in adopting if arrives >= first]
    others += [
        (each.effective_on - day(0)).days for each in known if each.effective_on > day(first)
    ]
    last = min([LAST_DAY, *(other - 1 for other in others)])
    assume(first <= last)
    policy = Policy.model_validate(msgspec.json.decode(now.document))
    return arriving, policy, day(first), day(draw(st.integers(first, last)))


@settings(max_examples=FEWER)
@given(quiet_periods(), st.booleans())
def test_a_trial_of_the_policy_in_force_says_what_was_said(quiet: Quiet, approve: bool) -> None:
    arriving, policy, first_on, last_on = quiet
    records = on_the_log(records_of(arriving), approve=approve)
    shown = tried(records, trial(policy, first_on, last_on))
    assert shown.now == shown.then
    assert not shown.found


@settings(max_examples=FEWER)
@given(some_arrivals, policies(), policies(), st.integers(1, LAST_DAY), st.booleans())
def test_a_trial_against_another_policy_is_the_trial_of_each(
    arriving: list[Arrival], one: Policy, other: Policy, first: int, assumed: bool
) -> None:
    records = on_the_log(records_of(arriving))
    first_on, last_on = day(first), day(LAST_DAY)
    ones = tried(records, trial(one, first_on, last_on, assume_approved=assumed))
    others = tried(records, trial(other, first_on, last_on, assume_approved=assumed))
    both = tried(records, trial(one, first_on, last_on, assume_approved=assumed, against=other))
    assert (both.then, both.now) == (others.now, ones.now)
    assert len(both.found) == len(difference(others.now, ones.now))
    same = trial(one, first_on, last_on, assume_approved=assumed, against=one)
    assert not tried(records, same).found


def exposed_on(records: list[Record], line: Timeline) -> dict[int, dict[str, int]]:
    """What the debtor's exposure was at the close of each day, as known then."""
    rules, found = NotifierRules(), dict[int, dict[str, int]]()
    own = [each for each in records if each.key != EVERYBODY and each.meta]
    inputs = [each for each in own if each.meta and not each.meta.said]
    for at, on in enumerate(line.days_on):
        known = [each for each in inputs if each.position < line.bound(at)]
        watched, shared = rules.blank(DEBTOR), line.entries[at].shared
        rules.refold(watched, known, shared)
        found[on] = exposed_minor(watched.account, on)
    return found


@settings(max_examples=FEWER)
@given(some_arrivals, policies(), st.integers(1, LAST_DAY))
def test_what_the_live_policy_held_is_what_was_at_risk_day_by_day(
    arriving: list[Arrival], policy: Policy, first: int
) -> None:
    records, period = on_the_log(records_of(arriving)), Period(day(first), day(LAST_DAY))
    documents = [each.document for _, _, each in arriving if isinstance(each, PolicyAdopted)]
    assume("booked" not in [policy.charges, *(each.get("charges") for each in documents)])
    shown = tried(records, Trial(policy=policy, period=period))
    everybody = [record for record in records if record.key == EVERYBODY]
    line = timeline(NotifierRules(), everybody, period, policy)
    assert line is not None
    exposed = exposed_on(records, line)

    def held(each: Escalation, since: date, end: date) -> Amounts:
        if each.subject != "debtor":
            return {}
        total = Amounts()
        for on in range(since.toordinal(), end.toordinal()):
            for currency, minor in exposed[on].items():
                total[currency] = total.get(currency, 0) + minor
        return {currency: minor for currency, minor in total.items() if minor}

    own = [record for record in records if record.key != EVERYBODY]
    told = Told(DEBTOR, own, period)
    ended = {each.escalation for each in told.case_before().ended}
    expected = courses(told.case_after(), ended, period, held)
    found = [each for each in shown.then if each.subject == "debtor"]
    assert found == [each for each in expected if each.subject == "debtor"]


@settings(max_examples=FEWER)
@given(histories(), st.integers(1, LAST_DAY))
def test_what_is_exposed_is_what_the_standing_says(facts: list[Fact], number: int) -> None:
    setting = Setting(open_on=day(number))
    account = folded(facts, setting)
    sums = standing(account, day(number), setting).sums
    exposed = exposed_minor(account, number and day(number).toordinal())
    booked = {book.currency for book in account.books}
    assert exposed == {currency: sums[currency].exposure_minor for currency in booked}
