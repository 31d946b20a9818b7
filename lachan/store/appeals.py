"""Appeals: reason and answer are sealed until two years after receipt; no name, no address."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update

from lachan.domain.appeal import Appeal, AppealState
from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import NotFound
from lachan.store.columns import local_day
from lachan.store.scope import Scope
from lachan.store.tables import appeals


def appeal_of(scope: Scope, row: Any) -> Appeal:
    """With the reason "" and no answer where the key is destroyed."""
    packed = scope.opened(row.words_sealed)
    reason, answer = json.loads(packed) if packed is not None else ("", None)
    return Appeal(
        id=row.id,
        notice=row.notice_id,
        case=row.case_id,
        state=AppealState(row.state),
        reason=reason,
        received_at=row.received_at,
        assigned_to=row.assigned_to,
        decided_at=row.decided_at,
        answer=answer,
    )


class SqlAppealStore:
    """AppealStore on SQL. In a writing unit `get` locks the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _values(self, appeal: Appeal) -> dict[str, Any]:
        packed = json.dumps([appeal.reason, appeal.answer], ensure_ascii=False)
        return {
            "notice_id": appeal.notice,
            "case_id": appeal.case,
            "state": appeal.state.value,
            "words_sealed": self._scope.keys.seal(packed, appeal.received_at + KEEP_FACTS, purpose="text"),
            "received_at": appeal.received_at,
            "received_day": local_day(appeal.received_at),
            "assigned_to": appeal.assigned_to,
            "decided_at": appeal.decided_at,
        }

    def add(self, appeal: Appeal) -> Appeal:
        statement = appeals.insert().values(self._values(appeal)).returning(appeals.c.id)
        return self.get(self._scope.run(statement).scalar_one())

    def get(self, appeal: int) -> Appeal:
        query = self._scope.locking(select(appeals).where(appeals.c.id == appeal))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no appeal {appeal}")
        return appeal_of(self._scope, row)

    def save(self, appeal: Appeal) -> Appeal:
        statement = update(appeals).where(appeals.c.id == appeal.id).values(self._values(appeal))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no appeal {appeal.id}")
        return appeal

    def of_case(self, case: int) -> list[Appeal]:
        query = select(appeals).where(appeals.c.case_id == case).order_by(appeals.c.id)
        return [appeal_of(self._scope, row) for row in self._scope.run(query)]

    def pending(self) -> list[Appeal]:
        query = (
            select(appeals)
            .where(appeals.c.state != AppealState.CLOSED.value)
            .order_by(appeals.c.received_at, appeals.c.id)
        )
        return [appeal_of(self._scope, row) for row in self._scope.run(query)]
