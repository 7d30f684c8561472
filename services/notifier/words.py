"""From what was decided to what is said: the event of a change, with an id from its cause."""

from collections.abc import Callable, Iterable
from datetime import date

from huikuan.eventlog.record import Record, Saying
from huikuan.events.codec import encode
from huikuan.events.fields import Event
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
from services.notifier.domain.charging import cancelled, charged

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


Book = Callable[[Event, str], object]
"""(event, its id): lets it count in an account."""


class Speech:
    """What is said about one debtor because of one record; each word goes into the case at once."""

    def __init__(self, case: Case, debtor: str, cause: Record, open_on: date, book: Book) -> None:
        """``book``: takes a charge into the account, as it is read back elsewhere."""
        assert cause.meta is not None, "a foreign record causes nothing"
        self.said: list[tuple[Event, str, bool]] = []
        """Each event, its id, and whether it is public."""
        self._case = case
        self._debtor = debtor
        self._cause = cause.meta
        self._on, self._book = open_on, book

    @property
    def sayings(self) -> list[Saying]:
        """What was said, as it goes to the log."""
        return [self._saying(event, word_id, public=public) for event, word_id, public in self.said]

    def say(self, changes: Iterable[Change]) -> None:
        """Say these, in order."""
        for change in changes:
            word_id = self._word_id()
            event = self._event(change, word_id)
            self._say(event, word_id, public=True)
            if change.word == "raise":
                self._charge(change, event)
            elif change.word == "retract":
                self._cancel_fees(event)

    def _say(self, event: Event, word_id: str, *, public: bool) -> None:
        note(self._case, event, self._cause.recorded_at)
        self.said.append((event, word_id, public))

    def _charge(self, change: Change, raised: EscalationSaid) -> None:
        said = (self._on, raised.policy_version)
        for each in change.charges:
            word_id = self._word_id()
            fee = charged(each, word_id, raised.escalation, raised.step, said)
            self._say(fee, word_id, public=False)
            self._book(fee, word_id)

    def _cancel_fees(self, retracted: EscalationSaid) -> None:
        found = self._case.find(retracted.escalation)
        for each in found.fees if found else ():
            word_id = self._word_id()
            end = cancelled(each, word_id, retracted.escalation, self._on, retracted.reason)
            self._say(end, word_id, public=False)
            self._book(end, word_id)

    def _word_id(self) -> str:
        return f"{PUBLISHER}/{self._cause.id}/{self._debtor}/{len(self.said)}"

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
            channels=change.channels,
        )

    def _saying(self, event: Event, word_id: str, *, public: bool) -> Saying:
        return Saying(
            key=self._debtor,
            type=event.TYPE,
            id=word_id,
            value=encode(event),
            recorded_at=self._cause.recorded_at,
            said=True,
            cause=self._cause.id,
            trace=self._cause.trace,
            public=public,
        )
