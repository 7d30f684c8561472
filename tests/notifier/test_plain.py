"""Law: whoever is decided about without his whole standing is decided about as with it."""

from datetime import date

from hypothesis import given

from huikuan.debtor.setting import terms_on
from huikuan.debtor.standing import Outline
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.decide import decide
from services.notifier.domain.guards import no_guards
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.plain import Plain
from services.notifier.domain.plainly import decide_plainly
from services.notifier.domain.view import Sight
from services.notifier.looking import sight_on
from tests.debtor.histories import COVERING
from tests.notifier.arrivals import DEBTOR, Arrival, Follower, arrivals, records_of
from tests.notifier.payers import promisors
from tests.notifier.random_policies import plain_policies


@given(arrivals() | arrivals(without=COVERING))
def test_a_debtor_of_whom_all_counts_is_decided_about_as_by_his_standing(
    arriving: list[Arrival],
) -> None:
    follower = Follower()
    for record in records_of(arriving):
        follower.follow([record])
        decides_alike(follower)


def decides_alike(follower: Follower) -> None:
    day, now = follower.shared.setting.open_on, follower.shared.ladder_now()
    if day is None or now is None:
        return
    account, case = follower.watched.account, follower.watched.case
    for seen in (case, type(case)()):  # as it is, and as if nothing were in force
        for opening in (True, False):
            sight = sight_on(account, seen, DEBTOR, follower.shared, day)
            if sight.plain is None:
                return
            plainly = decide(sight, seen, now, opening=opening)
            assert plainly == decide(whole(sight), seen, now, opening=opening)


def whole(sight: Sight) -> Sight:
    """The same with all that stands."""
    sees_all = Sight(sight.standing, sight.reading, None, sight.on, DEBTOR, sight.taken)
    sees_all.prove, sees_all.reopen = sight.prove, sight.reopen
    assert sees_all.plain is None
    return sees_all


@given(arrivals(of=promisors(), under=plain_policies()))
def test_what_views_tell_is_what_the_standing_tells_whatever_keeps_part_of_it_from_dunning(
    arriving: list[Arrival],
) -> None:
    follower = Follower()
    for record in records_of(arriving):
        follower.follow([record])
        told_alike(follower)


def told_alike(follower: Follower) -> None:
    setting, now = follower.shared.setting, follower.shared.ladder_now()
    day, account, case = setting.open_on, follower.watched.account, follower.watched.case
    if day is None or now is None or not now.is_plain:
        return
    views = Plain(account, setting, now.reading).views(day.toordinal(), terms_on(setting, day))
    if views is None:
        return
    outline = Outline(day, account.unsettled)
    for seen in (case, Case(), all_in_force(now, day)):
        for opening in (True, False):
            told = decide_plainly(
                views, outline, seen, now, opening=opening, run_start=None, guards=no_guards
            )
            stands = whole(sight_on(account, seen, DEBTOR, follower.shared, day))
            assert told in (None, decide(stands, seen, now, opening=opening))


def all_in_force(now: Ladder, day: date) -> Case:
    """A case in which every step of a policy is in force since a day."""
    about = ("debtor", "main", now.policy.version)
    return Case(
        [
            Escalation(f"e{at}", rule.step.name, rule.step.kind, *about, "raised", day, day, 0, at)
            for at, rule in enumerate(now.rules)
        ]
    )
