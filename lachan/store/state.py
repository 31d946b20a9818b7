"""A few named facts about this data folder."""

from __future__ import annotations

from sqlalchemy import delete, select

from lachan.store.scope import Scope
from lachan.store.tables import state


class SqlStateStore:
    """StateStore on SQL. `key_ring` is the store's own: which ring the sealed rows belong to."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, name: str) -> str | None:
        return self._scope.run(select(state.c.value).where(state.c.name == name)).scalar_one_or_none()

    def set(self, name: str, value: str | None) -> None:
        if value is None:
            self._scope.run(delete(state).where(state.c.name == name))
            return
        insert = self._scope.upsert(state).values(name=name, value=value)
        statement = insert.on_conflict_do_update(index_elements=[state.c.name], set_={"value": value})
        self._scope.run(statement)
