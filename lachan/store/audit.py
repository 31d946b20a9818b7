"""The audit log on SQL: events wait in memory and are chained when the unit ends, the head row locked last."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import delete, select, update

from lachan.domain.audit import GENESIS, AuditCheckpoint, AuditEvent, AuditLink, link
from lachan.domain.errors import ConflictError
from lachan.store.scope import Scope
from lachan.store.tables import audit_checkpoint, audit_head, audit_links

_BATCH: Final = 1000  # links read at a time
_ONLY: Final = 1  # the id of the one row


class SqlAuditStore:
    """AuditStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._waiting: list[AuditEvent] = []

    def append(self, event: AuditEvent) -> None:
        self._waiting.append(event)

    def flush(self) -> None:
        """Chain what waits. The unit calls it last: from here to the commit no other writer can chain."""
        if not self._waiting:
            return
        run = self._scope.run
        first = {"id": _ONLY, "sequence": 0, "hash": GENESIS}
        run(self._scope.upsert(audit_head).values(first).on_conflict_do_nothing())
        row = run(self._scope.locking(select(audit_head))).one()
        sequence, previous = row.sequence, row.hash
        rows = []
        for event in self._waiting:
            item = link(event, sequence + 1, previous)
            rows.append(_values(item))
            sequence, previous = item.sequence, item.hash
        self._scope.insert_many(audit_links, rows)
        run(update(audit_head).values(sequence=sequence, hash=previous))
        self._waiting.clear()

    def links(self, after: int = 0) -> Iterator[AuditLink]:
        while True:
            query = select(audit_links).where(audit_links.c.sequence > after)
            rows = self._scope.run(query.order_by(audit_links.c.sequence).limit(_BATCH)).all()
            for row in rows:
                yield _link(row)
            if len(rows) < _BATCH:
                return
            after = rows[-1].sequence

    def head(self) -> tuple[int, str]:
        row = self._scope.run(select(audit_head)).one_or_none()
        return (0, GENESIS) if row is None else (row.sequence, row.hash)

    def of_subject(self, subject: str, limit: int = 100) -> list[AuditLink]:
        query = (
            select(audit_links)
            .where(audit_links.c.subject == subject)
            .order_by(audit_links.c.sequence.desc())
            .limit(limit)
        )
        return [_link(row) for row in self._scope.run(query)]

    def actors(self, subject: str, besides: Collection[str] = ()) -> set[str]:
        query = (
            select(audit_links.c.actor)
            .distinct()
            .where(audit_links.c.subject == subject, audit_links.c.action.not_in(list(besides)))
        )
        return set(self._scope.run(query).scalars())

    def checkpoint(self) -> AuditCheckpoint | None:
        row = self._scope.run(select(audit_checkpoint)).one_or_none()
        return None if row is None else AuditCheckpoint(row.sequence, row.hash, row.at, row.signature)

    def prune(self, checkpoint: AuditCheckpoint) -> int:
        query = select(audit_links.c.hash).where(audit_links.c.sequence == checkpoint.sequence)
        if self._scope.run(query).scalar_one_or_none() != checkpoint.hash:
            raise ConflictError(
                f"the checkpoint does not fit event {checkpoint.sequence}: nothing was pruned"
            )
        values = {
            "sequence": checkpoint.sequence,
            "hash": checkpoint.hash,
            "at": checkpoint.at,
            "signature": checkpoint.signature,
        }
        insert = self._scope.upsert(audit_checkpoint).values(id=_ONLY, **values)
        self._scope.run(insert.on_conflict_do_update(index_elements=[audit_checkpoint.c.id], set_=values))
        return self._scope.run(
            delete(audit_links).where(audit_links.c.sequence <= checkpoint.sequence)
        ).rowcount


def _values(item: AuditLink) -> dict[str, Any]:
    return {
        "sequence": item.sequence,
        "at": item.event.at,
        "actor": item.event.actor,
        "action": item.event.action,
        "subject": item.event.subject,
        "details": json.dumps(dict(item.event.details), ensure_ascii=False),
        "previous": item.previous,
        "hash": item.hash,
    }


def _link(row: Any) -> AuditLink:
    event = AuditEvent(row.at, row.actor, row.action, row.subject, json.loads(row.details))
    return AuditLink(row.sequence, event, row.previous, row.hash)
