"""On call: the roster, where people are told, and the alarms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "duties",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_duties_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_duties"),
    )
    op.create_index("ix_duties_ends_at", "duties", ["ends_at"])
    op.create_table(
        "contacts",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("reach_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_contacts_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_contacts"),
    )
    op.create_table(
        "alarms",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_alarms_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name="pk_alarms"),
    )
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"])


def downgrade() -> None:
    for table in ("alarms", "contacts", "duties"):
        op.drop_table(table)
