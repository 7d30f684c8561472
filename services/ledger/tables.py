"""The ledger's own tables beside the core of every service; migrated, never rebuilt."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, MetaData, Table, Text

from huikuan.eventlog.core import TEXT


@dataclass(frozen=True)
class Tables:
    """What intake must not lose."""

    known: Table
    """By what facts are known again (``domain.marks``)."""
    conflicts: Table
    """Facts that contradict what is known, with their content."""
    settlements: Table
    """What people decided about conflicts and about records set aside."""
    look_alikes: Table
    """Accepted payments that look like earlier ones, for review."""
    business_days: Table
    """Every business day that was opened."""


@cache
def add_tables(metadata: MetaData) -> Tables:
    """The ledger's tables, added to the metadata of its core."""
    return Tables(
        _known(metadata),
        _conflicts(metadata),
        _settlements(metadata),
        _look_alikes(metadata),
        _business_days(metadata),
    )


def _known(metadata: MetaData) -> Table:
    return Table(
        "known",
        metadata,
        Column("key", TEXT, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("debtor", Text, nullable=False),
        Column("freed_on", Date),
        Column("conflict", Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _conflicts(metadata: MetaData) -> Table:
    return Table(
        "conflicts",
        metadata,
        Column("conflict", TEXT, primary_key=True),
        Column("debtor", TEXT, nullable=False),
        Column("known_debtor", Text, nullable=False),
        Column("known_event_id", Text, nullable=False),
        Column("pointer", Text, nullable=False),
        Column("detail", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("id", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("kept_at", BigInteger, nullable=False),
        Index("conflicts_debtor", "debtor"),
    )


def _settlements(metadata: MetaData) -> Table:
    return Table(
        "settlements",
        metadata,
        Column("settled", TEXT, primary_key=True),
        Column("outcome", Text, nullable=False),
        Column("by", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("settled_at", BigInteger, nullable=False),
    )


def _look_alikes(metadata: MetaData) -> Table:
    return Table(
        "look_alikes",
        metadata,
        Column("event_id", TEXT, primary_key=True),
        Column("resembles", Text, nullable=False),
        Column("debtor", TEXT, nullable=False),
        Column("type", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("taken_at", BigInteger, nullable=False),
    )


def _business_days(metadata: MetaData) -> Table:
    return Table(
        "business_days",
        metadata,
        Column("day", Date, primary_key=True),
        Column("opened_at", BigInteger, nullable=False),
    )
