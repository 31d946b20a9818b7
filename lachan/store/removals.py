"""Removals that a child or guardian asked for: the address sealed until a day after the last look."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from lachan.domain.errors import NotFound
from lachan.domain.notice import PageCheck
from lachan.domain.report import Recheck, Removal
from lachan.store.columns import EPOCH, micros
from lachan.store.scope import Scope
from lachan.store.tables import removals as table


def removal_of(scope: Scope, row: Any) -> Removal:
    """Without URL and quote where the key is destroyed."""
    packed = scope.opened(row.place_sealed)
    url, quote = json.loads(packed) if packed is not None else ("", "")
    return Removal(
        id=row.id,
        report=row.report_id,
        case=row.case_ref,
        url=url,
        quote=quote,
        started_at=row.started_at,
        next_at=row.next_at,
        checks=tuple(
            Recheck(EPOCH + timedelta(microseconds=at), PageCheck(found))
            for at, found in json.loads(row.checks)
        ),
    )


class SqlRemovalStore:
    """RemovalStore on SQL. In a writing unit `due` locks its rows until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, removal: Removal) -> Removal:
        statement = table.insert().values(self._values(removal)).returning(table)
        return removal_of(self._scope, self._scope.run(statement).one())

    def of_report(self, report: int) -> list[Removal]:
        query = select(table).where(table.c.report_id == report).order_by(table.c.id)
        return [removal_of(self._scope, row) for row in self._scope.run(query)]

    def due(self, now: datetime) -> list[Removal]:
        query = select(table).where(table.c.next_at <= now).order_by(table.c.next_at, table.c.id)
        return [removal_of(self._scope, row) for row in self._scope.run(self._scope.locking(query))]

    def save(self, removal: Removal) -> None:
        statement = update(table).where(table.c.id == removal.id).values(self._values(removal))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no removal {removal.id}")

    def drop_of(self, report: int) -> None:
        self._scope.run(delete(table).where(table.c.report_id == report))

    def _values(self, removal: Removal) -> dict[str, Any]:
        place = json.dumps([removal.url, removal.quote], ensure_ascii=False)
        return {
            "report_id": removal.report,
            "case_ref": removal.case,
            "place_sealed": self._scope.keys.seal(place, removal.keep_until, purpose="text"),
            "started_at": removal.started_at,
            "next_at": removal.next_at,
            "checks": json.dumps([[micros(check.at), check.found.value] for check in removal.checks]),
        }
