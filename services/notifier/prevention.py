"""The smallest payment, promise or dispute that keeps a foreseen step off: a search over the rules.

Each answer is tried by the rules themselves before it is given: with it the step does not come,
with one minor unit less it does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate

import msgspec

from huikuan.debtor.standing import Line, Standing
from services.notifier.domain.view import DEBTOR, subject_of
from services.notifier.eve import Evening, Known
from services.notifier.what_if import MEANS, Means, Part, Share, facts_of


class Book(msgspec.Struct, frozen=True):
    """What is owed to one company in one currency on the day of the step; minor units."""

    company: str
    currency: str
    lines: tuple[Line, ...]
    most_minor: int
    """More than this nobody would pay: all that is open, and all exposure."""


class Offer(msgspec.Struct, frozen=True):
    """Shares that together keep the step off, if they are known by the close of ``by``."""

    means: Means
    by: date
    on: date
    """The day of the step."""
    shares: tuple[Share, ...]


class Plan(msgspec.Struct, frozen=True):
    """A way to spread an amount over one book."""

    share: Callable[[int], Share]
    most_minor: int
    marks: tuple[int, ...]
    """Amounts at which something is likely to change: an item is paid."""


def offers(evening: Evening, known: Known, by: Sequence[Means] = MEANS) -> Iterator[Offer]:
    """For each means what keeps the step off: each offer suffices alone, and no less of it does.

    One offer per company and currency that suffices alone, else one over several of them
    together; none where the means does not help.
    """
    books = list(_books(evening.sight().standing))
    guesses = [0] * len(books)
    for means in by:

        def suffices(shares: Sequence[Share], means: Means = means) -> bool:
            return evening.is_kept_off_by(facts_of(means, shares, evening.by, evening.on), known)

        plans = [list(_plans(evening.subject, means, book)) for book in books]
        alone = [
            share
            for several, guess in zip(plans, guesses, strict=True)
            if (share := _alone(suffices, several, guess))
        ]
        if len(alone) == len(books):
            guesses = [share.amount_minor for share in alone]
        together = [] if alone else _together(suffices, [several[0] for several in plans])
        for shares in [*([share] for share in alone), together]:
            if shares:
                yield Offer(means, evening.by, evening.on, tuple(shares))


Suffices = Callable[[Sequence[Share]], bool]


def _alone(suffices: Suffices, plans: Sequence[Plan], guess: int) -> Share | None:
    """The least by the best of the ways to spread it over one book's items."""
    best: Share | None = None
    for plan in plans:
        most = plan.most_minor if best is None else min(plan.most_minor, best.amount_minor - 1)

        def enough(amount_minor: int, plan: Plan = plan) -> bool:
            return suffices([plan.share(amount_minor)])

        found = smallest(enough, most, plan.marks, guess)
        if found is not None:
            best = plan.share(found)
    return best


def _together(suffices: Suffices, plans: Sequence[Plan]) -> list[Share]:
    """All books' amounts, then each made as small as the others allow."""
    shares = [plan.share(plan.most_minor) for plan in plans]

    def given() -> list[Share]:
        return [share for share in shares if share.amount_minor]

    if len(given()) < 2 or not suffices(given()):
        return []
    for at, plan in enumerate(plans):

        def enough(amount_minor: int, at: int = at, plan: Plan = plan) -> bool:
            shares[at] = plan.share(amount_minor)
            return suffices(given())

        found = 0 if enough(0) else smallest(enough, plan.most_minor, plan.marks)
        shares[at] = plan.share(found or 0)
    # Money always helps, a promise beside others may not: then there is nothing to offer.
    return given() if suffices(given()) else []


def smallest(
    suffices: Callable[[int], bool], most: int, marks: Iterable[int], guess: int = 0
) -> int | None:
    """The least amount from 1 to ``most`` that suffices, one less not; None where ``most`` fails.

    More helps at least as much (law 10). ``guess`` is tried first, and ``marks`` before amounts
    between them, for what is needed mostly is an item's whole rest.
    """
    low, high = 0, most
    if 0 < guess <= most and suffices(guess):
        high = guess
        if guess == 1 or not suffices(guess - 1):
            return guess
    elif most < 1 or not suffices(most):
        return None
    tried = sorted({mark for mark in marks if low < mark < high})
    while tried:
        at = len(tried) // 2
        if suffices(tried[at]):
            high, tried = tried[at], tried[:at]
        else:
            low, tried = tried[at], tried[at + 1 :]
    probe = high - 1
    while high - low > 1:
        if suffices(probe):
            high = probe
        else:
            low = probe
        probe = (low + high) // 2
    return high


def _books(standing: Standing) -> Iterator[Book]:
    """Each company and currency in which something is open."""
    for company, currency in sorted({(line.company, line.currency) for line in standing.lines}):
        lines = tuple(
            line for line in standing.lines if (line.company, line.currency) == (company, currency)
        )
        sums = standing.sums[currency]
        owed_minor = sum(each.open_minor for each in lines) + sums.fees_minor
        yield Book(company, currency, lines, max(owed_minor, sums.exposure_minor))


def _plans(subject: str, means: Means, book: Book) -> Iterator[Plan]:
    """The ways to spread it: as the rules do, then naming items, oldest or smallest first."""
    named = [line for line in book.lines if line.dunnable_minor and not line.paused]
    if subject != DEBTOR:
        named = [line for line in named if subject_of(line) == subject]
    if means != "dispute":
        marks = tuple(accumulate(line.open_minor for line in book.lines))
        yield Plan(lambda minor: Share(book.company, book.currency, minor), book.most_minor, marks)
    if means == "promise" and subject == DEBTOR:
        return  # it covers what may be dunned, oldest first, whether it names items or not
    smallest_first = sorted(named, key=lambda line: line.dunnable_minor)
    yield _naming(book, named)
    if smallest_first != named:
        yield _naming(book, smallest_first)


def _naming(book: Book, order: Sequence[Line]) -> Plan:
    marks = tuple(accumulate(line.dunnable_minor for line in order))

    def share(amount_minor: int) -> Share:
        parts = tuple(_parts(order, amount_minor))
        return Share(book.company, book.currency, amount_minor, parts)

    return Plan(share, marks[-1] if marks else 0, marks)


def _parts(lines: Sequence[Line], amount_minor: int) -> Iterator[Part]:
    for line in lines:
        part = min(line.dunnable_minor, amount_minor)
        if part:
            yield Part(line.item, line.instalment, part)
        amount_minor -= part
