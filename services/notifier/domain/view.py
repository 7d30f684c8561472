"""What of a Standing a rule may see, for one of three questions.

A new step sees what may be dunned today: not what is promised, disputed or paused. What is in
force sees more, because promises, pauses and open disputes lift nothing harder than a notice:
a notice stays while something is dunnable though paused, anything harder while something is owed.
Each question sees at least what the one before sees, so that what was raised also stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

import msgspec

from huikuan.debtor.standing import Line, Standing, Sums
from services.notifier.domain.age import age_days
from services.notifier.domain.reading import PLAIN, Reading

Question = Literal["raise", "keep_notice", "keep_harder"]


class View(msgspec.Struct, frozen=True):
    """The inputs of every condition. Amounts in minor units by currency."""

    days_overdue: int | None
    overdue_minor: Mapping[str, int]
    balance_minor: Mapping[str, int]
    exposure_minor: Mapping[str, int]
    exposure_by: Mapping[str, Mapping[str, int]]
    """By currency, what stands in each bucket; only where the policy limits buckets."""
    limit_minor: Mapping[str, int | None]
    shortfall_minor: Mapping[str, int]
    overdue_items: int
    open_items: int
    broken_promises: int | Decimal
    """With what partly kept ones weigh."""
    segment: str | None
    tags: tuple[str, ...]


def counted_minor(line: Line, question: Question, reading: Reading = PLAIN) -> int:
    """How much of a line counts for this question, in minor units."""
    switches = reading.switches
    if line.paused and (question == "raise" or switches.while_paused == "cleared"):
        return 0
    ignored_minor = reading.ignored_minor.get(line.currency, 0)
    if question == "keep_harder":
        counted = line.owed_minor if line.owed_minor >= ignored_minor else 0
    elif switches.promise_defers == "none":
        rest = line.open_minor - line.disputed_minor - line.unapplied_minor
        counted = rest if rest >= ignored_minor else 0
    else:
        counted = line.dunnable_minor
    return line.amount_minor if counted and switches.amount_base == "gross" else counted


class Subject(msgspec.Struct, frozen=True):
    """Against whom or what a step is judged: the debtor, or one line."""

    company: str
    subject: str
    line: Line | None


DEBTOR = "debtor"
NO_INVOICE = frozenset[str]()
WHOLE_DEBTOR = Subject("main", DEBTOR, None)


class Sight:
    """One debtor's standing as a policy reads it, with each view of it made once."""

    def __init__(
        self,
        standing: Standing,
        reading: Reading = PLAIN,
        bare: Callable[[], Standing] | None = None,
        other_day: "Callable[[date], Sight] | None" = None,
        debtor: str = "",
    ) -> None:
        """``bare`` makes the standing without money whose day has not come.

        Such money prevents new steps and lifts nothing; needed where there is any. ``other_day``
        makes the sight of another day, as known now.
        """
        self.standing = standing
        self.reading = reading
        self.debtor = debtor
        self._bare = bare
        self._other_day = other_day
        self._views: dict[object, View] = {}

    def under(self, reading: Reading) -> "Sight":
        """The same standing as another policy reads it."""
        if reading is self.reading:
            return self
        return Sight(self.standing, reading, self._bare, self._other_day, self.debtor)

    def on(self, day: date) -> "Sight":
        """The debtor on another day, as known now and as the same policy reads it."""
        assert self._other_day is not None, "a sight made by hand knows its own day only"
        return self._other_day(day).under(self.reading)

    def view(
        self, subject: Subject, question: Question, without: frozenset[str] = NO_INVOICE
    ) -> View:
        """What a rule may see of the subject; ``without``: invoices that it does not see."""
        whole = subject is WHOLE_DEBTOR
        key: object = question if whole else (subject.company, subject.subject, question)
        key = (key, without) if without else key
        view = self._views.get(key)
        if view is None:
            seen = self._bare_seen if question == "keep_notice" else self._seen
            lines: Iterable[Line] = seen.standing.lines
            if subject.line is not None:
                line = seen.lines.get((subject.company, subject.subject))
                lines = () if line is None else (line,)
            if without:
                lines = [line for line in lines if line.item not in without]
            view = self._views[key] = _view(seen.whole, lines, question, self.reading)
        return view

    @cached_property
    def _seen(self) -> "Seen":
        return Seen(self.standing, self.reading)

    @cached_property
    def _bare_seen(self) -> "Seen":
        bare = self._bare_standing
        return self._seen if bare is self.standing else Seen(bare, self.reading)

    @cached_property
    def _bare_standing(self) -> Standing:
        coming = any(sums.coming_minor for sums in self.standing.sums.values())
        return self._bare() if coming and self._bare is not None else self.standing

    def subject(self, company: str, subject: str) -> Subject | None:
        """The subject by its name; None where the line is no longer open."""
        if subject == DEBTOR:
            return WHOLE_DEBTOR
        line = self._seen.lines.get((company, subject))
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
        self._reading = reading

    @cached_property
    def lines(self) -> dict[tuple[str, str], Line]:
        """By company and name; of two invoices by one name the first."""
        return {(line.company, subject_of(line)): line for line in reversed(self.standing.lines)}

    @cached_property
    def whole(self) -> View:
        """What a view says of the debtor, whatever lines count."""
        return _of_the_debtor(self.standing, self._reading)


def subject_of(line: Line) -> str:
    """How a line is named: ``item:<invoice>``, or ``item:<invoice>/<instalment>``."""
    return f"item:{line.item}/{line.instalment}" if line.instalment else f"item:{line.item}"


def _of_the_debtor(standing: Standing, reading: Reading) -> View:
    sums = standing.sums
    return View(
        days_overdue=None,
        overdue_minor={},
        balance_minor={},
        exposure_minor={currency: each.exposure_minor for currency, each in sums.items()},
        exposure_by={currency: each.exposure_by for currency, each in sums.items()}
        if reading.switches.limit_buckets
        else {},
        limit_minor={currency: _limit(each, reading) for currency, each in sums.items()},
        shortfall_minor=standing.promise_shortfall_minor,
        overdue_items=0,
        open_items=0,
        broken_promises=_broken(standing, reading),
        segment=standing.segment,
        tags=standing.tags,
    )


def _view(whole: View, lines: Iterable[Line], question: Question, reading: Reading) -> View:
    oldest: int | None = None
    open_items = overdue_items = 0
    overdue_minor: dict[str, int] = {}
    balance_minor: dict[str, int] = {}
    without_pauses = question == "raise"
    for line in lines:
        counted = counted_minor(line, question, reading)
        if counted <= 0:
            continue
        open_items += 1
        balance_minor[line.currency] = balance_minor.get(line.currency, 0) + counted
        age = age_days(line, reading.aging, without_pauses=without_pauses)
        if age is None:
            continue
        if oldest is None or age > oldest:
            oldest = age
        if age > 0:
            overdue_items += 1
            overdue_minor[line.currency] = overdue_minor.get(line.currency, 0) + counted
    return View(
        oldest,
        overdue_minor,
        balance_minor,
        whole.exposure_minor,
        whole.exposure_by,
        whole.limit_minor,
        whole.shortfall_minor,
        overdue_items,
        open_items,
        whole.broken_promises,
        whole.segment,
        whole.tags,
    )


def _limit(sums: Sums, reading: Reading) -> int | None:
    if sums.limit_minor == 0 and reading.switches.zero_limit == "unlimited":
        return None
    return sums.limit_minor


def _broken(standing: Standing, reading: Reading) -> int | Decimal:
    partly = standing.partly_kept_promises
    return standing.broken_promises + (partly * reading.partly_weight if partly else 0)
