"""The directory of offices that can help; what a referral keeps of them, and how its alarm climbs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "directory",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False, comment="'' for the whole country"),
        sa.Column("commune", sa.String(), nullable=False, comment="'' for the whole province"),
        sa.Column(
            "contact_sealed", sa.LargeBinary(), nullable=False, comment="JSON: name and ways of an office"
        ),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_by", sa.String()),
        sa.Column("verified_at", sa.BigInteger()),
        sa.Column("replaces", _ID),
        sa.Column("retired_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_directory"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_directory_province_commune", "directory", ["province", "commune"])
    for column in (
        sa.Column("contacts_sealed", sa.LargeBinary(), comment="JSON of the area and the offices it went to"),
        sa.Column("rung_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rung_at", sa.BigInteger()),
    ):
        op.add_column("referrals", column)


def downgrade() -> None:
    for column in ("rung_at", "rung_step", "contacts_sealed"):
        op.drop_column("referrals", column)
    op.drop_table("directory")
