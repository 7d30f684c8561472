"""Alembic for the cores of all services: their first revision, and how to run theirs.

A service's ``migrations/env.py`` is ``from huikuan.eventlog.migrate import run`` and ``run()``;
its first revision calls ``create_core_1``. What is said here of a version never changes again: a
later core gets a function of its own, called by a later revision.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade(connection: Connection, migrations: Path | None) -> None:
    """Bring a core to the newest revision; without a directory of revisions, to core 1."""
    if migrations is None:
        if not sa.inspect(connection).has_table("progress"):
            create_core_1(Operations(MigrationContext.configure(connection)))
        return
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run() -> None:
    """What a service's ``env.py`` does: run its revisions on the connection that was given."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


def create_core_1(op: Operations) -> None:
    """Make the core's tables as version 1 had them."""
    _create_progress_1(op)
    _create_outbox_1(op)
    _create_records_1(op)
    op.create_table(
        "pointer",
        Column("id", sa.Integer, primary_key=True, autoincrement=False),
        Column("state", sa.Integer, nullable=False),
        Column("fold_version", sa.Integer, nullable=False),
    )


def _create_progress_1(op: Operations) -> None:
    op.create_table(
        "progress",
        Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        Column("topic_id", sa.Text, nullable=False),
        Column("position", sa.BigInteger, nullable=False),
        Column("seqs", sa.Text, nullable=False),
        Column("cursor", sa.Text),
        Column("known_at", sa.BigInteger, nullable=False),
        Column("epoch", sa.BigInteger, nullable=False),
        Column("owner", sa.Text),
        Column("lease_until", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "members",
        Column("member", sa.Text, primary_key=True),
        Column("alive_until", sa.BigInteger, nullable=False),
    )


def _create_outbox_1(op: Operations) -> None:
    op.create_table(
        "outbox_heads",
        Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        Column("seq", sa.BigInteger, nullable=False),
        Column("acknowledged", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "outbox",
        Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        Column("id", _TEXT, nullable=False),
        Column("key", _TEXT, nullable=False),
        Column("type", sa.Text, nullable=False),
        Column("source", sa.Text, nullable=False),
        Column("recorded_at", sa.BigInteger, nullable=False),
        Column("said", sa.Boolean, nullable=False),
        Column("cause", sa.Text, nullable=False),
        Column("trace", sa.Text, nullable=False),
        Column("public", sa.Boolean, nullable=False),
        Column("value", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("partition", "id", name="outbox_id"),
    )
    public = sa.text("public")
    op.create_index(
        "outbox_public",
        "outbox",
        ["partition", "seq"],
        postgresql_where=public,
        sqlite_where=public,
    )


def _create_records_1(op: Operations) -> None:
    op.create_table(
        "records",
        Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        Column("key", _TEXT, nullable=False),
        Column("known_at", sa.BigInteger, nullable=False),
        Column("header", sa.LargeBinary, nullable=False),
        Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_index("records_key", "records", ["key", "position"])
    op.create_table(
        "set_aside",
        Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        Column("key", _TEXT, nullable=False),
        Column("reason", sa.Text, nullable=False),
        Column("header", sa.LargeBinary),
        Column("value", sa.LargeBinary, nullable=False),
        Column("status", sa.Text, nullable=False),
    )
    op.create_index("set_aside_key", "set_aside", ["partition", "key"])
