"""The core's tables, the policies that were adopted, and what the public may see.

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
        "policies",
        sa.Column("version", _TEXT, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
    )
    op.create_table(
        "gate",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("released_seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "superseded",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    )
