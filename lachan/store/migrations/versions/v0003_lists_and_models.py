"""Vetted lists with their issuers, and models that two people let go live"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_issuers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="Ed25519, 32 bytes"),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_list_issuers"),
    )
    op.create_table(
        "vetted_lists",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column(
            "content_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="JSON list: the signed bytes and the signature, base64",
        ),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_vetted_lists"),
    )
    op.create_table(
        "judge_models",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256, hex"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False, comment="JSON object, as measured by the gate"),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_judge_models"),
    )


def downgrade() -> None:
    for table in ("judge_models", "vetted_lists", "list_issuers"):
        op.drop_table(table)
