"""The day before a step is said, lived through again with other facts: does the step still come?"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from huikuan.eventlog.record import Meta, Record, Saying
from huikuan.eventlog.rules import Rules
from huikuan.events.codec import encode
from huikuan.events.fields import Event
from huikuan.events.notifier import EscalationSaid
from services.notifier.domain.view import Sight
from services.notifier.forecast import Ahead, begins, escalation_in, opening
from services.notifier.shared import Shared
from services.notifier.watched import Watched, look

_DAY = timedelta(days=1)
Known = Callable[[], Sequence[Record]]
"""All records of the debtor, for a fact that sorts before what was folded."""


class Eve:
    """A debtor on the last day on which a fact can still prevent a step that was foreseen."""

    def __init__(
        self,
        rules: Rules[Shared, Watched],
        debtor: Watched,
        shared: Shared,
        step: EscalationSaid,
        on: date,
    ) -> None:
        """``debtor`` and ``shared`` as they are today; the debtor is led to the eve of ``on``."""
        ahead = Ahead(rules, shared)
        ahead.add(debtor, rules.outlook(debtor, shared)[0])
        for _ in ahead.through(on - _DAY):
            pass
        self.on, self.by, self.step = on, on - _DAY, step
        self._rules, self._debtor = rules, debtor.debtor
        self._body, self._shared = rules.body(debtor), ahead.shared
        self._opening = opening(on)
        self._morrow = rules.load_shared(rules.dump_shared(ahead.shared))
        rules.everybody(self._morrow, self._opening)

    def sight(self) -> Sight:
        """What the rules will see on the day of the step, if nothing arrives."""
        watched = self._rules.load(self._debtor, self._body)
        return look(watched, self._morrow, self.on)

    def is_kept_off_by(self, facts: Sequence[Event], known: Known) -> bool:
        """Whether the step is not said on its day where these facts arrive on its eve."""
        rules = self._rules
        watched = rules.load(self._debtor, self._body)
        said: list[Saying] = []
        records = _what_if(self._debtor, facts)
        for at, record in enumerate(records):
            if not rules.fold(watched, record, self._shared):
                rules.refold(watched, [*known(), *records[: at + 1]], self._shared)
            said += rules.decide(watched, record, self._shared)
        rules.advance(watched, self._morrow)
        said += rules.decide(watched, self._opening, self._morrow)
        return not any(map(self._is_it, said))

    def _is_it(self, saying: Saying) -> bool:
        event, step = escalation_in(saying), self.step
        if event is None or not begins(event):
            return False
        places = ((each.step, each.company, each.subject) for each in (event, step))
        return next(places) == next(places)


def _what_if(debtor: str, facts: Sequence[Event]) -> list[Record]:
    """Records of the ledger that nobody wrote."""
    return [
        Record(0, at, debtor, encode(event), Meta("ledger", 0, f"what-if/{at}", event.TYPE, 0))
        for at, event in enumerate(facts)
    ]
