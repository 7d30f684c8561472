"""One debtor as the notifier knows him, and how any of his days looks."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from huikuan.debtor.account import Account
from huikuan.debtor.changes import change_dates
from huikuan.debtor.dealings import time_zone_on
from huikuan.debtor.reopened import reopened_on
from huikuan.debtor.things import NEVER, Day
from huikuan.events.fields import Event
from services.notifier.domain.acknowledging import ZoneOn
from services.notifier.domain.age import Aging
from services.notifier.domain.beginning import RunStart
from services.notifier.domain.birthdays import next_birthday, next_birthday_plainly
from services.notifier.domain.case import Case
from services.notifier.domain.change import Decision, Place
from services.notifier.domain.condition import ANY_AGE
from services.notifier.domain.decide import decide
from services.notifier.domain.ladder import Ladder, Rule, for_time_zone
from services.notifier.domain.past import Past, run_start_since
from services.notifier.domain.plain import Plain
from services.notifier.domain.policies import in_force_on, ladder, of_version
from services.notifier.domain.review import next_review_on
from services.notifier.domain.steps_taken import StepsTaken
from services.notifier.domain.view import Sight, Subject
from services.notifier.looking import sight_on
from services.notifier.shared import Shared


class Weighed(NamedTuple):
    """What was decided when the opening of a day was weighed."""

    day: date
    decision: Decision


class Watched:
    """One debtor as the notifier knows him: his account, and his case beside it."""

    __slots__ = (
        "account",
        "case",
        "case_body",
        "debtor",
        "fact",
        "plain",
        "quiet_until",
        "sight",
        "sight_under",
        "waits_for_opening",
        "weighed",
    )

    def __init__(self, debtor: str, account: Account, case: Case) -> None:
        self.debtor = debtor
        self.account = account
        self.case = case
        self.case_body: bytes | None = None
        """The case as it is written; None once a word may have changed it."""
        self.sight: Sight | None = None
        """Of the open day; None once a record may have changed it."""
        self.sight_under = 0
        """How many policies had been adopted when it was made."""
        self.plain: Plain | None = None
        """His account made ready for a policy that asks little; None once it may have changed."""
        self.fact: Event | None = None
        """The fact that was folded last, until he is decided about."""
        self.quiet_until: Day | None = None
        """The first day on which a step may be demanded; None once anything may have changed."""
        self.waits_for_opening: bool | None = None
        """What was decided last, until anything may have changed."""
        self.weighed: Weighed | None = None
        """What the opening of a day was weighed by, until anything may have changed."""

    def look_again(self) -> None:
        """Something may have changed."""
        self.sight = self.plain = self.fact = self.weighed = None
        self.waits_for_opening = self.quiet_until = None


def past_of(account: Watched, shared: Shared) -> Past:
    """How his days look as known now."""
    policies = shared.policies
    return Past(
        sight_on=lambda day: look(account, shared, day),
        ladder_on=lambda day: ladder(in_force_on(policies, day)),
        ladder_of=lambda version: ladder(of_version(policies, version)),
    )


def sight_of(account: Watched, shared: Shared, day: date) -> Sight:
    """His standing on the open day, made once between two records."""
    sight = account.sight
    under = len(shared.policies)
    if sight is None or sight.outline.day != day or account.sight_under != under:
        sight = account.sight = look(account, shared, day)
        account.sight_under = under
    return sight


def plain_of(account: Watched, shared: Shared, now: Ladder) -> Plain | None:
    """His account as a policy reads it that asks little; None where it asks more of him."""
    if not now.is_plain:
        return None
    plain, setting = account.plain, shared.setting
    if plain is None or plain.reading is not now.reading or plain.terms is not setting.terms:
        plain = account.plain = Plain(account.account, setting, now.reading)
    return plain if plain.fits else None


def look(account: Watched, shared: Shared, day: date) -> Sight:
    """His standing on any day, as known now."""
    return sight_on(account.account, account.case, account.debtor, shared, day)


def is_quiet(account: Watched, now: Ladder, day: date) -> bool:
    """Whether nothing is in force and nothing is old enough for any step."""
    return loud_from(account, now) > day.toordinal()


def loud_from(account: Watched, now: Ladder) -> Day:
    """The first day on which a step may be demanded if nothing arrives; 0 where any day may."""
    until = account.quiet_until
    if until is None:
        until = account.quiet_until = _first_loud(account.account, account.case, now)
    return until


def _first_loud(known: Account, case: Case, now: Ladder) -> Day:
    if case.open or known.overrides or known.signals or (now.steps_named and case.ended):
        return 0
    earliest_age = now.earliest_age[bool(known.promises)]
    if earliest_age == ANY_AGE:
        return 0
    oldest = _oldest(known, now.reading.aging)
    return min(oldest + earliest_age, NEVER) if oldest < NEVER else NEVER


def review_on(
    account: Watched, shared: Shared, next_change: Callable[[Plain, Day], Day] = Plain.next_change
) -> date | None:
    """The next day on which he must be looked at even if nothing arrives.

    ``next_change``: where he is plain, the first day after one on which more than an age changes.
    """
    day, until, now = shared.setting.open_on, account.quiet_until, None
    if day is None:
        return None
    if not until or until <= day.toordinal():
        now = _ladder_now(account, shared)
        until = loud_from(account, now) if now else 0
    if until > day.toordinal():
        return _first_sound(account.account, until)
    waits = account.waits_for_opening
    if waits is None:
        waits = now is not None and _waits(account, shared, now)
    plain = plain_of(account, shared, now) if now and not now.graces else None
    if now and plain:
        on = day.toordinal()
        by_itself = min(next_change(plain, on), next_birthday_plainly(plain, now, on))
    else:
        by_itself = _by_itself(account, shared, now, day)
    return next_review_on(day, by_itself, account.case, now, waits_for_opening=waits)


def _by_itself(account: Watched, shared: Shared, now: Ladder | None, day: date) -> Day:
    """When an item next comes of age, or his standing changes otherwise, if nothing arrives."""
    on = day.toordinal()
    change = min(_changes(account.account, shared, now, day), default=date.max).toordinal()
    birthday = next_birthday(account.account, now, shared.setting, on) if now else None
    return change if birthday is None else min(change, birthday)


def _first_sound(known: Account, until: Day) -> date | None:
    """The first day after the open one on which quiet may end, or a fact that waits counts.

    What else changes by itself demands nothing of whom all items are too young. Under another
    policy everyone is looked at.
    """
    if known.waiting:
        until = min([until, *(fact.on for fact in known.waiting)])
    return date.fromordinal(until) if until < NEVER else None


def _changes(account: Account, shared: Shared, now: Ladder | None, day: date) -> Iterator[date]:
    """The later days on which his standing changes, or an item's grace ends."""
    yield from change_dates(account, day, shared.setting)
    if now is not None and now.graces:
        for each in reopened_on(account, day, shared.setting).values():
            ends = (date.fromordinal(each.on + grace_days) for grace_days in now.graces)
            yield from (end for end in ends if end > day)


def _ladder_now(account: Watched, shared: Shared) -> Ladder | None:
    """The rules in force on the open day, by the calendar of his time zone."""
    now, profiles = shared.ladder_now(), account.account.profiles
    return for_time_zone(now, profiles[-1].time_zone) if now and profiles else now


def zone_on(account: Watched) -> ZoneOn:
    """His time zone on any day."""
    return lambda day: time_zone_on(account.account.profiles, day.toordinal())


def as_weighed(account: Watched, shared: Shared, day: date) -> Decision | None:
    """What was decided when this opening was weighed, once; None where the breaker tripped."""
    weighed, account.weighed = account.weighed, None
    if weighed is None or weighed.day != day or shared.has_tripped(day):
        return None
    return weighed.decision


def _waits(account: Watched, shared: Shared, now: Ladder) -> bool:
    assert shared.setting.open_on is not None, "asked on an open day"
    sight = sight_of(account, shared, shared.setting.open_on)
    return decide(sight, account.case, now, opening=False).waits_for_opening


def _oldest(account: Account, aging: Aging) -> Day:
    """The date from which the oldest open item ages, as a day number."""
    items, oldest = account.items, NEVER
    for book in account.books:
        # Open items stand by due date, so the first is the oldest unless they age otherwise.
        for at in book.open if aging.from_invoice else book.open[:1]:
            item = items[at]
            began_on = item.on if aging.from_invoice else item.due_on
            oldest = min(oldest, began_on)
    return oldest


def run_start_of(
    account: Watched,
    shared: Shared,
    day: date,
    judged_from: date,
    retracted: Mapping[Place, date],
) -> RunStart:
    """Since when a step is demanded, looking back to the first day that is judged again."""

    def run_start(rule: Rule, subject: Subject, begun: StepsTaken) -> date:
        place = (rule.step.name, subject.company, subject.subject)
        since = min(judged_from, retracted.get(place, judged_from))
        if since >= day:
            return day
        return run_start_since(past_of(account, shared), day, since)(rule, subject, begun)

    return run_start
