"""The first shape"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: 64 bits; SQLite counts rows up only for INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("sequence", ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_checkpoint"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("sequence", ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.create_table(
        "audit_links",
        sa.Column("sequence", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False, comment="JSON object"),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_links"),
    )
    op.create_index("ix_audit_links_subject_sequence", "audit_links", ["subject", "sequence"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False, comment="best first, joined by commas"),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("age", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False, comment="of publication, else of capture"),
        sa.Column("captured_day", sa.Date(), nullable=False),
        sa.Column(
            "queue_rank", ID, nullable=False, comment="smaller is handled sooner; see case_rows.queue_rank"
        ),
        sa.Column("delete_text_at", sa.BigInteger(), nullable=False),
        sa.Column("has_text", sa.Boolean(), nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column(
            "words_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="JSON of the reason and the approver's note",
        ),
        sa.Column("citations", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("overturned", sa.Boolean(), nullable=False),
        sa.Column("linked_case", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_day", "cases", ["day"], unique=False)
    op.create_index("ix_cases_decided_by_decided_at", "cases", ["decided_by", "decided_at"], unique=False)
    op.create_index("ix_cases_has_text_delete_text_at", "cases", ["has_text", "delete_text_at"], unique=False)
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"], unique=False)
    op.create_index("ix_cases_state_opened_at_id", "cases", ["state", "opened_at", "id"], unique=False)
    op.create_index("ix_cases_state_queue_rank_id", "cases", ["state", "queue_rank", "id"], unique=False)
    op.create_index(
        "ix_cases_state_route_queue_rank_id", "cases", ["state", "route", "queue_rank", "id"], unique=False
    )
    op.create_table(
        "counters",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="UTC"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "name", name="pk_counters"),
    )
    op.create_table(
        "fingerprints",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("first_seen", sa.Date(), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_fingerprints"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fingerprints_first_seen", "fingerprints", ["first_seen"], unique=False)
    op.create_table(
        "frontier",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("url_hash", sa.String(length=64), nullable=False, comment="HMAC-SHA-256, hex"),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=True, comment="NULL once the page is done"),
        sa.Column("sealed_until", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "mark_hash", sa.String(length=32), nullable=False, comment="HMAC of the mark, '' when unknown"
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_frontier"),
        sa.UniqueConstraint("source", "url_hash", name="uq_frontier_source_url_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_frontier_host_state", "frontier", ["host", "state"], unique=False)
    op.create_index(
        "ix_frontier_state_not_before_id", "frontier", ["state", "not_before", "id"], unique=False
    )
    op.create_index("ix_frontier_state_sealed_until", "frontier", ["state", "sealed_until"], unique=False)
    op.create_table(
        "frontier_hosts",
        sa.Column("host", sa.String(), nullable=False, comment="a row to lock, no more"),
        sa.PrimaryKeyConstraint("host", name="pk_frontier_hosts"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("post_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("quarantined_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_expires_at", "inbox", ["expires_at"], unique=False)
    op.create_table(
        "judged",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_judged"),
    )
    op.create_index("ix_judged_source_id", "judged", ["source", "id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False, comment="no key: a removal outlives its case"),
        sa.Column("act", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_schedule"),
    )
    op.create_table(
        "sources",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("url_prefix_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_harm_at", sa.BigInteger(), nullable=True),
        sa.Column("halt_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_sources"),
    )
    op.create_table(
        "state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_state"),
    )
    op.create_table(
        "case_bands",
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_bands_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("band", "case_id", name="pk_case_bands"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_bands_case_id", "case_bands", ["case_id"], unique=False)
    op.create_table(
        "case_categories",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_categories_case_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category", "case_id", name="pk_case_categories"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_categories_case_id", "case_categories", ["case_id"], unique=False)
    op.create_table(
        "case_posts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="1 is the post that opened the case"),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "content_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the redacted text, hex"
        ),
        sa.Column(
            "content_sealed", sa.LargeBinary(), nullable=False, comment="JSON of text, URL, spans, reasons"
        ),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False, comment="JSON list of [category, score]"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("age", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_posts_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_case_posts"),
        sa.UniqueConstraint("case_id", "position", name="uq_case_posts_case_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "credentials",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("last_totp_step", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_credentials_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_credentials"),
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "letter_sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="JSON list: recipient, URL, description, necessity",
        ),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("citations", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("drafted_day", sa.Date(), nullable=False),
        sa.Column("page_check", sa.String(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_notices_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("code", name="uq_notices_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_case_id", "notices", ["case_id"], unique=False)
    op.create_index("ix_notices_drafted_day", "notices", ["drafted_day"], unique=False)
    op.create_index("ix_notices_state_id", "notices", ["state", "id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("harm_source", sa.String(), nullable=False),
        sa.Column("need_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_day", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("follow_ups", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_referrals_case_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_referrals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_referrals_case_id", "referrals", ["case_id"], unique=False)
    op.create_index("ix_referrals_opened_day", "referrals", ["opened_day"], unique=False)
    op.create_index("ix_referrals_state_opened_at", "referrals", ["state", "opened_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name="fk_sessions_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"], unique=False)
    op.create_index("ix_sessions_until", "sessions", ["until"], unique=False)
    op.create_table(
        "appeals",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False, comment="JSON of reason and answer"),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_appeals_case_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name="fk_appeals_notice_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_appeals_case_id", "appeals", ["case_id"], unique=False)
    op.create_index("ix_appeals_notice_id", "appeals", ["notice_id"], unique=False)
    op.create_index("ix_appeals_received_day", "appeals", ["received_day"], unique=False)
    op.create_index("ix_appeals_state_received_at", "appeals", ["state", "received_at"], unique=False)
