"""Leave, sessions that are seen, recovery codes; who looks at what, saved views, what somebody had to read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("away_until", sa.BigInteger(), nullable=True))
    op.execute("DELETE FROM sessions")  # everybody signs in again: when they were last seen was not known
    with op.batch_alter_table("sessions") as table:
        table.add_column(sa.Column("seen_at", sa.BigInteger(), nullable=False))
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column(
            "code_hash", sa.String(length=64), nullable=False, comment="SHA-256 of 60 random bits, hex"
        ),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_recovery_codes_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "presences",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "case_id", name="pk_presences"),
    )
    op.create_index("ix_presences_case_id", "presences", ["case_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_saved_views_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("account", "queue", "name", name="uq_saved_views_account_queue_name"),
    )
    op.create_table(
        "exposures",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False, comment="joined by commas"),
        sa.PrimaryKeyConstraint("id", name="pk_exposures"),
    )
    op.create_index("ix_exposures_account_at", "exposures", ["account", "at"])


def downgrade() -> None:
    for table in ("exposures", "saved_views", "presences", "recovery_codes"):
        op.drop_table(table)
    with op.batch_alter_table("sessions") as batch:
        batch.drop_column("seen_at")
    op.drop_column("accounts", "away_until")
