"""Search: what people confirmed, found by the index, shown from SQL, masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import NotFound
from lachan.domain.privacy import mask
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Clock, Database, SearchIndex, SearchRequest
from lachan.pipeline.snippet import snippet

SNIPPET: Final = 160  # code points around the first match


@dataclass(frozen=True)
class Hit:
    """One confirmed case. `marks` are (start, end) code points of `snippet` that matched."""

    case: int
    score: float
    published_at: datetime
    categories: tuple[Category, ...]
    source: str
    snippet: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Answer:
    total: int
    hits: tuple[Hit, ...]


class Search:
    """Analysts' and officers' search. Every query is logged without its words: who, when, how many."""

    def __init__(self, database: Database, index: SearchIndex, clock: Clock) -> None:
        self._database = database
        self._index = index
        self._clock = clock

    def find(self, actor: Actor, request: SearchRequest) -> Answer:
        """Raises QueryError (with a position) for a query that cannot be read, PermissionDenied."""
        actor.require(Permission.SEARCH)
        return self.run(request, actor.name)

    def run(self, request: SearchRequest, name: str) -> Answer:
        """The same without a role: for the command line of who runs the machine."""
        found = self._index.search(request)
        hits = []
        with self._database.read() as unit:
            texts = unit.cases.texts([hit.case for hit in found.hits])
            for hit in found.hits:
                try:
                    case = unit.cases.get(hit.case)
                except NotFound:
                    continue  # deleted a moment ago; the index learns of it next
                if not case.confirmed or hit.case not in texts:
                    continue
                words, marks = snippet(mask(texts[hit.case]).text, found.terms, SNIPPET)
                hits.append(
                    Hit(
                        case=hit.case,
                        score=hit.score,
                        published_at=case.published_at or case.opened_at,
                        categories=case.categories,
                        source=case.source,
                        snippet=words,
                        marks=marks,
                    )
                )
        with self._database.write() as unit:
            details = {"total": found.total, "limit": request.limit}
            unit.audit.append(AuditEvent(self._clock(), name, "search:query", "index", details))
        return Answer(found.total, tuple(hits))
