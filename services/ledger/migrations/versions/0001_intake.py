"""The core of every service, and what intake must not lose."""

import sqlalchemy as sa
from alembic import op

from huikuan.eventlog.migrate import create_core_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    create_core_1(op)  # type: ignore[arg-type]  # Alembic's module stands for its Operations
    op.create_table(
        "known",
        sa.Column("key", _TEXT, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("debtor", sa.Text, nullable=False),
        sa.Column("freed_on", sa.Date),
        sa.Column("conflict", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conflicts",
        sa.Column("conflict", _TEXT, primary_key=True),
        sa.Column("debtor", _TEXT, nullable=False),
        sa.Column("known_debtor", sa.Text, nullable=False),
        sa.Column("known_event_id", sa.Text, nullable=False),
        sa.Column("pointer", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
    )
    op.create_index("conflicts_debtor", "conflicts", ["debtor"])
    op.create_table(
        "settlements",
        sa.Column("settled", _TEXT, primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("settled_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "look_alikes",
        sa.Column("event_id", _TEXT, primary_key=True),
        sa.Column("resembles", sa.Text, nullable=False),
        sa.Column("debtor", _TEXT, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "business_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("what intake knows must not be lost; restore a backup instead")
