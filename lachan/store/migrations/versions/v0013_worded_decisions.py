"""An index over the decisions that still have their words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WORDED = sa.text("words_sealed IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_cases_worded",
        "cases",
        ["decided_by", "decided_at"],
        postgresql_where=_WORDED,
        sqlite_where=_WORDED,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_worded", table_name="cases")
