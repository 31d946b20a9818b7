"""What tells whether a page changed since it was read, and when it may be read again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = ("etag_sealed", "modified_at", "whole_at", "pause_seconds", "due_again")


def upgrade() -> None:
    etag = sa.Column("etag_sealed", sa.LargeBinary(), nullable=True, comment="the server's, for a day")
    modified = sa.Column(
        "modified_at", sa.BigInteger(), nullable=True, comment="Last-Modified, as the server said"
    )
    whole = sa.Column("whole_at", sa.BigInteger(), nullable=True, comment="when it last came whole")
    pause = sa.Column("pause_seconds", sa.Integer(), nullable=True, comment="learnt; see pipeline/pace.py")
    due = sa.Column(
        "due_again", sa.BigInteger(), nullable=True, comment="where no mark tells that it changed"
    )
    for column in (etag, modified, whole, pause, due):
        op.add_column("frontier", column)


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("frontier", name)
