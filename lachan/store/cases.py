"""Cases and their posts. Text lives sealed in `case_posts`; `cases` is the textless fact row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from lachan.domain.appeal import AppealState
from lachan.domain.assessment import Assessment
from lachan.domain.case import CASE_TABLE, Case, CaseAct, CasePost, CaseState
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.measure import NOTICE_MEASURES
from lachan.domain.post import Post
from lachan.domain.referral import UNACCEPTED
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter, CopyCandidate, NewCase, QueueOrder
from lachan.store import case_queues, case_rows
from lachan.store.scope import Scope, chunks, unique
from lachan.store.tables import appeals, case_bands, case_categories, case_posts, outbox, referrals
from lachan.store.tables import cases as facts


class SqlCaseStore:
    """CaseStore on SQL. `save` leaves `post_count` alone: near-copies may join while an officer reads."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def open_many(self, cases: Sequence[NewCase]) -> list[Case]:
        if not cases:
            return []
        drafts = [_draft(item) for item in cases]
        rows = [
            {**case_rows.case_values(self._scope, case), "post_count": 1, "version": 1, "has_text": True}
            for case in drafts
        ]
        statement = facts.insert().returning(facts.c.id, sort_by_parameter_order=True)
        ids = self._scope.run(statement, rows).scalars().all()
        opened = [replace(case, id=id_) for case, id_ in zip(drafts, ids, strict=True)]
        self._scope.insert_many(
            case_categories,
            [{"case_id": case.id, "category": c.value} for case in opened for c in unique(case.categories)],
        )
        self._scope.insert_many(
            case_posts,
            [
                self._post(case, item.post, item.assessment, 1)
                for case, item in zip(opened, cases, strict=True)
            ],
        )
        self._scope.insert_many(
            case_bands,
            [
                {"case_id": case.id, "band": band}
                for case, item in zip(opened, cases, strict=True)
                for band in unique(item.bands)
            ],
        )
        return opened

    def _post(self, case: Case, post: Post, assessment: Assessment, position: int) -> dict[str, Any]:
        content = case_rows.pack_content(post, assessment, position)
        return {
            "case_id": case.id,
            "position": position,
            "source": post.source,
            "captured_at": post.captured_at,
            "published_at": post.published_at,
            "content_hash": hashlib.sha256(post.text.encode()).hexdigest(),
            "content_sealed": self._scope.keys.seal(content, case.delete_text_at, purpose="text"),
            "route": assessment.route.value,
            "context": assessment.context.value,
            "model": assessment.model,
            "labels": json.dumps([[label.category.value, label.score] for label in assessment.labels]),
            "urgent": assessment.urgent,
            "age": assessment.age.value,
        }

    def join(self, case: int, post: Post, assessment: Assessment) -> None:
        known = self.get(case)
        if known.state is CaseState.CLOSED:
            raise ConflictError(f"{known.number} is closed: open a linked case")
        position = self._scope.run(
            update(facts)
            .where(facts.c.id == case)
            .values(post_count=facts.c.post_count + 1)
            .returning(facts.c.post_count)
        ).scalar_one()
        self._scope.insert_many(case_posts, [self._post(known, post, assessment, position)])

    def candidates(self, bands: Sequence[str]) -> list[CopyCandidate]:
        return self.candidates_of([bands])[0]

    def candidates_of(self, posts: Sequence[Sequence[str]]) -> list[list[CopyCandidate]]:
        sharing: dict[str, set[int]] = {}
        for part in chunks(unique(band for bands in posts for band in bands)):
            query = select(case_bands.c.band, case_bands.c.case_id).where(case_bands.c.band.in_(part))
            for row in self._scope.run(query):
                sharing.setdefault(row.band, set()).add(row.case_id)
        found = self._candidates(sorted(set().union(*sharing.values()), reverse=True)) if sharing else {}
        own = (set[int]().union(*(sharing.get(band, ()) for band in bands)) for bands in posts)
        return [[found[case] for case in sorted(cases, reverse=True) if case in found] for cases in own]

    def _candidates(self, cases: Sequence[int]) -> dict[int, CopyCandidate]:
        """In their order. Not joined to the bands: mostly none shares one, and no planner can take a detour."""
        found: dict[int, CopyCandidate] = {}
        for part in chunks(cases):
            query = (
                select(
                    facts.c.id, facts.c.state, facts.c.route, facts.c.categories, case_posts.c.content_sealed
                )
                .join(case_posts, and_(case_posts.c.case_id == facts.c.id, case_posts.c.position == 1))
                .where(facts.c.id.in_(part))
                .order_by(facts.c.id.desc())
            )
            for row in self._scope.run(query):
                found[row.id] = CopyCandidate(
                    case=row.id,
                    state=CaseState(row.state),
                    route=Route(row.route),
                    categories=case_rows.unpack_categories(row.categories),
                    first_text=case_rows.first_text(self._scope, row.content_sealed),
                )
        return found

    def sharing(self, case: int) -> list[CopyCandidate]:
        own = self._scope.run(select(case_bands.c.band).where(case_bands.c.case_id == case)).scalars().all()
        return [found for found in self.candidates(own) if found.case != case]

    def get(self, case: int) -> Case:
        query = self._scope.locking(select(facts).where(facts.c.id == case))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no case {case}")
        return case_rows.case_of(self._scope, row)

    def some(self, cases: Sequence[int]) -> list[Case]:
        rows = (
            row
            for part in chunks(unique(cases))
            for row in self._scope.run(select(facts).where(facts.c.id.in_(part)))
        )
        found = {row.id: case_rows.case_of(self._scope, row) for row in rows}
        return [found[case] for case in unique(cases) if case in found]

    def above(self, case: int, where: CaseFilter, limit: int) -> list[Case]:
        rows = self._scope.run(case_queues.onward(where, case, limit))
        return [case_rows.case_of(self._scope, row) for row in rows]

    def save(self, case: Case) -> Case:
        before = self.get(case.id)
        values = case_rows.case_values(self._scope, case)
        changed = self._scope.run(
            update(facts)
            .where(facts.c.id == case.id, facts.c.version == case.version)
            .values(**values, version=case.version + 1)
        )
        if changed.rowcount != 1:
            raise ConflictError(f"{case.number} was changed by somebody else: look at it again")
        if before.categories != case.categories:
            self._scope.run(delete(case_categories).where(case_categories.c.case_id == case.id))
            rows = [{"case_id": case.id, "category": c.value} for c in unique(case.categories)]
            self._scope.insert_many(case_categories, rows)
        if before.delete_text_at != case.delete_text_at:
            self._reseal(case.id, case.delete_text_at)
        return replace(case, version=case.version + 1, post_count=before.post_count)

    def move(self, cases: Sequence[int], before: CaseState, after: CaseState) -> None:
        for part in chunks(cases):
            moving = facts.c.id.in_(part) & (facts.c.state == before.value)
            values = {"state": after.value, "version": facts.c.version + 1}
            self._scope.run(update(facts).where(moving).values(values))

    def _reseal(self, case: int, until: datetime) -> None:
        query = select(case_posts.c.id, case_posts.c.content_sealed).where(case_posts.c.case_id == case)
        rows = [
            {"row": row.id, "sealed": self._scope.keys.seal(clear, until, purpose="text")}
            for row in self._scope.run(query).all()
            if (clear := self._scope.opened(row.content_sealed)) is not None
        ]
        if rows:
            statement = (
                update(case_posts)
                .where(case_posts.c.id == bindparam("row"))
                .values(content_sealed=bindparam("sealed"))
            )
            self._scope.run(statement, rows)

    def posts(self, case: int, limit: int = 50) -> list[CasePost]:
        query = (
            select(case_posts)
            .where(case_posts.c.case_id == case)
            .order_by(case_posts.c.position)
            .limit(limit)
        )
        return [case_rows.post_of(self._scope, row) for row in self._scope.run(query)]

    def texts(self, cases: Sequence[int]) -> dict[int, str]:
        return {case: text for case, (_, text) in self.standing(cases).items()}

    def standing(self, cases: Sequence[int]) -> dict[int, tuple[str, str]]:
        found: dict[int, tuple[str, str]] = {}
        for part in chunks(cases):
            query = select(case_posts.c.case_id, case_posts.c.content_sealed).where(
                case_posts.c.case_id.in_(part), case_posts.c.position == 1
            )
            for row in self._scope.run(query):
                first = case_rows.standing(self._scope, row.content_sealed)
                if first is not None:
                    found[row.case_id] = first
        return found

    def find(
        self,
        where: CaseFilter,
        *,
        order: QueueOrder = QueueOrder.PRIORITY,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Case]:
        rows = self._scope.run(case_queues.page(where, order, limit, offset))
        return [case_rows.case_of(self._scope, row) for row in rows]

    def first_free(self, where: CaseFilter, *, wait: bool) -> Case | None:
        # A query for each state: rows of a union cannot be locked. When a row changed under the lock PostgreSQL reads
        # it anew and goes on to the next if it fits no more, so that what comes back is free.
        queries = [case_queues.first_of(where, state) for state in unique(where.states)]
        rows = [self._scope.run(self._scope.locking(query, skip=not wait)).first() for query in queries]
        found = [row for row in rows if row is not None]
        if not found:
            return None
        return case_rows.case_of(self._scope, min(found, key=lambda row: (row.queue_rank, row.id)))

    def count(self, where: CaseFilter, at_most: int | None = None) -> int:
        return int(self._scope.run(case_queues.size(where, at_most)).scalar_one())

    def claim_expired(self, now: datetime) -> list[Case]:
        query = (
            select(facts)
            .where(facts.c.state == CaseState.CLAIMED.value, facts.c.claimed_until <= now)
            .order_by(facts.c.id)
        )
        # Skipping locked rows: a case whose officer is acting on it right now has not been left.
        rows = self._scope.run(self._scope.locking(query, skip=True))
        return [case_rows.case_of(self._scope, row) for row in rows]

    def recent_reasons(self, account: str, limit: int = 20) -> list[str]:
        query = (
            select(facts.c.words_sealed)
            .where(
                facts.c.decided_by == account,
                facts.c.measure.in_([measure.value for measure in NOTICE_MEASURES]),
                facts.c.words_sealed.is_not(None),
            )
            .order_by(facts.c.decided_at.desc(), facts.c.id.desc())
            .limit(limit)
        )
        reasons = [
            case_rows.case_words(self._scope, sealed)[0] for sealed in self._scope.run(query).scalars()
        ]
        return [reason for reason in reasons if reason]

    def text_due(self, now: datetime) -> list[int]:
        query = (
            select(facts.c.id)
            .where(facts.c.has_text.is_(True), facts.c.delete_text_at <= now)
            .order_by(facts.c.id)
        )
        return list(self._scope.run(query).scalars())

    def drop(self, cases: Sequence[int]) -> None:
        for part in chunks(cases):
            self._scope.run(delete(facts).where(facts.c.id.in_(part)))

    def drop_texts(self, cases: Sequence[int]) -> None:
        for part in chunks(cases):
            self._scope.run(delete(case_posts).where(case_posts.c.case_id.in_(part)))
            self._scope.run(delete(case_bands).where(case_bands.c.case_id.in_(part)))
            self._scope.run(
                update(facts)
                .where(facts.c.id.in_(part))
                .values(has_text=False, words_sealed=None, places_sealed=None)
            )

    def drop_facts(self, before: datetime) -> int:
        awaited = select(appeals.c.case_id).where(appeals.c.state != AppealState.CLOSED.value)
        unhelped = select(referrals.c.case_id).where(
            referrals.c.state.in_([state.value for state in UNACCEPTED])
        )
        return self._scope.run(
            delete(facts).where(
                facts.c.opened_at < before,
                facts.c.id.not_in(awaited),
                facts.c.id.not_in(unhelped),
                facts.c.id.not_in(select(outbox.c.case_id)),
            )
        ).rowcount


def _draft(item: NewCase) -> Case:
    """The case that a flagged post opens; `id` 0 until the database numbers it."""
    post, assessment = item.post, item.assessment
    categories: tuple[Category, ...] = tuple(unique(assessment.categories))
    return Case(
        id=0,
        route=assessment.route,
        state=CASE_TABLE.step(CaseState.OPEN, CaseAct.HOLD_BACK) if item.held_back else CaseState.OPEN,
        source=post.source,
        categories=categories,
        context=assessment.context,
        urgent=assessment.urgent,
        age=assessment.age,
        opened_at=post.captured_at,
        published_at=post.published_at,
        delete_text_at=item.delete_text_at,
        linked_case=item.linked_case,
    )
