"""What the ledger says of its own: business days, conflicting and settled records, new rules."""

from datetime import date
from typing import ClassVar, Literal

from huikuan.events.fields import Event, Id, Word


class BusinessDayOpened(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A date began (营业日). Said to every partition, each date once, in order."""

    TYPE: ClassVar[str] = "huikuan.business_day.opened.v1"
    DATE: ClassVar[str] = "date"
    EVERYBODY: ClassVar[bool] = True

    date: date


class RecordConflicted(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody sent the same id or document with other data; kept for review.

    Or a foreign record that names the debtor lies in a partition that is not his: then its place.
    """

    TYPE: ClassVar[str] = "huikuan.record.conflicted.v1"
    RANK: ClassVar[int] = 90
    DATE: ClassVar[str] = "on"
    NAME: ClassVar[str] = "conflict"

    conflict: Id
    on: date


class RecordSettled(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person released or discarded a conflict, or a record set aside at ``place``."""

    TYPE: ClassVar[str] = "huikuan.record.settled.v1"
    RANK: ClassVar[int] = 91
    DATE: ClassVar[str] = "on"

    outcome: Literal["released", "discarded"]
    on: date
    conflict: Id | None = None
    place: Word | None = None


class RulesChanged(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A service runs new rules: every account becomes due."""

    TYPE: ClassVar[str] = "huikuan.rules.changed.v1"
    EVERYBODY: ClassVar[bool] = True

    service: Word
    version: int


PAYMENTS = "payments"
FEEDS = (
    PAYMENTS,
    "invoices",
    "credit_notes",
    "orders",
    "shipments",
    "disputes",
    "promises",
    "debtors",
)
"""What a feed may deliver; after a slash it may have a name: ``payments/icbc-cny``."""


def is_of_payments(feed: str) -> bool:
    """Whether a feed delivers payments: without it, who owes is not known."""
    return feed.partition("/")[0] == PAYMENTS


class FeedCompleted(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A source has delivered everything through a date; or, ``ended``, delivers no more."""

    TYPE: ClassVar[str] = "huikuan.feed.completed.v1"
    EVERYBODY: ClassVar[bool] = True

    source: Word
    feed: Word
    through_on: date
    ended: bool = False


class ExchangeRateSet(Event, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One unit of ``base`` is ``rate`` units of ``quote`` from a date."""

    TYPE: ClassVar[str] = "huikuan.exchange_rate.set.v1"
    EVERYBODY: ClassVar[bool] = True

    base: Word
    quote: Word
    rate: Word
    effective_on: date
