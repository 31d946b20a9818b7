"""Tables of alerts: what is counted for whom, what was told, and how it left the house. Counts alone: nothing of a
case, not even its number, and no words to look for."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from lachan.store.columns import Id, Moment
from lachan.store.tables import metadata

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("subject", String, nullable=False),
    Column("category", String),
    Column("kind", String),
    Column("place", String, nullable=False, comment="a key of the gazetteer, or empty"),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("pace", String, nullable=False),
    Column("ways", String, nullable=False, comment="joined by commas"),
    Column("quiet_start", Integer, comment="hour in Vietnam"),
    Column("quiet_end", Integer),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("told", Text, comment="JSON: Monday -> count; null before the first look"),
    Column("looked_at", Moment),
    Column("version", Integer, nullable=False),
    Index(None, "state", "ends_at"),
)
bulletins: Final = Table(
    "bulletins",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("account", String, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Index(None, "account", "made_at"),
)
bulletin_lines: Final = Table(
    "bulletin_lines",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("bulletin_id", Id, ForeignKey("bulletins.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("alert_id", Id, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
)
sendings: Final = Table(
    "sendings",
    metadata,
    Column("bulletin_id", Id, ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True),
    Column("way", String, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("doubtful", Integer, nullable=False),
    Index(None, "state", "next_at"),
)
