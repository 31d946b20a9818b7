"""What the index must still learn."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from lachan.pipeline.ports import OutboxAct, OutboxRow
from lachan.store.scope import Scope, chunks
from lachan.store.tables import outbox


class SqlOutboxStore:
    """OutboxStore on SQL. One publisher at a time reads it (a lease), so no row is locked."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, case: int, act: OutboxAct) -> None:
        self._scope.run(outbox.insert().values(case_id=case, act=act.value))

    def pending(self, limit: int) -> list[OutboxRow]:
        query = select(outbox).order_by(outbox.c.id).limit(limit)
        return [OutboxRow(row.id, row.case_id, OutboxAct(row.act)) for row in self._scope.run(query)]

    def done(self, ids: Sequence[int]) -> None:
        for part in chunks(ids):
            self._scope.run(delete(outbox).where(outbox.c.id.in_(part)))

    def waiting(self) -> set[int]:
        return set(self._scope.run(select(outbox.c.case_id).distinct()).scalars())

    def size(self) -> int:
        return int(self._scope.run(select(func.count()).select_from(outbox)).scalar_one())
