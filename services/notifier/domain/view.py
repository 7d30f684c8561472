"""A debtor on a day as a policy reads him, and against what of him a step may be raised."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import msgspec
from msgspec import structs

from huikuan.debtor.evidence import Evidence, ItemKey
from huikuan.debtor.reopened import Reopenings
from huikuan.debtor.standing import Line, Outline, Standing
from services.notifier.domain.counting import (
    Question,
    View,
    counted_minor,
    of_lines,
    of_the_debtor,
)
from services.notifier.domain.reading import PLAIN, Reading
from services.notifier.domain.steps_taken import (
    NO_STEPS,
    StepsTaken,
    days_in_force,
    days_since_lift,
)

Proofs = Mapping[ItemKey, Evidence]
Items = frozenset[ItemKey]


class Subject(msgspec.Struct, frozen=True):
    """Against whom or what a step is judged: the debtor, or one line."""

    company: str
    subject: str
    line: Line | None


DEBTOR = "debtor"
NO_INVOICE = frozenset[str]()
NO_ITEM: Items = frozenset()
WHOLE_DEBTOR = Subject("main", DEBTOR, None)


class Unread(NamedTuple):
    """A standing that is made when something asks for more of it than this."""

    outline: Outline
    plain: View
    """What a rule sees of the whole debtor, whatever it asks."""
    read: Callable[[], Standing]


class Sight:
    """One debtor's standing as a policy reads it, with each view of it made once."""

    def __init__(
        self,
        standing: Standing | Unread,
        reading: Reading = PLAIN,
        bare: Callable[[], Standing] | None = None,
        other_day: "Callable[[date], Sight] | None" = None,
        debtor: str = "",
        taken: StepsTaken = NO_STEPS,
    ) -> None:
        """``bare`` makes the standing without money whose day has not come.

        Such money prevents new steps and lifts nothing; needed where there is any. ``other_day``
        makes the sight of another day, as known now. ``taken``: for thresholds that name steps.
        """
        self.outline: Standing | Outline
        """The day, and what of it stands above every condition."""
        self.plain: View | None = None
        """What every question sees of the whole debtor, where they see the same."""
        if isinstance(standing, Unread):
            self.outline, self.plain = standing.outline, standing.plain
        else:
            self.outline = standing
        self._standing = standing
        self.reading = reading
        self.debtor = debtor
        self.taken = taken
        self._bare = bare
        self._other_day = other_day
        self.prove: Callable[[], Proofs] = dict
        """Finds the evidence of each open item."""
        self._proofs: Proofs | None = None
        self.reopen: Callable[[], Reopenings] = dict
        """Finds the open items that reversals opened again."""
        self._reopened: Reopenings | None = None
        self._views: dict[object, View] = {}
        # Not ``cached_property``: its lock, in Python 3.11, costs more than what is kept.
        self._seen: Seen | None = None
        self._seen_bare: Seen | None = None

    @property
    def standing(self) -> Standing:
        """All that stands on the day."""
        if isinstance(self._standing, Unread):
            self._standing = self._standing.read()
        return self._standing

    def under(self, reading: Reading) -> "Sight":
        """The same standing as another policy reads it."""
        if reading is self.reading:
            return self
        return self._other(reading, self.taken)

    def having(self, taken: StepsTaken) -> "Sight":
        """The same standing where other steps were taken."""
        return self if taken == self.taken else self._other(self.reading, taken)

    def _other(self, reading: Reading, taken: StepsTaken) -> "Sight":
        other = Sight(self.standing, reading, self._bare, self._other_day, self.debtor, taken)
        other.prove, other.reopen = self.evidence, self.reopened
        return other

    def evidence(self) -> Proofs:
        """That of each open item, found when a step first asks for it."""
        if self._proofs is None:
            self._proofs = self.prove()
        return self._proofs

    def reopened(self) -> Reopenings:
        """Which open items a reversal opened again, found when a step first asks for it."""
        if self._reopened is None:
            self._reopened = self.reopen()
        return self._reopened

    def spared(self, grace_days: int) -> Items:
        """The items that a reversal first opened again fewer than so many days ago."""
        first_on = self.outline.day.toordinal() - grace_days + 1
        return frozenset(key for key, each in self.reopened().items() if each.on >= first_on)

    def on(self, day: date) -> "Sight":
        """The debtor on another day, as known now and as the same policy reads it."""
        assert self._other_day is not None, "a sight made by hand knows its own day only"
        return self._other_day(day).under(self.reading)

    def view(
        self,
        subject: Subject,
        question: Question,
        without: frozenset[str] = NO_INVOICE,
        spared: Items = NO_ITEM,
    ) -> View:
        """What a rule may see of the subject.

        ``without`` and ``spared``: the invoices and the items that it does not see.
        """
        whole = subject is WHOLE_DEBTOR
        if whole and self.plain is not None and not (without or spared):
            return self.plain
        key: object = question if whole else (subject.company, subject.subject, question)
        key = (key, without, spared) if without or spared else key
        view = self._views.get(key)
        if view is None:
            seen = self._without_coming() if question == "keep_notice" else self._as_it_stands()
            lines: Iterable[Line] = seen.standing.lines
            if subject.line is not None:
                line = seen.lines.get((subject.company, subject.subject))
                lines = () if line is None else (line,)
            if without:
                lines = [line for line in lines if line.item not in without]
            if spared:
                lines = [line for line in lines if key_of(line) not in spared]
            view = of_lines(seen.whole, lines, question, self.reading)
            if self.taken is not NO_STEPS:
                view = self._with_steps(view, subject, question)
            self._views[key] = view
        return view

    def _with_steps(self, view: View, subject: Subject, question: Question) -> View:
        day = self.outline.day
        own = None if subject.line is None else (subject.company, subject.subject)
        return structs.replace(
            view,
            days_in_force=days_in_force(self.taken, day, own) if question == "raise" else None,
            days_since_lift=days_since_lift(self.taken, day),
        )

    def _as_it_stands(self) -> "Seen":
        if self._seen is None:
            self._seen = Seen(self.standing, self.reading)
        return self._seen

    def _without_coming(self) -> "Seen":
        if self._seen_bare is None:
            coming = any(sums.coming_minor for sums in self.standing.sums.values())
            bare = self._bare() if coming and self._bare is not None else None
            self._seen_bare = Seen(bare, self.reading) if bare else self._as_it_stands()
        return self._seen_bare

    def subject(self, company: str, subject: str) -> Subject | None:
        """The subject by its name; None where the line is no longer open."""
        if subject == DEBTOR:
            return WHOLE_DEBTOR
        line = self._as_it_stands().lines.get((company, subject))
        return None if line is None else Subject(company, subject, line)

    def is_dunnable(self, line: Line) -> bool:
        """Whether something of a line may be dunned."""
        return counted_minor(line, "keep_notice", self.reading) > 0

    def items(self) -> Iterator[Subject]:
        """Each line with something dunnable."""
        for line in self.standing.lines:
            if self.is_dunnable(line):
                yield Subject(line.company, subject_of(line), line)


class Seen:
    """A standing with what all its views have in common, made once."""

    def __init__(self, standing: Standing, reading: Reading) -> None:
        self.standing = standing
        self.whole = of_the_debtor(standing, reading)
        """What a view says of the debtor, whatever lines count."""
        self._lines: dict[tuple[str, str], Line] | None = None

    @property
    def lines(self) -> dict[tuple[str, str], Line]:
        """By company and name; of two invoices by one name the first."""
        if self._lines is None:
            ordered = reversed(self.standing.lines)
            self._lines = {(line.company, subject_of(line)): line for line in ordered}
        return self._lines


def key_of(line: Line) -> ItemKey:
    """The item of a line."""
    return (line.company, line.item, line.instalment)


def subject_of(line: Line) -> str:
    """How a line is named: ``item:<invoice>``, or ``item:<invoice>/<instalment>``."""
    return f"item:{line.item}/{line.instalment}" if line.instalment else f"item:{line.item}"
