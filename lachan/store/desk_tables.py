"""Tables of the desk itself: who looks at what, kept views and keys, the roster and its alarms, what
somebody had to read.

They hold nothing of a case but its number.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from lachan.store.columns import Id, Moment
from lachan.store.tables import metadata

presences: Final = Table(
    "presences",
    metadata,
    Column("account", String, primary_key=True),
    Column("case_id", Id, primary_key=True, index=True),
    Column("seen_at", Moment, nullable=False),
)
saved_views: Final = Table(
    "saved_views",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
    Column("queue", String, nullable=False),
    Column("name", String, nullable=False),
    Column("query", String, nullable=False),
    UniqueConstraint("account", "queue", "name"),
)
own_keys: Final = Table(
    "own_keys",
    metadata,
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), primary_key=True),
    Column("act", String, primary_key=True),
    Column("key", String(1), nullable=False),
)
duties: Final = Table(
    "duties",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
)
contacts: Final = Table(
    "contacts",
    metadata,
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), primary_key=True),
    Column("reach_sealed", LargeBinary, nullable=False),
)
alarms: Final = Table(
    "alarms",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False),
    Column("raised_at", Moment, nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("told_at", Moment),
    Column("answered_by", String),
    Column("answered_at", Moment),
)
exposures: Final = Table(
    "exposures",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("categories", Text, nullable=False, comment="joined by commas"),
    Index(None, "account", "at"),
)
tickets: Final = Table(
    "tickets",
    metadata,
    Column("name_hash", String(64), primary_key=True, comment="SHA-256, hex"),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)
identities: Final = Table(
    "identities",
    metadata,
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), primary_key=True),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("linked_by", String, nullable=False),
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("issuer", "subject"),
)
