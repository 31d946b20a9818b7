"""Registered places, their counters, and how much of what they carry is flagged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from lachan.domain.budget import Budget
from lachan.domain.errors import ConflictError, NotFound
from lachan.domain.post import Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import Audience
from lachan.pipeline.ports import Counter
from lachan.store.scope import Scope, chunks
from lachan.store.tables import counters, judged, sources

_RUN: Final = 50  # outcomes a row: how exactly `flag_share` can cut off
_RUNS_KEPT: Final = 1000  # rows a source


class SqlSourceStore:
    """SourceStore on SQL. URL, prefix and contact are sealed without a date."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _values(self, source: Source) -> dict[str, Any]:
        seal = self._scope.keys.seal_lasting
        return {
            "key": source.key,
            "title": source.title,
            "kind": source.kind.value,
            "url_sealed": seal(source.url),
            "url_prefix_sealed": seal(source.url_prefix),
            "audience": source.audience.value,
            "purpose": source.purpose.value,
            "legal_basis": source.legal_basis,
            "contact_sealed": seal(source.contact),
            "proposed_by": source.proposed_by,
            "state": source.state.value,
            "confirmed_by": source.confirmed_by,
            "confirmed_at": source.confirmed_at,
            "last_harm_at": source.last_harm_at,
            "halt_reason": source.halt_reason,
            "budget": json.dumps(source.budget.as_numbers()),
        }

    def _source(self, row: Any) -> Source:
        unseal = self._scope.keys.open
        return Source(
            key=row.key,
            title=row.title,
            kind=SourceKind(row.kind),
            url=unseal(row.url_sealed),
            url_prefix=unseal(row.url_prefix_sealed),
            audience=Audience(row.audience),
            purpose=SourcePurpose(row.purpose),
            legal_basis=row.legal_basis,
            contact=unseal(row.contact_sealed),
            proposed_by=row.proposed_by,
            state=SourceState(row.state),
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
            last_harm_at=row.last_harm_at,
            halt_reason=row.halt_reason,
            budget=Budget(**json.loads(row.budget or "{}")),
        )

    def add(self, source: Source) -> None:
        if not self._scope.insert_new(sources, self._values(source)):
            raise ConflictError(f"a source named {source.key} is registered already")

    def get(self, key: str) -> Source:
        query = self._scope.locking(select(sources).where(sources.c.key == key))
        row = self._scope.run(query).one_or_none()
        if row is None:
            raise NotFound(f"no source named {key}")
        return self._source(row)

    def save(self, source: Source) -> None:
        statement = update(sources).where(sources.c.key == source.key).values(self._values(source))
        if self._scope.run(statement).rowcount != 1:
            raise NotFound(f"no source named {source.key}")

    def all(self) -> list[Source]:
        return [self._source(row) for row in self._scope.run(select(sources).order_by(sources.c.key))]

    def titles(self) -> dict[str, str]:
        query = select(sources.c.key, sources.c.title).order_by(sources.c.key)
        return {row.key: row.title for row in self._scope.run(query)}

    def count(self, source: str, day: date, amounts: Mapping[Counter, int]) -> None:
        rows = [
            {"source": source, "day": day, "name": name.value, "amount": amount}
            for name, amount in sorted(amounts.items())
            if amount
        ]
        if not rows:
            return
        insert = self._scope.upsert(counters)
        total = counters.c.amount + insert.excluded.amount
        key = [counters.c.source, counters.c.day, counters.c.name]
        self._scope.run(insert.on_conflict_do_update(index_elements=key, set_={"amount": total}), rows)

    def totals(
        self, source: str | None = None, first: date | None = None, last: date | None = None
    ) -> dict[Counter, int]:
        query = select(counters.c.name, func.sum(counters.c.amount)).group_by(counters.c.name)
        if source is not None:
            query = query.where(counters.c.source == source)
        if first is not None:
            query = query.where(counters.c.day >= first)
        if last is not None:
            query = query.where(counters.c.day <= last)
        found = {row[0]: int(row[1]) for row in self._scope.run(query)}
        return {counter: found.get(counter.value, 0) for counter in Counter}

    def days_with(self, source: str, counter: Counter, first: date, last: date) -> list[date]:
        query = select(counters.c.day).where(
            counters.c.source == source,
            counters.c.name == counter.value,
            counters.c.amount > 0,
            counters.c.day.between(first, last),
        )
        return list(self._scope.run(query.order_by(counters.c.day)).scalars())

    def flag_share(self, source: str, last: int) -> tuple[int, int]:
        query = select(judged.c.flagged, judged.c.posts).where(judged.c.source == source)
        flagged = posts = 0
        for row in self._scope.run(query.order_by(judged.c.id.desc()).limit(last)):
            if posts >= last:
                break
            flagged, posts = flagged + row.flagged, posts + row.posts
        return flagged, posts

    def forget_judged(self, source: str) -> None:
        self._scope.run(delete(judged).where(judged.c.source == source))

    def note_judged(self, source: str, flagged: Sequence[bool]) -> None:
        if not flagged:
            return
        rows = [{"source": source, "posts": len(run), "flagged": sum(run)} for run in chunks(flagged, _RUN)]
        self._scope.run(judged.insert(), rows)
        oldest = (
            select(judged.c.id)
            .where(judged.c.source == source)
            .order_by(judged.c.id.desc())
            .offset(_RUNS_KEPT)
            .limit(1)
        )
        self._scope.run(
            delete(judged).where(judged.c.source == source, judged.c.id <= oldest.scalar_subquery())
        )
