"""Filters that people keep."""

from __future__ import annotations

from sqlalchemy import delete, select

from lachan.pipeline.ports import SavedView
from lachan.store.desk_tables import saved_views
from lachan.store.scope import Scope


class SqlViewStore:
    """ViewStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, view: SavedView) -> None:
        values = {"account": view.account, "queue": view.queue, "name": view.name, "query": view.query}
        insert = self._scope.upsert(saved_views).values(values)
        key = [saved_views.c.account, saved_views.c.queue, saved_views.c.name]
        self._scope.run(insert.on_conflict_do_update(index_elements=key, set_={"query": view.query}))

    def of(self, account: str) -> list[SavedView]:
        query = select(saved_views).where(saved_views.c.account == account).order_by(saved_views.c.id)
        return [
            SavedView(row.id, row.account, row.queue, row.name, row.query) for row in self._scope.run(query)
        ]

    def remove(self, account: str, view: int) -> None:
        own = (saved_views.c.account == account) & (saved_views.c.id == view)
        self._scope.run(delete(saved_views).where(own))
