"""A source's budget: pages, bytes, hours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("budget", sa.Text(), nullable=True, comment="JSON object of bounds"))


def downgrade() -> None:
    op.drop_column("sources", "budget")
