"""Tables of the flood brake: how much a day let in, and which cases wait for a later one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from lachan.store.columns import Id
from lachan.store.tables import metadata

flood_gates: Final = Table(
    "flood_gates",
    metadata,
    Column("source", String, primary_key=True),
    Column("day", Date, primary_key=True, comment="Asia/Ho_Chi_Minh; older ones are deleted"),
    Column("thread", String(64), primary_key=True, comment="keyed hash, '' for the source as a whole"),
    Column("let_in", Integer, nullable=False),
)
held_back: Final = Table(
    "held_back",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source", String, nullable=False),
    Column("thread", String(64), nullable=False, comment="keyed hash, '' where the page named none"),
    Index(None, "source", "thread"),
)
