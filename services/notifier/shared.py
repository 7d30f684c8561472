"""What a partition's debtors share: the open day, the policies, and which days are to be judged."""

from datetime import date, timedelta

import msgspec

from huikuan.debtor.setting import Setting, adopt, open_day
from huikuan.eventlog.rules import NOBODY, Due
from huikuan.events.ledger import (
    BusinessDayOpened,
    ExchangeRateSet,
    FeedCompleted,
    is_of_payments,
)
from huikuan.events.notifier import BreakerReleased, BreakerTripped, PolicyAdopted
from services.notifier.domain.guards import NO_GUARDS, Guards
from services.notifier.domain.ladder import Ladder
from services.notifier.domain.policies import Adopted, adopted, in_force_on, ladder
from services.notifier.domain.rates import Rate, Rates, with_rate

_DAY = timedelta(days=1)


class Tripped(msgspec.Struct, frozen=True):
    """A day whose steps were held, for they were too many of so many debtors."""

    tripped_on: date
    steps: int
    debtors: int
    policy_version: str


class Released(msgspec.Struct, frozen=True):
    """Who let go what was held on a date, on which open day, and why."""

    tripped_on: date
    by: str
    reason: str
    on: date


class Feed(msgspec.Struct, frozen=True):
    """A source's feed that was complete through a date, and is awaited from then on."""

    source: str
    feed: str
    through_on: date

    @property
    def is_awaited(self) -> bool:
        """Whether steps that hurt wait for it."""
        return is_of_payments(self.feed)


class Shared(msgspec.Struct):
    """What a partition's debtors share; a function of what was said to everybody."""

    setting: Setting = msgspec.field(default_factory=Setting)
    policies: list[Adopted] = []
    first_open_on: date | None = None
    judge_from: date | None = None
    """The first of the days that the last record about everybody makes us judge."""
    missed_from: date | None = None
    """Days from here on were never judged, because no policy had been adopted then."""
    tripped: tuple[Tripped, ...] = ()
    """By date, as are those released. Both only grow, whatever the order: a rebuild reads what we
    said later than we said it."""
    released: tuple[Released, ...] = ()
    feeds: tuple[Feed, ...] = ()
    """By source and feed."""
    rates: Rates = ()

    def ladder_now(self) -> Ladder | None:
        """The rules of the policy in force on the open day."""
        day = self.setting.open_on
        return ladder(in_force_on(self.policies, day)) if day else None

    def has_tripped(self, day: date) -> bool:
        """Whether that day's steps were too many."""
        return any(each.tripped_on == day for each in self.tripped)

    def guards(self) -> Guards:
        """What keeps steps that hurt from being raised."""
        if not (self.tripped or self.feeds or self.rates):
            return NO_GUARDS
        released = {each.tripped_on for each in self.released}
        tripped = frozenset(each.tripped_on for each in self.tripped) - released
        through = [each.through_on for each in self.feeds if each.is_awaited]
        return Guards(tripped, min(through, default=None), self.rates)


def open_business_day(shared: Shared, event: BusinessDayOpened) -> Due:
    """A day begins: those are due whose review it is, or everyone under another policy."""
    before = shared.setting.open_on
    if before is not None and event.date <= before:
        return NOBODY
    open_day(shared.setting, event)
    shared.judge_from = shared.missed_from or (before + _DAY if before else event.date)
    shared.missed_from = None
    if before is None:
        shared.first_open_on = event.date
    policies = shared.policies
    changed = before is None or in_force_on(policies, before) != in_force_on(policies, event.date)
    now = shared.ladder_now()
    # Where nothing can hurt, nothing need be weighed.
    weighed = now is not None and any(rule.step.hurts for rule in now.rules)
    return Due(through=event.date, everyone=changed, weighed=weighed)


def pass_days(shared: Shared, through: date) -> None:
    """Days after the open one up to this one open, on which nobody is looked at.

    No other policy comes into force on any of them.
    """
    if shared.setting.open_on is not None and shared.setting.open_on < through:
        shared.setting.open_on = through
        shared.missed_from = None


def adopt_policy(shared: Shared, event: PolicyAdopted) -> Due:
    """A policy is adopted; of an installation's first, the days since its date were missed."""
    open_on, first_open_on = shared.setting.open_on, shared.first_open_on
    was_without = open_on is None or in_force_on(shared.policies, open_on) is None
    refold_everyone = adopt(shared.setting, event)
    shared.policies = [*shared.policies, adopted(event)]
    shared.judge_from = open_on
    if open_on and first_open_on and was_without and event.effective_on <= open_on:
        shared.judge_from = shared.missed_from = max(event.effective_on, first_open_on)
    # Everyone even where it takes effect later: when an account is next looked at may change.
    return Due(everyone=True, refold=refold_everyone)


def trip(shared: Shared, event: BreakerTripped) -> None:
    """That day's steps are held."""
    tripped = Tripped(event.tripped_on, event.steps, event.debtors, event.policy_version)
    if not shared.has_tripped(event.tripped_on):
        shared.tripped = tuple(sorted((*shared.tripped, tripped), key=lambda each: each.tripped_on))


def release(shared: Shared, event: BreakerReleased) -> None:
    """A person let that day's steps go; who was first did."""
    released = Released(event.tripped_on, event.by, event.reason, event.on)
    if all(each.tripped_on != event.tripped_on for each in shared.released):
        shared.released = tuple(
            sorted((*shared.released, released), key=lambda each: each.tripped_on)
        )


def complete_feed(shared: Shared, event: FeedCompleted) -> None:
    """A feed is complete through a date, or is awaited no more."""
    others = [
        each for each in shared.feeds if (each.source, each.feed) != (event.source, event.feed)
    ]
    before = [each.through_on for each in shared.feeds if each not in others]
    if not event.ended:
        through_on = max([event.through_on, *before])
        others.append(Feed(event.source, event.feed, through_on))
    shared.feeds = tuple(sorted(others, key=lambda each: (each.source, each.feed)))


def set_rate(shared: Shared, event: ExchangeRateSet) -> None:
    """A currency's price from a date."""
    rate = Rate(event.base, event.quote, event.effective_on, event.rate)
    shared.rates = with_rate(shared.rates, rate)
