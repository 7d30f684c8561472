"""What a policy did, or would have done, to a debtor over a period, and how two such lists differ.

Each is a list of courses: one for every escalation that was proposed or in force on some day of the
period, as it was known when the period closed. Retracted ones are among them: they were said.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from operator import attrgetter

import msgspec

from services.notifier.domain.case import Case, Escalation, Status

Amounts = dict[str, int]
"""Minor units by currency; currencies are never added."""
_SHARES, _DAY = 10_000, timedelta(days=1)


class Period(msgspec.Struct, frozen=True):
    """From the opening of ``first_on`` to the close of ``last_on``."""

    first_on: date
    last_on: date


class Course(msgspec.Struct, frozen=True, gc=False):
    """One escalation as it went."""

    step: str
    kind: str
    company: str
    subject: str
    status: Status
    """At the close of the period."""
    effective_on: date
    ended_on: date | None
    days_held: int
    """Days of the period on which it was in force, those before a retraction among them."""
    held_minor: Amounts
    """Amount times days: what the debtor's exposure was while it was in force, day by day, in
    minor units; of a step per item what was open of the item."""
    repeated: int = 0
    """How often it was said again in the period."""

    @property
    def was_raised(self) -> bool:
        """Whether it was in force, not only proposed."""
        return self.status not in {"proposed", "voided"}

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is about."""
        return (self.step, self.company, self.subject)


Held = Callable[[Escalation, date, date], Amounts]
"""Amount times days that an escalation held from a day to another, which does not count."""


def courses(case: Case, ended_before: Collection[str], period: Period, held: Held) -> list[Course]:
    """The escalations of a case that were alive in the period, by their dates.

    ``ended_before``: ids of those that had ended when it began.
    """
    alive = [each for each in (*case.ended, *case.open) if each.escalation not in ended_before]
    if len(alive) > 1:
        alive.sort(key=_by_date)
    return [_course(each, period, held) for each in alive]


_by_date = attrgetter("effective_on", "hold_seq")


def _course(each: Escalation, period: Period, held: Held) -> Course:
    days, held_minor = 0, Amounts()
    if each.raised_at is not None:
        first, end = days_in_force(each, period)
        days = max((end - first).days, 0)
        held_minor = held(each, first, end) if days else held_minor
    return Course(
        each.step,
        each.kind,
        each.company,
        each.subject,
        each.status,
        each.effective_on,
        each.ended_on,
        days,
        held_minor,
        sum([on >= period.first_on for on in each.repeated_on]),
    )


def days_in_force(each: Escalation, period: Period) -> tuple[date, date]:
    """The first of its days in the period, as known then, and the day when it no longer was.

    One that was raised late, from an earlier date, held nobody before it was said.
    """
    end = each.ended_on
    if end is None or end > period.last_on:
        end = period.last_on + _DAY
    return max(each.effective_on, each.said_on, period.first_on), end


class Difference(msgspec.Struct, frozen=True, gc=False):
    """From ``then`` to ``now``. Pairs are (then, now)."""

    added: list[Course] = []
    removed: list[Course] = []
    moved: list[tuple[Course, Course]] = []
    """Of the same step and subject, alive on a common day, begun on other days."""
    changed: list[tuple[Course, Course]] = []
    """Begun on the same day, but not of the same status or end."""

    def __len__(self) -> int:
        return len(self.added) + len(self.removed) + len(self.moved) + len(self.changed)


def difference(then: Sequence[Course], now: Sequence[Course]) -> Difference:
    """What the second list has otherwise than the first."""
    found = Difference([], [], [], [])
    if len(then) == len(now) and [_key(each) for each in then] == [_key(each) for each in now]:
        return found
    for before, after in _by_place(then, now):
        _compare(before, after, found)
    return found


def _key(course: Course) -> tuple[object, ...]:
    """What it is about, when it began, how it ended, if it did, and how often it was said again."""
    about = (course.step, course.kind, course.company, course.subject, course.effective_on)
    return (*about, course.status, course.ended_on, course.repeated)


def _by_place(
    then: Iterable[Course], now: Iterable[Course]
) -> Iterator[tuple[list[Course], list[Course]]]:
    places: dict[tuple[str, str, str], tuple[list[Course], list[Course]]] = defaultdict(
        lambda: ([], [])
    )
    for each in then:
        places[each.place][0].append(each)
    for each in now:
        places[each.place][1].append(each)
    return iter(places.values())


def _compare(then: list[Course], now: list[Course], found: Difference) -> None:
    _pairs(then, now, lambda one, other: _key(one) == _key(other))
    found.changed.extend(_pairs(then, now, lambda one, other: _begun(one) == _begun(other)))
    found.moved.extend(_pairs(then, now, _overlap))
    found.removed.extend(then)
    found.added.extend(now)


def _pairs(
    then: list[Course], now: list[Course], fits: Callable[[Course, Course], bool]
) -> list[tuple[Course, Course]]:
    """Take from both lists, in order, what fits together."""
    pairs: list[tuple[Course, Course]] = []
    for each in list(now) if then else ():
        other = next((one for one in then if fits(one, each)), None)
        if other is not None:
            pairs.append((other, each))
            then.remove(other)
            now.remove(each)
    return pairs


def _begun(course: Course) -> date:
    return course.effective_on


def _overlap(one: Course, other: Course) -> bool:
    first, second = sorted((one, other), key=lambda each: each.effective_on)
    return first.ended_on is None or second.effective_on < first.ended_on


def is_challenged(debtor: str, share_of_10000: int, seed: int) -> bool:
    """Whether a debtor belongs to the challenger's share: always the same for the same seed."""
    if share_of_10000 >= _SHARES:
        return True
    digest = blake2b(f"{seed}\x00{debtor}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % _SHARES < share_of_10000
