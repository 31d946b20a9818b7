"""What people at the desk had to read, for a day and for their own eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from lachan.domain.taxonomy import Category
from lachan.store.case_rows import pack_categories, unpack_categories
from lachan.store.desk_tables import exposures
from lachan.store.scope import Scope

_KEEP: Final = timedelta(days=1)


class SqlExposureStore:
    """ExposureStore on SQL."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, account: str, categories: Sequence[Category], now: datetime) -> None:
        self._scope.run(delete(exposures).where(exposures.c.at < now - _KEEP))
        values = {"account": account, "at": now, "categories": pack_categories(categories)}
        self._scope.run(exposures.insert().values(values))

    def counts(self, account: str, since: datetime) -> dict[Category, int]:
        query = select(exposures.c.categories).where(exposures.c.account == account, exposures.c.at >= since)
        packed = self._scope.run(query).scalars()
        return dict(Counter(category for row in packed for category in unpack_categories(row)))

    def cases(self, account: str, since: datetime) -> list[datetime]:
        query = select(exposures.c.at).where(exposures.c.account == account, exposures.c.at >= since)
        return list(self._scope.run(query.order_by(exposures.c.at)).scalars())
