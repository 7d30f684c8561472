"""What a trial of a policy came to over many debtors."""

from collections.abc import Sequence

import msgspec

from services.notifier.domain.backtest import Amounts, Course, Difference
from services.notifier.domain.policy import hurts


class Sum(msgspec.Struct):
    """What became of a step, over many debtors."""

    raised: int = 0
    proposed: int = 0
    """Never raised: proposed to the end, or voided."""
    retracted: int = 0
    days_held: int = 0
    held_minor: Amounts = msgspec.field(default_factory=dict)

    def add(self, course: Course) -> None:
        """One more."""
        was_raised = course.was_raised
        self.raised += was_raised
        self.proposed += not was_raised
        self.retracted += course.status == "retracted"
        self.days_held += course.days_held
        self._hold(course.held_minor)

    def join(self, other: "Sum") -> None:
        """All of another's."""
        self.raised += other.raised
        self.proposed += other.proposed
        self.retracted += other.retracted
        self.days_held += other.days_held
        self._hold(other.held_minor)

    def _hold(self, amounts: Amounts) -> None:
        for currency, held_minor in amounts.items():
            self.held_minor[currency] = self.held_minor.get(currency, 0) + held_minor


class StepTotals(msgspec.Struct):
    """One step under both, and how often they differ."""

    kind: str
    then: Sum = msgspec.field(default_factory=Sum)
    now: Sum = msgspec.field(default_factory=Sum)
    added: int = 0
    removed: int = 0
    moved: int = 0
    changed: int = 0


class Totals(msgspec.Struct):
    """Over many debtors."""

    debtors: int = 0
    debtors_that_differ: int = 0
    steps: dict[str, StepTotals] = msgspec.field(default_factory=dict)
    notices_then: int = 0
    notices_now: int = 0

    def add(self, then: Sequence[Course], now: Sequence[Course], found: Difference) -> None:
        """One debtor more."""
        self.debtors += 1
        self.debtors_that_differ += bool(found)
        for each in then:
            self._of(each).then.add(each)
            self.notices_then += _notices(each)
        for each in now:
            self._of(each).now.add(each)
            self.notices_now += _notices(each)
        for each in found.added:
            self._of(each).added += 1
        for each in found.removed:
            self._of(each).removed += 1
        for each, _ in found.moved:
            self._of(each).moved += 1
        for each, _ in found.changed:
            self._of(each).changed += 1

    def whole(self) -> tuple[Sum, Sum]:
        """Over all steps: then, and now."""
        then, now = Sum(), Sum()
        for step in self.steps.values():
            then.join(step.then)
            now.join(step.now)
        return then, now

    def join(self, other: "Totals") -> None:
        """The debtors of another group too."""
        self.debtors += other.debtors
        self.debtors_that_differ += other.debtors_that_differ
        self.notices_then += other.notices_then
        self.notices_now += other.notices_now
        for name, step in other.steps.items():
            mine = self.steps.setdefault(name, StepTotals(step.kind))
            mine.then.join(step.then)
            mine.now.join(step.now)
            mine.added += step.added
            mine.removed += step.removed
            mine.moved += step.moved
            mine.changed += step.changed

    def _of(self, course: Course) -> StepTotals:
        totals = self.steps.get(course.step)
        if totals is None:
            totals = self.steps[course.step] = StepTotals(course.kind)
        return totals


def _notices(course: Course) -> int:
    """How many letters it makes."""
    return 0 if hurts(course.kind) or not course.was_raised else 1 + course.repeated
