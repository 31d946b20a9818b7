"""Alerts: what is counted for whom, what was told, how it left the house"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=False, comment="a key of the gazetteer, or empty"),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("pace", sa.String(), nullable=False),
        sa.Column("ways", sa.String(), nullable=False, comment="joined by commas"),
        sa.Column("quiet_start", sa.Integer(), nullable=True, comment="hour in Vietnam"),
        sa.Column("quiet_end", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "told", sa.Text(), nullable=True, comment="JSON: Monday -> count; null before the first look"
        ),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_alerts_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_account", "alerts", ["account"])
    op.create_index("ix_alerts_state_ends_at", "alerts", ["state", "ends_at"])
    op.create_table(
        "bulletins",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_bulletins_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
        sa.UniqueConstraint("key", name="uq_bulletins_key"),
    )
    op.create_index("ix_bulletins_account_made_at", "bulletins", ["account", "made_at"])
    op.create_table(
        "bulletin_lines",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("bulletin_id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name="fk_bulletin_lines_bulletin_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bulletin_lines"),
    )
    op.create_index("ix_bulletin_lines_bulletin_id", "bulletin_lines", ["bulletin_id"])
    op.create_table(
        "sendings",
        sa.Column("bulletin_id", _ID, nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name="fk_sendings_bulletin_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "way", name="pk_sendings"),
    )
    op.create_index("ix_sendings_state_next_at", "sendings", ["state", "next_at"])


def downgrade() -> None:
    for table in ("sendings", "bulletin_lines", "bulletins", "alerts"):
        op.drop_table(table)
