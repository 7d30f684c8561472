"""The notifier's own tables beside the core of every service; migrated, never rebuilt."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, MetaData, Table, Text

from huikuan.eventlog.core import TEXT


@dataclass(frozen=True)
class Tables:
    """What the notifier must not lose."""

    policies: Table
    """Every policy that was adopted here: one content per version."""
    gate: Table
    """Per partition, the outbox seq up to which steps that hurt are public."""
    superseded: Table
    """Words that went out together with what undid them."""


@cache
def add_tables(metadata: MetaData) -> Tables:
    """The notifier's tables, added to the metadata of its core."""
    return Tables(
        Table(
            "policies",
            metadata,
            Column("version", TEXT, primary_key=True),
            Column("digest", Text, nullable=False),
            Column("effective_on", Date, nullable=False),
            Column("document", LargeBinary, nullable=False),
            Column("position", Text, nullable=False),
        ),
        Table(
            "gate",
            metadata,
            Column("partition", Integer, primary_key=True, autoincrement=False),
            Column("released_seq", BigInteger, nullable=False),
        ),
        Table(
            "superseded",
            metadata,
            Column("partition", Integer, primary_key=True, autoincrement=False),
            Column("seq", BigInteger, primary_key=True, autoincrement=False),
        ),
    )
