"""Named leases: taken, renewed and lost by one conditional statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select

from lachan.store.scope import Scope
from lachan.store.tables import leases


class SqlLeaseStore:
    """LeaseStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def take(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        insert = self._scope.upsert(leases).values(name=name, owner=owner, until=until)
        statement = insert.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"owner": owner, "until": until},
            where=or_(leases.c.owner == owner, leases.c.until <= now),
        ).returning(leases.c.name)
        return self._scope.run(statement).scalar_one_or_none() is not None

    def release(self, name: str, owner: str) -> None:
        self._scope.run(delete(leases).where(leases.c.name == name, leases.c.owner == owner))

    def free(self, owner: str) -> None:
        self._scope.run(delete(leases).where(leases.c.owner == owner))

    def holder(self, name: str, now: datetime) -> str | None:
        query = select(leases.c.owner).where(leases.c.name == name, leases.c.until > now)
        return self._scope.run(query).scalar_one_or_none()
