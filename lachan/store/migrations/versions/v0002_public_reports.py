"""Reports from people, and the removals that children and guardians ask for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: 64 bits; SQLite counts rows up only for INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "public_reports",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "code_hash",
            sa.String(length=64),
            nullable=True,
            comment="HMAC-SHA-256 of the word-code, hex; NULL once withdrawn",
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("wants_removal", sa.Boolean(), nullable=False),
        sa.Column(
            "quarantine", sa.String(), nullable=True, comment="why it waits apart; NULL when it does not"
        ),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="JSON list: who tells, texts, URL, answer; NULL once gone",
        ),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True, comment="under keys of its own"),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("delete_text_at", sa.BigInteger(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("classified_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("protect_case", ID, nullable=True, comment="no key: the ledger outlives the case"),
        sa.Column("review_case", ID, nullable=True, comment="no key: the ledger outlives the case"),
        sa.PrimaryKeyConstraint("id", name="pk_public_reports"),
        sa.UniqueConstraint("code_hash", name="uq_public_reports_code_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_public_reports_received_at", "public_reports", ["received_at"], unique=False)
    op.create_index("ix_public_reports_received_day", "public_reports", ["received_day"], unique=False)
    op.create_index(
        "ix_public_reports_state_desk_told_at", "public_reports", ["state", "desk", "told_at"], unique=False
    )
    op.create_table(
        "removals",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("case_ref", ID, nullable=False, comment="the review case; no key: it may go first"),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=False, comment="JSON list: URL, quote"),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True, comment="NULL after the last look"),
        sa.Column("checks", sa.Text(), nullable=False, comment="JSON list of [microseconds, found]"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["public_reports.id"], name="fk_removals_report_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removals_next_at", "removals", ["next_at"], unique=False)
    op.create_index("ix_removals_report_id", "removals", ["report_id"], unique=False)


def downgrade() -> None:
    op.drop_table("removals")
    op.drop_table("public_reports")
