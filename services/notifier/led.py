"""Whom to lead through days to come: of each partition those who are to be looked at by the end."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from huikuan.eventlog.record import Meta, Record
from huikuan.eventlog.rules import Deciding, weighing
from services.notifier.following import Following
from services.notifier.shared import Shared
from services.notifier.then import Past
from services.notifier.watched import Watched, review_on


class Led(NamedTuple):
    """One debtor, with the escalations that were said of him before his days are led on."""

    watched: Watched
    there: frozenset[str]
    review_on: date | None


class Part(NamedTuple):
    """A partition: what its debtors share, how many it has, and those who are led."""

    shared: Shared
    size: int
    debtors: Iterable[Led]


def now(service: Following, through: date, first: int) -> Iterator[Part]:
    """Partitions from this one on, as they are."""
    load = service.rules.load
    for shared, count, rows in service.to_review(lambda each: _last(each, through), first):
        debtors = ((load(debtor, row.body), row.review_on) for debtor, row in rows)
        yield Part(shared, count, (Led(each, said_of(each), on) for each, on in debtors))


def back_then(service: Following, past: Past, through: date, first: int) -> Iterator[Part]:
    """Likewise, as known at a place and at the close of a day."""
    rules = weighing(service.rules)
    for partition in range(first, service.partitions):
        shared, count = past.shared(partition), 0
        last, debtors = _last(shared, through), list[Led]()
        for watched in past.each(partition, service.keys(partition)):
            count += 1
            there = said_of(watched)
            if past.as_of is not None:
                settle(rules, watched, shared)
            on = review_on(watched, shared)
            if last is None or (on is not None and on <= last):
                debtors.append(Led(watched, there, on))
        yield Part(shared, count, debtors)


def said_of(watched: Watched) -> frozenset[str]:
    """The escalations that are open now: words to come may be about them."""
    return frozenset(each.escalation for each in watched.case.open)


def settle(rules: Deciding[Shared, Watched], watched: Watched, shared: Shared) -> None:
    """Decide at the close of a day what facts demand that came late, and count by then."""
    rules.advance(watched, shared)
    close = Meta("ledger", 0, f"close/{shared.setting.open_on}", "", 0)
    rules.decide(watched, Record(0, 0, watched.debtor, b"", close), shared)


def _last(shared: Shared, through: date) -> date | None:
    """By when a review leads a debtor on; None where another policy comes, and looks at all."""
    open_on = shared.setting.open_on
    announced = (policy.effective_on for policy in shared.policies)
    is_changed = open_on is not None and any(open_on < on <= through for on in announced)
    return None if is_changed else through
