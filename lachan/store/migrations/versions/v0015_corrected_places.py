"""What people corrected of the places that a case's text names"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "places_sealed", sa.LargeBinary(), comment="JSON: units its text means, units it does not mean"
    )
    op.add_column("cases", column)


def downgrade() -> None:
    op.drop_column("cases", "places_sealed")
