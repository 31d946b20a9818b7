"""Models that were proposed to go live, and what became of them. The files themselves lie in the data folder."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from lachan.domain.errors import NotFound
from lachan.domain.promotion import ModelState, Promotion
from lachan.store.scope import Scope
from lachan.store.tables import judge_models


class SqlModelStore:
    """ModelStore on SQL. In a writing unit `get` locks the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, digest: str) -> Promotion:
        query = self._scope.locking(select(judge_models).where(judge_models.c.digest == digest))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no model {digest[:12]} was proposed")
        return _promotion(row)

    def save(self, promotion: Promotion) -> None:
        values = {
            "name": promotion.name,
            "state": promotion.state.value,
            "figures": json.dumps(dict(promotion.figures), sort_keys=True),
            "proposed_by": promotion.proposed_by,
            "proposed_at": promotion.proposed_at,
            "approved_by": promotion.approved_by,
            "approved_at": promotion.approved_at,
        }
        insert = self._scope.upsert(judge_models).values(digest=promotion.digest, **values)
        self._scope.run(insert.on_conflict_do_update(index_elements=[judge_models.c.digest], set_=values))

    def all(self) -> list[Promotion]:
        query = select(judge_models).order_by(judge_models.c.proposed_at, judge_models.c.digest)
        return [_promotion(row) for row in self._scope.run(query)]


def _promotion(row: Any) -> Promotion:
    return Promotion(
        digest=row.digest,
        name=row.name,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        state=ModelState(row.state),
        figures=json.loads(row.figures),
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )
