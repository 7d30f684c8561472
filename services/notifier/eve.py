"""The day before a step is said, lived through again with other facts: does the step still come?"""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import date, timedelta
from typing import Protocol

from huikuan.eventlog.record import Meta, Record, Saying
from huikuan.eventlog.rules import Deciding, Weighing
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationSaid
from services.notifier.domain.case import Escalation
from services.notifier.domain.view import Sight
from services.notifier.forecast import Ahead, begins, escalation_in, opening, weigh_day
from services.notifier.shared import Shared
from services.notifier.watched import Watched, look, review_on

_DAY = timedelta(days=1)
Known = Callable[[], Sequence[Record]]
"""All records of the debtor, for a fact that sorts before what was folded."""


class Evening(Protocol):
    """A day on which facts may still arrive that keep a step off, or end it."""

    by: date
    """The day on which they arrive."""
    on: date
    """The day on which it shows."""
    subject: str
    """What the step is about: the debtor, or an item."""

    def sight(self) -> Sight:
        """What the rules will see when it shows, if nothing arrives."""

    def is_kept_off_by(self, facts: Sequence[Event], known: Known) -> bool:
        """Whether there is no step then where these facts arrive."""


class Eve:
    """A debtor on the last day on which a fact can still prevent a step that was foreseen."""

    def __init__(
        self,
        rules: Weighing[Shared, Watched],
        debtor: Watched,
        shared: Shared,
        step: EscalationSaid,
        on: date,
    ) -> None:
        """``debtor`` and ``shared`` as they are today; the debtor is led to the eve of ``on``."""
        ahead = Ahead(rules, shared)
        ahead.add(debtor, review_on(debtor, shared))
        for _ in ahead.through(on - _DAY):
            pass
        self.on, self.by, self.subject = on, on - _DAY, step.subject
        self._place = (step.step, step.company, step.subject)
        self._rules, self._debtor = rules, debtor.debtor
        self._body, self._shared = rules.body(debtor), ahead.shared
        self._opening = opening(on)
        self._morrow = rules.load_shared(rules.dump_shared(ahead.shared))
        self._due = rules.everybody(self._morrow, self._opening)

    def sight(self) -> Sight:
        """What the rules will see on the day of the step, if nothing arrives."""
        watched = self._rules.load(self._debtor, self._body)
        return look(watched, self._morrow, self.on)

    def is_kept_off_by(self, facts: Sequence[Event], known: Known) -> bool:
        """Whether the step is not said on its day where these facts arrive on its eve."""
        rules = self._rules
        watched = rules.load(self._debtor, self._body)
        said = arrive(rules, watched, self._shared, facts, known)
        rules.advance(watched, self._morrow)
        morrow = self._morrow
        if self._due.weighed:
            morrow = copy(morrow)  # what trips today for these facts may not for others
            weigh_day(rules, [watched], self._opening, morrow)
        said += rules.decide(watched, self._opening, morrow)
        return not any(map(self._is_it, said))

    def _is_it(self, saying: Saying) -> bool:
        event = escalation_in(saying)
        if event is None or not begins(event):
            return False
        return (event.step, event.company, event.subject) == self._place


class Today:
    """A debtor on the open day, with a step in force that facts may end at once."""

    def __init__(
        self,
        rules: Deciding[Shared, Watched],
        body: bytes,
        shared: Shared,
        debtor: str,
        in_force: Escalation,
    ) -> None:
        """``body`` is the debtor's, as he is today."""
        assert shared.setting.open_on is not None, "a step in force was raised on an open day"
        self.by = self.on = shared.setting.open_on
        self.subject = in_force.subject
        self._rules, self._debtor, self._body = rules, debtor, body
        self._shared, self._escalation = shared, in_force.escalation

    def sight(self) -> Sight:
        """What the rules see today."""
        return look(self._rules.load(self._debtor, self._body), self._shared, self.on)

    def is_kept_off_by(self, facts: Sequence[Event], known: Known) -> bool:
        """Whether it ends today where these facts arrive."""
        watched = self._rules.load(self._debtor, self._body)
        arrive(self._rules, watched, self._shared, facts, known)
        return all(each.escalation != self._escalation for each in watched.case.open)


def arrive(
    rules: Deciding[Shared, Watched],
    watched: Watched,
    shared: Shared,
    facts: Sequence[Event],
    known: Known,
) -> list[Saying]:
    """Let these facts arrive, in order; the debtor is changed. Answers what is said."""
    said: list[Saying] = []
    records = _what_if(watched.debtor, facts)
    for at, record in enumerate(records):
        if not rules.fold(watched, record, shared):
            rules.refold(watched, [*known(), *records[: at + 1]], shared)
        said += rules.decide(watched, record, shared)
    return said


def _what_if(debtor: str, facts: Sequence[Event]) -> list[Record]:
    """Records of the ledger that nobody wrote."""
    return [
        Record(0, at, debtor, encode(event), Meta("ledger", 0, f"what-if/{at}", event.TYPE, 0))
        for at, event in enumerate(facts)
    ]
