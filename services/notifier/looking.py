"""How a debtor looks on any day, as known now: with as much of his standing as the rules need."""

from datetime import date
from functools import partial

from msgspec import structs

from huikuan.debtor.account import Account
from huikuan.debtor.evidence import evidence_on
from huikuan.debtor.reopened import reopened_on
from huikuan.debtor.setting import terms_on
from huikuan.debtor.standing import Outline, Standing, standing
from services.notifier.domain.case import Case
from services.notifier.domain.ladder import Ladder, for_time_zone
from services.notifier.domain.plain import Plain
from services.notifier.domain.policies import in_force_on, ladder
from services.notifier.domain.reading import PLAIN
from services.notifier.domain.stepping import steps_taken
from services.notifier.domain.steps_taken import NO_STEPS
from services.notifier.domain.view import Sight, Unread
from services.notifier.shared import Shared


def sight_on(account: Account, case: Case, debtor: str, shared: Shared, day: date) -> Sight:
    """His standing on any day, as the policy in force then reads it."""
    # It knows nothing of the ``Watched`` that keeps it: cycles would wait for the collector, which
    # holds up every answer for as long as it takes.
    then = ladder(in_force_on(shared.policies, day))

    def bare() -> Standing:
        return standing(structs.replace(account, waiting=()), day, shared.setting)

    stands: Standing | Unread | None = _unread(account, shared, then, day) if then else None
    if stands is None:
        stands = standing(account, day, shared.setting)
        then = for_time_zone(then, stands.time_zone) if then else None
    sight = Sight(
        stands,
        then.reading if then else PLAIN,
        bare,
        lambda other: sight_on(account, case, debtor, shared, other),
        debtor,
        steps_taken(case, day, {}) if then and then.steps_named else NO_STEPS,
    )
    sight.prove = partial(evidence_on, account, day, shared.setting)
    sight.reopen = partial(reopened_on, account, day, shared.setting)
    return sight


def _unread(account: Account, shared: Shared, then: Ladder, day: date) -> Unread | None:
    """His standing on a day, still to be made; None where the rules need more of it at once."""
    setting = shared.setting
    if not then.is_plain:
        return None
    plain = Plain(account, setting, then.reading)
    seen = plain.view(day.toordinal(), terms_on(setting, day))
    if seen is None:
        return None
    return Unread(Outline(day, account.unsettled), seen, partial(standing, account, day, setting))
