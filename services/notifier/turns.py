"""When a step begins or ends against each subject if nothing arrives, and what ends it today."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from huikuan.eventlog.rules import Weighing
from huikuan.events.notifier import EscalationRaised
from services.notifier.domain.case import Escalation
from services.notifier.domain.view import Subject
from services.notifier.eve import Known, Today
from services.notifier.forecast import Foreseen, forecast, word_of
from services.notifier.prevention import offers
from services.notifier.shared import Shared
from services.notifier.shown_forecast import shown_amounts
from services.notifier.watched import Watched

DAYS_AHEAD = timedelta(days=90)
_ENDS = frozenset({"lifted", "voided"})


class Turns:
    """What comes next for one debtor, looked at once for all his subjects."""

    def __init__(
        self,
        rules: Weighing[Shared, Watched],
        watched: Watched,
        shared: Shared,
        step: str,
        known: Known,
    ) -> None:
        """``watched`` stays as it is: a copy is led through the days."""
        open_on = shared.setting.open_on
        assert open_on is not None, "asked about an open day"
        self._rules, self._shared = rules, shared
        self._debtor, self._body = watched.debtor, rules.body(watched)
        self._until = open_on + DAYS_AHEAD
        words = forecast(rules, rules.load(self._debtor, self._body), shared, self._until)
        self._words: Sequence[Foreseen] = [each for each in words if each.said.step == step]
        self._known = known

    def of(self, subject: Subject, in_force: Escalation | None) -> dict[str, Any]:
        """What would change it: the day of its own accord, or a payment today."""
        if in_force is None:
            return {"until": self._until, "comes_on": self._raised_on(subject)}
        today = Today(self._rules, self._body, self._shared, self._debtor, in_force)
        payments = [shown_amounts(each) for each in offers(today, self._known, ("payment",))]
        ends_on = self._ended_on(in_force)
        return {"until": self._until, "ends_on": ends_on, "payments": payments}

    def _raised_on(self, subject: Subject) -> date | None:
        for each in self._words:
            place = (each.said.company, each.said.subject)
            if isinstance(each.said, EscalationRaised) and place == (
                subject.company,
                subject.subject,
            ):
                return each.on
        return None

    def _ended_on(self, in_force: Escalation) -> date | None:
        for each in self._words:
            if each.said.escalation == in_force.escalation and word_of(each.said) in _ENDS:
                return each.on
        return None
