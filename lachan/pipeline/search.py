"""Search: what people confirmed, found by the index, shown from SQL, masked.

    find       a page of hits with counts      similar    cases that read alike
    table      the counts alone, as a document: in fives, small cells left out
    places     by place and week, small cells left out

Where a query tells places apart it is answered with counts by week, in fives from five cases on, and no hits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from lachan.domain.account import Actor, Permission
from lachan.domain.audit import AuditEvent
from lachan.domain.errors import NotFound, RefusedError
from lachan.domain.place import PlaceLevel
from lachan.domain.small_cells import cells_in_fives, in_fives
from lachan.domain.taxonomy import Category
from lachan.pipeline.place_weeks import PlaceWeeks, place_weeks
from lachan.pipeline.ports import (
    Clock,
    CountTable,
    CountWriter,
    Database,
    Facet,
    IndexAnswer,
    IndexHit,
    Reader,
    SearchIndex,
    SearchRequest,
    TableFormat,
    TimeBucket,
    TimeStep,
)
from lachan.pipeline.publish import shown
from lachan.pipeline.snippet import snippet

SNIPPET: Final = 160  # code points around the first match
SIMILAR: Final = 10  # cases shown beside one


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
    """`cursor` asks for the page after this. `facets` and `histogram` are those that the request asked for, as far as
    they may be told; `withheld`: some of them are told in fives, those under five not at all. `loosened`: nothing was
    found as written, so slips of the keys were allowed."""

    total: int
    hits: tuple[Hit, ...]
    cursor: str = ""
    facets: Mapping[Facet, Mapping[str, int]] = field(default_factory=dict)
    histogram: tuple[TimeBucket, ...] = ()
    withheld: bool = False
    by_place: bool = False
    loosened: bool = False


class Search:
    """Analysts' and officers' search. Every query is logged without its words: who, when, how many."""

    def __init__(
        self,
        database: Database,
        index: SearchIndex,
        clock: Clock,
        reader: Reader | None = None,
        writer: CountWriter | None = None,
    ) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._reader = reader
        self._writer = writer

    def find(self, actor: Actor, request: SearchRequest) -> Answer:
        """Raises QueryError (with a position) for a query that cannot be read, PermissionDenied."""
        actor.require(Permission.SEARCH)
        return self.run(request, actor.name)

    def run(self, request: SearchRequest, name: str) -> Answer:
        """The same without a role: for the command line of who runs the machine."""
        found = self._index.search(request)
        loosened = request.loose
        # By place, that other words were tried would say that these had not one case.
        if not found.total and found.terms and not loosened and not found.by_place:
            again = self._index.search(replace(request, loose=True, cursor=""))
            if again.total:
                found, loosened = again, True
        answer = _by_place(found) if found.by_place else self._plainly(found)
        self._log(name, "search:query", total=answer.total, limit=request.limit)
        return replace(answer, loosened=loosened)

    def similar(self, actor: Actor, case: int) -> tuple[Hit, ...]:
        """Confirmed cases that read like `case`, most alike first. Raises NotFound for a case that is not confirmed."""
        actor.require(Permission.SEARCH)
        with self._database.read() as unit:
            held = unit.cases.get(case)
            text = unit.cases.texts([case]).get(case) if held.confirmed else None
        if text is None:
            raise NotFound(f"there is no confirmed case {case}")
        hits = self._shown(self._index.similar(shown(held, text), case, SIMILAR), ())
        self._log(actor.name, "search:similar", total=len(hits), limit=SIMILAR)
        return hits

    def table(self, actor: Actor, request: SearchRequest, form: TableFormat) -> bytes:
        """The counts of a search as a document. Raises as `find` does."""
        actor.require(Permission.SEARCH)
        if self._writer is None:
            raise RefusedError("this installation writes no tables")
        asked = replace(request, limit=0, offset=0, cursor="", facets=tuple(Facet), step=TimeStep.WEEK)
        table = counted(self._index.search(asked), asked, self._clock())
        self._log(actor.name, "search:table", total=table.total, form=form.value)
        return self._writer.counts(table, form)

    def places(self, actor: Actor, request: SearchRequest, level: PlaceLevel) -> PlaceWeeks:
        """The cases of a search by place and week, from a Monday to a Sunday (`last_weeks`). Raises as `find` does."""
        actor.require(Permission.SEARCH)
        table = place_weeks(self._index, request, level)
        self._log(actor.name, "search:places", total=len(table.rows))
        return table

    def _plainly(self, found: IndexAnswer) -> Answer:
        """Everything but places is told as it is: whoever searches, analysts too, reads the hits one by one and could
        count them. What leaves the desk is told in fives (`counted`)."""
        facets = {facet: dict(counts) for facet, counts in found.facets.items()}
        withheld = Facet.PLACE in facets
        if withheld:
            facets[Facet.PLACE] = cells_in_fives(facets[Facet.PLACE])
        return Answer(
            found.total, self._shown(found.hits, found.terms), found.cursor, facets, found.histogram, withheld
        )

    def _shown(self, found: Sequence[IndexHit], terms: Sequence[str]) -> tuple[Hit, ...]:
        hits = []
        with self._database.read() as unit:
            texts = unit.cases.texts([hit.case for hit in found])
            for hit in found:
                try:
                    case = unit.cases.get(hit.case)
                except NotFound:
                    continue  # deleted a moment ago; the index learns of it next
                if not case.confirmed or hit.case not in texts:
                    continue
                words, marks = snippet(shown(case, texts[hit.case]), terms, SNIPPET, self._reader)
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
        return tuple(hits)

    def _log(self, name: str, action: str, **details: str | int | None) -> None:
        with self._database.write() as unit:
            unit.audit.append(AuditEvent(self._clock(), name, action, "index", details))


def _by_place(found: IndexAnswer) -> Answer:
    """Counts alone, each by itself in fives, none of them small, by whole weeks."""
    weeks = cells_in_fives({bucket.start: bucket.count for bucket in found.histogram})
    return Answer(
        in_fives(found.total) or 0,
        (),
        facets={facet: cells_in_fives(counts) for facet, counts in found.facets.items()},
        histogram=tuple(TimeBucket(start, count) for start, count in weeks.items()),
        withheld=True,
        by_place=True,
    )


def counted(found: IndexAnswer, request: SearchRequest, now: datetime) -> CountTable:
    """The counts as they may leave the desk: each by itself in fives, small cells left out, in whole weeks. Two tables
    that differ in one case are the same unless some count passes a multiple of five."""
    limits = [(facet.value, value) for facet, value in request.where]
    if request.category is not None:
        limits.append(("category", request.category.value))
    limits += [
        (name, day.isoformat())
        for name, day in (("from", request.first), ("to", request.last))
        if day is not None
    ]
    facets = {facet: cells_in_fives(counts) for facet, counts in found.facets.items()}
    weeks = cells_in_fives({bucket.start: bucket.count for bucket in found.histogram})
    return CountTable(request.query, tuple(limits), now, in_fives(found.total), facets, weeks)
