"""What will be said if nothing arrives (law 7): our own rules, led through the days to come.

Nothing here decides. Each day opens for a copy of what is shared, and whoever is to be looked at
by then is looked at, as the runner would: so a new rule is foreseen without a word in this file.
What waits for people goes on waiting.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

import msgspec

from huikuan.eventlog.record import EVERYBODY, Meta, Record, Saying
from huikuan.eventlog.rules import Weighing
from huikuan.events.codec import decode, encode
from huikuan.events.ledger import BusinessDayOpened
from huikuan.events.notifier import EscalationProposed, EscalationRaised, EscalationSaid
from services.notifier.shared import Shared, pass_days
from services.notifier.watched import Watched, review_on

_DAY = timedelta(days=1)
Count = Callable[[int], int]
"""How many debtors there are, counting no further than that many."""


def as_many_as_matter(most: int) -> int:
    """Of one debtor alone: enough others, so that only a breaker without a share trips."""
    return most


class Foreseen(msgspec.Struct, frozen=True):
    """A word that will be said about a debtor, because a day opens."""

    watched: Watched
    """The debtor as he will be once it is said; he goes on changing."""
    on: date
    """The day whose opening makes us say it."""
    said: EscalationSaid


class Ahead:
    """The days after the open one, opening in turn, for debtors who change with them."""

    def __init__(
        self,
        rules: Weighing[Shared, Watched],
        shared: Shared,
        count: Count = as_many_as_matter,
    ) -> None:
        """``shared`` stays as it is: a copy is led through the days.

        ``count``: how many debtors the partition has, where all of it is led.
        """
        self._rules, self._count = rules, count
        self.shared = rules.load_shared(rules.dump_shared(shared))
        self._reviews: defaultdict[date, list[Watched]] = defaultdict(list)
        self._everyone: list[Watched] = []

    def add(self, watched: Watched, review_on: date | None) -> None:
        """Lead this debtor, too. ``review_on``: as his row or ``outlook`` tells; he is changed."""
        self._everyone.append(watched)
        open_on = self.shared.setting.open_on
        if open_on is not None and review_on is not None:
            # A day may be opening just now: a row that it has not reached yet is due tomorrow.
            self._expect(watched, max(review_on, open_on + _DAY))

    def through(self, until: date) -> Iterator[Foreseen]:
        """What will be said on the days up to this one; nothing where no day was ever opened."""
        day = self.shared.setting.open_on
        while day is not None and day < until:
            day = self._next(day, until)
            pass_days(self.shared, day - _DAY)
            yield from self._open(day)

    def _next(self, day: date, until: date) -> date:
        """The next day on which anybody may be looked at; ``until`` where there is none before."""
        days = [*self._reviews, *(policy.effective_on for policy in self.shared.policies)]
        return min((each for each in days if day < each < until), default=until)

    def _open(self, day: date) -> Iterator[Foreseen]:
        rules, shared, record = self._rules, self.shared, opening(day)
        due = rules.everybody(shared, record)
        due_now = self._reviews.pop(day, [])
        if due.everyone:
            self._reviews.clear()
            due_now = self._everyone
        for watched in due_now:
            rules.advance(watched, shared)
        if due.weighed:
            weigh_day(rules, due_now, record, shared, self._count)
        for watched in due_now:
            for saying in rules.decide(watched, record, shared):
                event = escalation_in(saying)
                if event is not None:
                    yield Foreseen(watched, day, event)
            self._expect(watched, review_on(watched, shared))

    def _expect(self, watched: Watched, review_on: date | None) -> None:
        if review_on is not None:
            self._reviews[review_on].append(watched)


def weigh_day(
    rules: Weighing[Shared, Watched],
    due_now: Iterable[Watched],
    record: Record,
    shared: Shared,
    count: Count = as_many_as_matter,
) -> None:
    """Let the breaker weigh a day before anything is said on it, as the runner does."""
    weight = sum(rules.weigh(watched, record, shared) for watched in due_now)
    rules.weighed(weight, count, record, shared)


def forecast(
    rules: Weighing[Shared, Watched],
    watched: Watched,
    shared: Shared,
    until: date,
) -> list[Foreseen]:
    """What will be said about one debtor through ``until`` if nothing arrives; he is changed."""
    ahead = Ahead(rules, shared)
    ahead.add(watched, review_on(watched, shared))
    return list(ahead.through(until))


def word_of(said: EscalationSaid) -> str:
    """``proposed``, ``raised``, ``lifted``, ``voided`` and so on."""
    return said.TYPE.split(".")[2]


def begins(said: EscalationSaid) -> bool:
    """Whether a step comes with this word, proposed or raised."""
    return isinstance(said, EscalationProposed | EscalationRaised)


def opening(day: date) -> Record:
    """The record by which the ledger will open that day, but for its place and time."""
    event = BusinessDayOpened(date=day)
    return Record(0, 0, EVERYBODY, encode(event), Meta("ledger", 0, f"day/{day}", event.TYPE, 0))


def escalation_in(saying: Saying) -> EscalationSaid | None:
    """The word about an escalation, if it is one."""
    event = decode(saying.type, saying.value)
    return event if isinstance(event, EscalationSaid) else None
