"""The keys that people made their own at the desk."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from lachan.store.desk_tables import own_keys
from lachan.store.scope import Scope


class SqlKeyStore:
    """OwnKeyStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def of(self, account: str) -> dict[str, str]:
        query = select(own_keys.c.act, own_keys.c.key).where(own_keys.c.account == account)
        return {row.act: row.key for row in self._scope.run(query)}

    def set(self, account: str, keys: Mapping[str, str]) -> None:
        self._scope.run(delete(own_keys).where(own_keys.c.account == account))
        rows = [{"account": account, "act": act, "key": key} for act, key in keys.items()]
        self._scope.insert_many(own_keys, rows)
