"""Who disagreed with a decision, and how the third person settled it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("disagreed_by", sa.String(), nullable=True))
    op.add_column(
        "cases", sa.Column("third", sa.String(), nullable=True, comment="how the last disagreement stands")
    )


def downgrade() -> None:
    op.drop_column("cases", "third")
    op.drop_column("cases", "disagreed_by")
