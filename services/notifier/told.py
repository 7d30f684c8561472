"""One debtor's records, parted into what the notifier said of itself and all else."""

from collections.abc import Sequence

from huikuan.eventlog.record import Record
from huikuan.events.codec import decode
from huikuan.events.notifier import EscalationSaid, FeeCancelled, FeeCharged
from services.notifier.domain.backtest import Period
from services.notifier.domain.case import Case, note
from services.notifier.words import PUBLISHER

Heard = EscalationSaid | FeeCharged | FeeCancelled
Place = tuple[str, str, str]
"""Step, company and subject."""


class Told:
    """One debtor's records, parted into what we said of ourselves and all else."""

    def __init__(self, debtor: str, records: Sequence[Record], period: Period) -> None:
        self.debtor = debtor
        self.inputs: list[Record] = []
        """Facts, and what people answered."""
        self.places: dict[str, Place] = {}
        """What each escalation that was said is about."""
        self._before: list[tuple[Heard, int]] = []
        self._within: list[tuple[Heard, int]] = []
        first_on, last_on = period.first_on, period.last_on
        for record in records:
            meta = record.meta
            if meta is None or not meta.said or meta.publisher != PUBLISHER:
                self.inputs.append(record)
                continue
            event = decode(meta.type, record.value)
            if isinstance(event, EscalationSaid):
                self.places[event.escalation] = (event.step, event.company, event.subject)
            elif not isinstance(event, FeeCharged | FeeCancelled):
                continue
            # A word stands on the log some time after its cause, but tells the day of its saying.
            if event.on < first_on:
                self._before.append((event, meta.recorded_at))
            elif event.on <= last_on:
                self._within.append((event, meta.recorded_at))

    def case_before(self) -> Case:
        """His case when the period began."""
        case = Case()
        for event, recorded_at in self._before:
            note(case, event, recorded_at)
        return case

    def case_after(self) -> Case:
        """His case when it was over, by what was said."""
        case = self.case_before()
        for event, recorded_at in self._within:
            note(case, event, recorded_at)
        return case
