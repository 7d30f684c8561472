"""The core's tables, and what was asked and answered.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations

from huikuan.eventlog.migrate import create_core_1

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    create_core_1(Operations(op.get_context()))
    op.create_table(
        "requests",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("debtor", _TEXT, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
