"""From what was decided to what is said: the event of a change, with an id from its cause."""

from collections.abc import Iterable
from datetime import date

from huikuan.eventlog.record import Record, Saying
from huikuan.events.codec import encode
from huikuan.events.notifier import (
    EscalationExhausted,
    EscalationHeld,
    EscalationLifted,
    EscalationProposed,
    EscalationRaised,
    EscalationRepeated,
    EscalationRetracted,
    EscalationSaid,
    EscalationVoided,
)
from services.notifier.domain.case import Case, note
from services.notifier.domain.change import Change

PUBLISHER = "notifier"
_EVENTS: dict[str, type[EscalationSaid]] = {
    "propose": EscalationProposed,
    "hold": EscalationHeld,
    "raise": EscalationRaised,
    "lift": EscalationLifted,
    "void": EscalationVoided,
    "retract": EscalationRetracted,
    "repeat": EscalationRepeated,
    "exhaust": EscalationExhausted,
}


class Speech:
    """What is said about one debtor because of one record; each word goes into the case at once."""

    def __init__(self, case: Case, debtor: str, cause: Record, open_on: date) -> None:
        assert cause.meta is not None, "a foreign record causes nothing"
        self.sayings: list[Saying] = []
        self._case = case
        self._debtor = debtor
        self._cause = cause.meta
        self._on = open_on

    def say(self, changes: Iterable[Change]) -> None:
        """Say these, in order."""
        for change in changes:
            word_id = f"{PUBLISHER}/{self._cause.id}/{self._debtor}/{len(self.sayings)}"
            event = self._event(change, word_id)
            note(self._case, event, self._cause.recorded_at)
            self.sayings.append(self._saying(event, word_id))

    def _event(self, change: Change, word_id: str) -> EscalationSaid:
        return _EVENTS[change.word](
            company=change.company,
            escalation=change.escalation or word_id,
            step=change.step,
            kind=change.kind,
            subject=change.subject,
            effective_on=change.effective_on,
            on=self._on,
            policy_version=change.policy_version,
            hold_seq=self._case.hold_seq + 1,
            reason=change.reason,
            inputs=change.inputs,
        )

    def _saying(self, event: EscalationSaid, word_id: str) -> Saying:
        return Saying(
            key=self._debtor,
            type=event.TYPE,
            id=word_id,
            value=encode(event),
            recorded_at=self._cause.recorded_at,
            said=True,
            cause=self._cause.id,
            trace=self._cause.trace,
            public=True,
        )
