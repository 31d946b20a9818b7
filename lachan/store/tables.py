"""Every table. Names of tables are those of DESIGN; columns ending in `_sealed` hold AES-GCM bytes.

Enum values are stored as their words: a new one needs no migration. Moments are UTC microseconds, days are
calendar days in Asia/Ho_Chi_Minh unless said otherwise.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from lachan.store.columns import Id, Moment

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _case(*, index: bool = False) -> Column[int]:
    """Of a case: goes when the fact row of the case goes."""
    return Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=index)


# --- Sources and counters ---
sources: Final = Table(
    "sources",
    metadata,
    Column("key", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("url_sealed", LargeBinary, nullable=False),
    Column("url_prefix_sealed", LargeBinary, nullable=False),
    Column("audience", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("contact_sealed", LargeBinary, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("state", String, nullable=False),
    Column("confirmed_by", String),
    Column("confirmed_at", Moment),
    Column("last_harm_at", Moment),
    Column("halt_reason", Text),
    Column("budget", Text, comment="JSON object of bounds"),
)
counters: Final = Table(
    "counters",
    metadata,
    Column("source", String, primary_key=True),
    Column("day", Date, primary_key=True, comment="UTC"),
    Column("name", String, primary_key=True),
    Column("amount", Id, nullable=False),
)
judged: Final = Table(
    "judged",
    metadata,
    _id(),
    Column("source", String, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("flagged", Integer, nullable=False),
    Index(None, "source", "id"),
)

# --- Frontier and inbox ---
frontier: Final = Table(
    "frontier",
    metadata,
    _id(),
    Column("source", String, nullable=False),
    Column("host", String, nullable=False),
    Column("url_hash", String(64), nullable=False, comment="HMAC-SHA-256, hex"),
    Column("url_sealed", LargeBinary, comment="NULL once the page is done"),
    Column("sealed_until", Moment, nullable=False),
    Column("kind", String, nullable=False),
    Column("mark_hash", String(32), nullable=False, comment="HMAC of the mark, '' when unknown"),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("leased_by", String),
    Column("leased_until", Moment),
    Column("finished_at", Moment),
    Column("error", String(40)),
    Column("etag_sealed", LargeBinary, comment="the server's, for a day"),
    Column("modified_at", Moment, comment="Last-Modified, as the server said"),
    Column("whole_at", Moment, comment="when it last came whole"),
    Column("pause_seconds", Integer, comment="learnt; see pipeline/pace.py"),
    Column("due_again", Moment, comment="where no mark tells that it changed"),
    UniqueConstraint("source", "url_hash"),
    Index(None, "host", "state"),
    Index(None, "state", "not_before", "id"),
    Index(None, "state", "sealed_until"),
    sqlite_autoincrement=True,
)
frontier_hosts: Final = Table(
    "frontier_hosts", metadata, Column("host", String, primary_key=True, comment="a row to lock, no more")
)
inbox: Final = Table(
    "inbox",
    metadata,
    _id(),
    Column("fingerprint", String, nullable=False),
    Column("source", String, nullable=False),
    Column("post_sealed", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("leased_by", String),
    Column("leased_until", Moment),
    Column("quarantined_at", Moment),
    Column("error", String(40)),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)
fingerprints: Final = Table(
    "fingerprints",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("first_seen", Date, nullable=False, index=True, comment="UTC"),
    sqlite_with_rowid=False,
)

# --- Cases ---
cases: Final = Table(
    "cases",
    metadata,
    _id(),
    Column("route", String, nullable=False),
    Column("state", String, nullable=False),
    Column("source", String, nullable=False),
    Column("categories", Text, nullable=False, comment="best first, joined by commas"),
    Column("context", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("age", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("published_at", Moment),
    Column("day", Date, nullable=False, index=True, comment="of publication, else of capture"),
    Column("captured_day", Date, nullable=False),
    Column("queue_rank", Id, nullable=False, comment="smaller is handled sooner; see case_rows.queue_rank"),
    Column("delete_text_at", Moment, nullable=False),
    Column("has_text", Boolean, nullable=False),
    Column("post_count", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("claimed_by", String),
    Column("claimed_until", Moment),
    Column("decided_by", String),
    Column("decided_at", Moment),
    Column("measure", String),
    Column("words_sealed", LargeBinary, comment="JSON of the reason and the approver's note"),
    Column("citations", Text, nullable=False, comment="JSON list"),
    Column("approved_by", String),
    Column("disagreed_by", String),
    Column("third", String, comment="how the last disagreement stands"),
    Column("closed_at", Moment),
    Column("overturned", Boolean, nullable=False),
    Column("linked_case", Id),
    Column("places_sealed", LargeBinary, comment="JSON: units its text means, units it does not mean"),
    Index(None, "state", "queue_rank", "id"),
    Index(None, "state", "route", "queue_rank", "id"),
    Index(None, "state", "opened_at", "id"),
    Index(None, "has_text", "delete_text_at"),
    Index(None, "decided_by", "decided_at"),
    # An officer's last reasons: of years of decisions only the last months still have their words.
    Index(
        "ix_cases_worded",
        "decided_by",
        "decided_at",
        postgresql_where=text("words_sealed IS NOT NULL"),
        sqlite_where=text("words_sealed IS NOT NULL"),
    ),
    Index(None, "opened_at"),
    sqlite_autoincrement=True,
)
case_categories: Final = Table(
    "case_categories",
    metadata,
    Column("category", String, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
case_posts: Final = Table(
    "case_posts",
    metadata,
    _id(),
    _case(),
    Column("position", Integer, nullable=False, comment="1 is the post that opened the case"),
    Column("source", String, nullable=False),
    Column("captured_at", Moment, nullable=False),
    Column("published_at", Moment),
    Column("content_hash", String(64), nullable=False, comment="SHA-256 of the redacted text, hex"),
    Column("content_sealed", LargeBinary, nullable=False, comment="JSON of text, URL, spans, reasons"),
    Column("route", String, nullable=False),
    Column("context", String, nullable=False),
    Column("model", String, nullable=False),
    Column("labels", Text, nullable=False, comment="JSON list of [category, score]"),
    Column("urgent", Boolean, nullable=False),
    Column("age", String, nullable=False),
    UniqueConstraint("case_id", "position"),
    sqlite_autoincrement=True,
)
case_bands: Final = Table(
    "case_bands",
    metadata,
    Column("band", String, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# --- Letters, help, appeals ---
notices: Final = Table(
    "notices",
    metadata,
    _id(),
    _case(index=True),
    Column("measure", String, nullable=False),
    Column("state", String, nullable=False),
    Column("code", String, nullable=False),
    Column(
        "letter_sealed",
        LargeBinary,
        nullable=False,
        comment="JSON list: recipient, URL, description, necessity",
    ),
    Column("categories", Text, nullable=False),
    Column("citations", Text, nullable=False, comment="JSON list"),
    Column("content_hash", String(64), nullable=False),
    Column("captured_at", Moment, nullable=False),
    Column("drafted_by", String, nullable=False),
    Column("drafted_at", Moment, nullable=False),
    Column("drafted_day", Date, nullable=False, index=True),
    Column("page_check", String, nullable=False),
    Column("checked_at", Moment),
    Column("approved_by", String),
    Column("issued_at", Moment),
    Column("delivered_at", Moment),
    Column("due_at", Moment),
    UniqueConstraint("code"),
    Index(None, "state", "id"),
    sqlite_autoincrement=True,
)
referrals: Final = Table(
    "referrals",
    metadata,
    _id(),
    _case(index=True),
    Column("state", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("harm_source", String, nullable=False),
    Column("need_sealed", LargeBinary, nullable=False),
    Column("opened_by", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_day", Date, nullable=False, index=True),
    Column("sent_at", Moment),
    Column("accepted_at", Moment),
    Column("follow_ups", Integer, nullable=False),
    Column("closed_at", Moment),
    Column("contacts_sealed", LargeBinary, comment="JSON of the area and the offices it went to"),
    Column("rung_step", Integer, nullable=False, server_default="0"),
    Column("rung_at", Moment),
    Index(None, "state", "opened_at"),
    sqlite_autoincrement=True,
)
appeals: Final = Table(
    "appeals",
    metadata,
    _id(),
    Column("notice_id", Id, ForeignKey("notices.id", ondelete="CASCADE"), nullable=False, index=True),
    _case(index=True),
    Column("state", String, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False, comment="JSON of reason and answer"),
    Column("received_at", Moment, nullable=False),
    Column("received_day", Date, nullable=False, index=True),
    Column("assigned_to", String),
    Column("decided_at", Moment),
    Index(None, "state", "received_at"),
    sqlite_autoincrement=True,
)

# --- Reports from people ---
public_reports: Final = Table(
    "public_reports",
    metadata,
    _id(),
    Column("code_hash", String(64), comment="HMAC-SHA-256 of the word-code, hex; NULL once withdrawn"),
    Column("state", String, nullable=False),
    Column("desk", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("wants_removal", Boolean, nullable=False),
    Column("quarantine", String, comment="why it waits apart; NULL when it does not"),
    Column("words_sealed", LargeBinary, comment="JSON list: who tells, texts, URL, answer; NULL once gone"),
    Column("contact_sealed", LargeBinary, comment="under keys of its own"),
    Column("received_at", Moment, nullable=False),
    Column("received_day", Date, nullable=False, index=True),
    Column("told_at", Moment, nullable=False),
    Column("delete_text_at", Moment, nullable=False),
    Column("read_by", String),
    Column("read_at", Moment),
    Column("outcome", String),
    Column("classified_at", Moment),
    Column("answered_by", String),
    Column("answered_at", Moment),
    Column("closed_at", Moment),
    Column("protect_case", Id, comment="no key: the ledger outlives the case"),
    Column("review_case", Id, comment="no key: the ledger outlives the case"),
    UniqueConstraint("code_hash"),
    Index(None, "state", "desk", "told_at"),
    Index(None, "received_at"),
    sqlite_autoincrement=True,
)
removals: Final = Table(
    "removals",
    metadata,
    _id(),
    Column("report_id", Id, ForeignKey("public_reports.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("case_ref", Id, nullable=False, comment="the review case; no key: it may go first"),
    Column("place_sealed", LargeBinary, nullable=False, comment="JSON list: URL, quote"),
    Column("started_at", Moment, nullable=False),
    Column("next_at", Moment, index=True, comment="NULL after the last look"),
    Column("checks", Text, nullable=False, comment="JSON list of [microseconds, found]"),
    sqlite_autoincrement=True,
)

# --- Accounts ---
accounts: Final = Table(
    "accounts",
    metadata,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_by", String),
    Column("away_until", Moment),
)
credentials: Final = Table(
    "credentials",
    metadata,
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("totp_sealed", LargeBinary),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    Column("last_totp_step", Id, nullable=False),
)
sessions: Final = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("seen_at", Moment, nullable=False),
)
recovery_codes: Final = Table(
    "recovery_codes",
    metadata,
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String(64), primary_key=True, comment="SHA-256 of 60 random bits, hex"),
)

# --- What the judge works with ---
list_issuers: Final = Table(
    "list_issuers",
    metadata,
    Column("name", String, primary_key=True),
    Column("public_key", LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
    Column("expires_on", Date, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("state", String, nullable=False),
    Column("confirmed_by", String),
)
vetted_lists: Final = Table(
    "vetted_lists",
    metadata,
    Column("name", String, primary_key=True),
    Column("issuer", String, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column(
        "content_sealed",
        LargeBinary,
        nullable=False,
        comment="JSON list: the signed bytes and the signature, base64",
    ),
    Column("proposed_by", String, nullable=False),
    Column("state", String, nullable=False),
    Column("confirmed_by", String),
)
judge_models: Final = Table(
    "judge_models",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256, hex"),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("figures", Text, nullable=False, comment="JSON object, as measured by the gate"),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("approved_by", String),
    Column("approved_at", Moment),
)

# --- Audit, outbox, leases, state, schedule ---
audit_links: Final = Table(
    "audit_links",
    metadata,
    Column("sequence", Id, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("details", Text, nullable=False, comment="JSON object"),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject", "sequence"),
)
audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("sequence", Id, nullable=False),
    Column("hash", String(64), nullable=False),
)
audit_checkpoint: Final = Table(
    "audit_checkpoint",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("sequence", Id, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("signature", String(64), nullable=False),
)
outbox: Final = Table(
    "outbox",
    metadata,
    _id(),
    Column("case_id", Id, nullable=False, comment="no key: a removal outlives its case"),
    Column("act", String, nullable=False),
    sqlite_autoincrement=True,
)
leases: Final = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", Moment, nullable=False),
)
state: Final = Table(
    "state",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
schedule: Final = Table(
    "schedule",
    metadata,
    Column("name", String, primary_key=True),
    Column("command", Text, nullable=False, comment="JSON list"),
    Column("every_seconds", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("last_at", Moment),
    Column("last_error", Text),
)
