"""Letters: what they say is sealed until two years after drafting, when their fact rows go too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from lachan.domain.case import KEEP_FACTS
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState, PageCheck
from lachan.store.case_rows import pack_categories, unpack_categories
from lachan.store.columns import local_day
from lachan.store.scope import Scope
from lachan.store.tables import notices


def notice_of(scope: Scope, row: Any) -> Notice:
    """With recipient, URL, description and necessity "" where the key is destroyed."""
    packed = scope.opened(row.letter_sealed)
    recipient, url, description, necessity = json.loads(packed) if packed is not None else ("", "", "", "")
    return Notice(
        id=row.id,
        case=row.case_id,
        measure=Measure(row.measure),
        state=NoticeState(row.state),
        code=row.code,
        recipient=recipient,
        url=url,
        categories=unpack_categories(row.categories),
        citations=tuple(json.loads(row.citations)),
        description=description,
        necessity=necessity,
        content_hash=row.content_hash,
        captured_at=row.captured_at,
        drafted_by=row.drafted_by,
        drafted_at=row.drafted_at,
        page_check=PageCheck(row.page_check),
        checked_at=row.checked_at,
        approved_by=row.approved_by,
        issued_at=row.issued_at,
        delivered_at=row.delivered_at,
        due_at=row.due_at,
    )


class SqlNoticeStore:
    """NoticeStore on SQL. In a writing unit `get` locks the row until the unit ends."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _values(self, notice: Notice) -> dict[str, Any]:
        letter = [notice.recipient, notice.url, notice.description, notice.necessity]
        packed = json.dumps(letter, ensure_ascii=False)
        return {
            "case_id": notice.case,
            "measure": notice.measure.value,
            "state": notice.state.value,
            "code": notice.code,
            "letter_sealed": self._scope.keys.seal(packed, notice.drafted_at + KEEP_FACTS, purpose="text"),
            "categories": pack_categories(notice.categories),
            "citations": json.dumps(notice.citations),
            "content_hash": notice.content_hash,
            "captured_at": notice.captured_at,
            "drafted_by": notice.drafted_by,
            "drafted_at": notice.drafted_at,
            "drafted_day": local_day(notice.drafted_at),
            "page_check": notice.page_check.value,
            "checked_at": notice.checked_at,
            "approved_by": notice.approved_by,
            "issued_at": notice.issued_at,
            "delivered_at": notice.delivered_at,
            "due_at": notice.due_at,
        }

    def add(self, notice: Notice) -> Notice:
        statement = (
            self._scope.upsert(notices)
            .values(self._values(notice))
            .on_conflict_do_nothing(index_elements=[notices.c.code])
            .returning(notices.c.id)
        )
        id_ = self._scope.run(statement).scalar_one_or_none()
        if id_ is None:
            raise ConflictError("a notice with this code exists: draw another code")
        return self.get(id_)

    def _one(self, condition: Any, what: str) -> Notice:
        row = self._scope.run(self._scope.locking(select(notices).where(condition))).one_or_none()
        if row is None:
            raise NotFound(f"no notice {what}")
        return notice_of(self._scope, row)

    def get(self, notice: int) -> Notice:
        return self._one(notices.c.id == notice, str(notice))

    def by_code(self, code: str) -> Notice:
        return self._one(notices.c.code == code, "with this code")

    def save(self, notice: Notice) -> Notice:
        statement = update(notices).where(notices.c.id == notice.id).values(self._values(notice))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no notice {notice.id}")
        return notice

    def of_case(self, case: int) -> list[Notice]:
        query = select(notices).where(notices.c.case_id == case).order_by(notices.c.id)
        return [notice_of(self._scope, row) for row in self._scope.run(query)]

    def find(self, states: Sequence[NoticeState] = (), limit: int = 50, offset: int = 0) -> list[Notice]:
        query = select(notices).order_by(notices.c.id.desc()).limit(limit).offset(offset)
        if states:
            query = query.where(notices.c.state.in_([state.value for state in states]))
        return [notice_of(self._scope, row) for row in self._scope.run(query)]

    def count(self, state: NoticeState) -> int:
        query = select(func.count()).select_from(notices).where(notices.c.state == state.value)
        return int(self._scope.run(query).scalar_one())

    def counts(self) -> dict[NoticeState, int]:
        query = select(notices.c.state, func.count()).group_by(notices.c.state)
        return {NoticeState(row[0]): row[1] for row in self._scope.run(query)}

    def citing(self, clause: str, issued_from: datetime | None = None) -> list[int]:
        cites = notices.c.citations.contains(json.dumps(clause), autoescape=True)
        query = select(notices.c.id).where(cites).order_by(notices.c.id.desc())
        if issued_from is None:
            query = query.where(notices.c.state == NoticeState.SUBMITTED.value)
        else:
            query = query.where(notices.c.issued_at >= issued_from)
        return list(self._scope.run(query).scalars())
