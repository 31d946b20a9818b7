"""Keys that people made their own at the desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_keys",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_own_keys_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", "act", name="pk_own_keys"),
    )


def downgrade() -> None:
    op.drop_table("own_keys")
