"""The directory of offices that can help: what it is stands in clear, how it is reached is sealed without a date."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    or_,
    select,
    update,
)

from lachan.domain.directory import DirectoryEntry, Standing
from lachan.domain.errors import NotFound
from lachan.domain.referral import Contact, RecipientKind
from lachan.store.columns import Id, Moment
from lachan.store.scope import Scope
from lachan.store.tables import metadata

directory: Final = Table(
    "directory",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("province", String, nullable=False, comment="'' for the whole country"),
    Column("commune", String, nullable=False, comment="'' for the whole province"),
    Column("contact_sealed", LargeBinary, nullable=False, comment="JSON: name and ways of an office"),
    Column("written_by", String, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("verified_by", String),
    Column("verified_at", Moment),
    Column("replaces", Id),
    Column("retired_at", Moment),
    Index(None, "province", "commune"),
    sqlite_autoincrement=True,
)
_REACH: Final = ("office", "phone", "email", "address", "hours")


class SqlDirectoryStore:
    """DirectoryStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, entry: DirectoryEntry) -> DirectoryEntry:
        made = self._scope.run(directory.insert().values(self._values(entry)).returning(directory.c.id))
        return replace(entry, id=made.scalar_one())

    def get(self, entry: int) -> DirectoryEntry:
        query = self._scope.locking(select(directory).where(directory.c.id == entry))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"there is no contact {entry} in the directory")
        return self._entry(row)

    def save(self, entry: DirectoryEntry) -> DirectoryEntry:
        statement = update(directory).where(directory.c.id == entry.id).values(self._values(entry))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"there is no contact {entry.id} in the directory")
        return entry

    def find(
        self, *, province: str | None = None, kind: RecipientKind | None = None, national: bool = True
    ) -> list[DirectoryEntry]:
        query = select(directory).where(directory.c.retired_at.is_(None)).order_by(directory.c.id)
        if province is not None:
            there = directory.c.province == province
            query = query.where(or_(there, directory.c.province == "") if national else there)
        if kind is not None:
            query = query.where(directory.c.kind == kind.value)
        return [self._entry(row) for row in self._scope.run(query)]

    def standings(self, now: datetime) -> dict[Standing, int]:
        query = select(directory.c.id, directory.c.verified_at).where(directory.c.retired_at.is_(None))
        counts: dict[Standing, int] = {each: 0 for each in Standing if each is not Standing.RETIRED}
        nothing = Contact(RecipientKind.HEALTH, "")
        for row in self._scope.run(query):
            counts[DirectoryEntry(row.id, nothing, "", now, None, row.verified_at).standing(now)] += 1
        return counts

    def _values(self, entry: DirectoryEntry) -> dict[str, Any]:
        contact = entry.contact
        reach = {name: getattr(contact, name) for name in _REACH}
        return {
            "kind": contact.kind.value,
            "province": contact.province,
            "commune": contact.commune,
            "contact_sealed": self._scope.keys.seal_lasting(json.dumps(reach, ensure_ascii=False)),
            "written_by": entry.written_by,
            "written_at": entry.written_at,
            "verified_by": entry.verified_by,
            "verified_at": entry.verified_at,
            "replaces": entry.replaces,
            "retired_at": entry.retired_at,
        }

    def _entry(self, row: Any) -> DirectoryEntry:
        reach = json.loads(self._scope.keys.open(row.contact_sealed))
        return DirectoryEntry(
            id=row.id,
            contact=Contact(RecipientKind(row.kind), province=row.province, commune=row.commune, **reach),
            written_by=row.written_by,
            written_at=row.written_at,
            verified_by=row.verified_by,
            verified_at=row.verified_at,
            replaces=row.replaces,
            retired_at=row.retired_at,
        )
