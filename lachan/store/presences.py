"""Who looks at which case now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from lachan.store.desk_tables import presences
from lachan.store.scope import Scope, chunks

_FORGET: Final = timedelta(minutes=5)  # nothing reads rows of more than a minute


class SqlPresenceStore:
    """PresenceStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def see(self, account: str, case: int, now: datetime) -> None:
        self._scope.run(delete(presences).where(presences.c.seen_at < now - _FORGET))
        insert = self._scope.upsert(presences).values(account=account, case_id=case, seen_at=now)
        key = [presences.c.account, presences.c.case_id]
        self._scope.run(insert.on_conflict_do_update(index_elements=key, set_={"seen_at": now}))

    def at(self, cases: Sequence[int], since: datetime) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for part in chunks(cases):
            query = select(presences).where(presences.c.case_id.in_(part), presences.c.seen_at >= since)
            for row in self._scope.run(query.order_by(presences.c.account)):
                found.setdefault(row.case_id, []).append(row.account)
        return found
