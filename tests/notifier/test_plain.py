"""Law: whoever is decided about without his whole standing is decided about as with it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from huikuan.debtor.setting import Setting, terms_on
from huikuan.debtor.standing import Outline
from huikuan.debtor.things import Day
from services.notifier.domain.case import Case, Escalation
from services.notifier.domain.decide import decide
from services.notifier.domain.guards import no_guards
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.plain import Plain
from services.notifier.domain.plainly import decide_plainly
from services.notifier.domain.view import Sight
from services.notifier.looking import sight_on
from tests.debtor.histories import COVERING
from tests.notifier.arrivals import DEBTOR, LAST_DAY, Arrival, Follower, arrivals, records_of
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


@given(arrivals(of=promisors(), under=plain_policies()), st.integers(0, 3), st.booleans())
def test_no_view_changes_but_by_age_before_the_day_that_is_named(
    arriving: list[Arrival], tolerance_days: int, asks_shortfall: bool
) -> None:
    follower = Follower()
    for record in records_of(arriving):
        follower.follow([record])
        open_on, now = follower.shared.setting.open_on, follower.shared.ladder_now()
        if open_on is None or now is None or not now.is_plain:
            continue
        terms = follower.shared.setting.terms
        terms = [structs.replace(each, tolerance_days=tolerance_days) for each in terms]
        setting, on = Setting(open_on, terms), open_on.toordinal()
        reading = structs.replace(now.reading, asks_shortfall=asks_shortfall)
        plain = Plain(follower.watched.account, setting, reading)
        then = unaged(plain, setting, on)
        if then is not None:
            for later in range(on, min(plain.next_other_view(on), on + LAST_DAY)):
                assert unaged(plain, setting, later) == then


def unaged(plain: Plain, setting: Setting, on: Day) -> list[tuple[object, ...]] | None:
    """What is seen on a day of what does not age, where a rule asks for it."""
    views = plain.views(on, terms_on(setting, date.fromordinal(on)))
    return views and [
        (
            view.balance_minor,
            view.open_items,
            view.broken_promises if plain.reading.asks_promises else None,
            view.shortfall_minor if plain.reading.asks_shortfall else None,
        )
        for view in views
    ]


def all_in_force(now: Ladder, day: date) -> Case:
    """A case in which every step of a policy is in force since a day."""
    about = ("debtor", "main", now.policy.version)
    return Case(
        [
            Escalation(f"e{at}", rule.step.name, rule.step.kind, *about, "raised", day, day, 0, at)
            for at, rule in enumerate(now.rules)
        ]
    )
