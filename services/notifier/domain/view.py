"""What of a Standing a rule may see, for one of three questions.

A new step sees what may be dunned today: not what is promised, disputed or paused. What is in
force sees more, because promises, pauses and open disputes lift nothing harder than a notice:
a notice stays while something is dunnable though paused, anything harder while something is owed.
Each question sees at least what the one before sees, so that what was raised also stays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from huikuan.debtor.standing import Line, Standing

Question = Literal["raise", "keep_notice", "keep_harder"]
NONE: Mapping[str, int] = {}


class View(msgspec.Struct, frozen=True):
    """The inputs of every condition. Amounts in minor units by currency."""

    days_overdue: int | None
    overdue_minor: Mapping[str, int]
    balance_minor: Mapping[str, int]
    exposure_minor: Mapping[str, int]
    limit_minor: Mapping[str, int | None]
    shortfall_minor: Mapping[str, int]
    overdue_items: int
    open_items: int
    broken_promises: int
    segment: str | None
    tags: tuple[str, ...]


def counted_minor(line: Line, question: Question, ignored_minor: Mapping[str, int]) -> int:
    """How much of a line counts for this question, in minor units."""
    if question == "keep_harder":
        owed_minor = line.owed_minor
        return owed_minor if owed_minor >= ignored_minor.get(line.currency, 0) else 0
    if question == "raise" and line.paused:
        return 0
    return line.dunnable_minor


class Subject(msgspec.Struct, frozen=True):
    """Against whom or what a step is judged: the debtor, or one line."""

    company: str
    subject: str
    line: Line | None


DEBTOR = "debtor"
WHOLE_DEBTOR = Subject("main", DEBTOR, None)


class Sight:
    """One debtor's standing, with each view of it made once."""

    def __init__(
        self,
        standing: Standing,
        ignored_minor: Mapping[str, int] = NONE,
        bare: Callable[[], Standing] | None = None,
    ) -> None:
        """``ignored_minor``: per currency, an item of which less is owed does not count.

        ``bare`` makes the standing without money whose day has not come, which prevents new steps
        and lifts nothing; needed where there is such money.
        """
        self.standing = standing
        self._ignored_minor = ignored_minor
        self._bare = bare
        self._views: dict[object, View] = {}

    def view(self, subject: Subject, question: Question) -> View:
        """What a rule may see of the subject."""
        whole = subject is WHOLE_DEBTOR
        key = question if whole else (subject.company, subject.subject, question)
        view = self._views.get(key)
        if view is None:
            standing = self._bare_standing if question == "keep_notice" else self.standing
            lines: Iterable[Line] = standing.lines
            if subject.line is not None:
                line = _line_at(standing, subject.company, subject.subject)
                lines = () if line is None else (line,)
            view = self._views[key] = _view(standing, lines, question, self._ignored_minor)
        return view

    @cached_property
    def _bare_standing(self) -> Standing:
        coming = any(sums.coming_minor for sums in self.standing.sums.values())
        return self._bare() if coming and self._bare is not None else self.standing

    def subject(self, company: str, subject: str) -> Subject | None:
        """The subject by its name; None where the line is no longer open."""
        if subject == DEBTOR:
            return WHOLE_DEBTOR
        line = _line_at(self.standing, company, subject)
        return None if line is None else Subject(company, subject, line)

    def items(self) -> Iterator[Subject]:
        """Each line with something dunnable."""
        for line in self.standing.lines:
            if line.dunnable_minor > 0:
                yield Subject(line.company, subject_of(line), line)


def _line_at(standing: Standing, company: str, subject: str) -> Line | None:
    for line in standing.lines:
        if line.company == company and subject_of(line) == subject:
            return line
    return None


def subject_of(line: Line) -> str:
    """How a line is named: ``item:<invoice>``, or ``item:<invoice>/<instalment>``."""
    return f"item:{line.item}/{line.instalment}" if line.instalment else f"item:{line.item}"


def _view(
    standing: Standing,
    lines: Iterable[Line],
    question: Question,
    ignored_minor: Mapping[str, int],
) -> View:
    oldest: int | None = None
    open_items = overdue_items = 0
    overdue_minor: dict[str, int] = {}
    balance_minor: dict[str, int] = {}
    for line in lines:
        counted = counted_minor(line, question, ignored_minor)
        if counted <= 0:
            continue
        open_items += 1
        balance_minor[line.currency] = balance_minor.get(line.currency, 0) + counted
        if line.due_on is not None and (oldest is None or line.days_overdue > oldest):
            oldest = line.days_overdue
        if line.days_overdue > 0:
            overdue_items += 1
            overdue_minor[line.currency] = overdue_minor.get(line.currency, 0) + counted
    sums = standing.sums
    return View(
        days_overdue=oldest,
        overdue_minor=overdue_minor,
        balance_minor=balance_minor,
        exposure_minor={currency: each.exposure_minor for currency, each in sums.items()},
        limit_minor={currency: each.limit_minor for currency, each in sums.items()},
        shortfall_minor=standing.promise_shortfall_minor,
        overdue_items=overdue_items,
        open_items=open_items,
        broken_promises=standing.broken_promises,
        segment=standing.segment,
        tags=standing.tags,
    )
