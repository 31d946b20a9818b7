"""Log-ins under way at a provider of identities, and which identity opens which account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("name_hash", sa.String(length=64), nullable=False, comment="SHA-256, hex"),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_until", "tickets", ["until"], unique=False)
    op.create_table(
        "identities",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_identities_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_identities"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identities_issuer_subject"),
    )


def downgrade() -> None:
    op.drop_table("identities")
    op.drop_table("tickets")
