"""Law: whoever is decided about without his whole standing is decided about as with it."""

from hypothesis import given

from services.notifier.domain.decide import decide
from services.notifier.domain.view import Sight
from services.notifier.looking import sight_on
from tests.debtor.histories import COVERING
from tests.notifier.arrivals import DEBTOR, Arrival, Follower, arrivals, records_of


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
            whole = Sight(sight.standing, sight.reading, None, sight.on, DEBTOR, sight.taken)
            whole.prove, whole.reopen = sight.prove, sight.reopen
            assert whole.plain is None
            plainly = decide(sight, seen, now, opening=opening)
            assert plainly == decide(whole, seen, now, opening=opening)
