"""The flood brake: how much a day let in, and which cases wait"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "flood_gates",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="Asia/Ho_Chi_Minh; older ones are deleted"),
        sa.Column(
            "thread", sa.String(64), nullable=False, comment="keyed hash, '' for the source as a whole"
        ),
        sa.Column("let_in", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "thread", name="pk_flood_gates"),
    )
    op.create_table(
        "held_back",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column(
            "thread", sa.String(64), nullable=False, comment="keyed hash, '' where the page named none"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_held_back_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name="pk_held_back"),
    )
    op.create_index("ix_held_back_source_thread", "held_back", ["source", "thread"])


def downgrade() -> None:
    for table in ("held_back", "flood_gates"):
        op.drop_table(table)
