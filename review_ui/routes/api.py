"""/api/v1: read-only JSON for signed-in people's own tools. Nothing here decides anything."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from lachan.domain.case import AWAITS_ANOTHER
from lachan.domain.measure import Measure
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter, Facet, SearchRequest, SortBy, TimeStep
from review_ui.guard import AtDesk
from review_ui.openapi import describe
from review_ui.routes.overview import WAITING, pile


class Problem(BaseModel):
    """RFC 9457. `position` is set for a query that cannot be read: code points from 0."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    position: int | None = None


class Found(BaseModel):
    """A confirmed case; `marks` are (start, end) code points of the masked `snippet`."""

    case: int
    score: float
    published_at: datetime
    categories: list[Category]
    source: str
    snippet: str
    marks: list[tuple[int, int]]


class Bucket(BaseModel):
    """Cases published in the step that begins on `start`; a case counts under each of its categories."""

    start: date
    count: int
    categories: dict[str, int]


class SearchAnswer(BaseModel):
    """`cursor` asks for the page after this (`after`); null at the end. `withheld`: counts by place are in
    fives, those under five left out. With a place there are counts of whole weeks alone, no hits."""

    total: int
    hits: list[Found]
    cursor: str | None
    facets: dict[str, dict[str, int]]
    histogram: list[Bucket]
    withheld: bool
    loosened: bool


class Waiting(BaseModel):
    """How much waits in a queue; `oldest` is when its oldest case was captured."""

    count: int
    urgent: int
    oldest: datetime | None


class Queues(BaseModel):
    """Only the queues that this account may read; the others are null."""

    review: Waiting | None = Field(description="cases waiting for an officer")
    protect: Waiting | None = Field(description="children waiting for help")
    approvals: Waiting | None = Field(description="decisions waiting for a second person")


def problems(*given: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    """The description of these answers: status, and what it means here."""
    schema = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"model": Problem, "description": text, "content": schema} for status, text in given}


_PROBLEM: Final = "application/problem+json"
PROBLEMS: Final = problems(
    (401, "Nobody is signed in"),
    (403, "This account may not do this"),
    (422, "A parameter cannot be read"),
    (503, "The search index or the database cannot be reached just now; nothing was lost"),
)
router = APIRouter(responses=PROBLEMS)


@router.get("/api/v1/search", tags=["search"], summary="Search confirmed cases")
def search(
    visit: AtDesk,
    q: Annotated[str, Query(max_length=400, description="words, with or without accents")],
    first: Annotated[date | None, Query(alias="from", description="first day, inclusive")] = None,
    last: Annotated[date | None, Query(alias="to", description="last day, inclusive")] = None,
    category: Annotated[Category | None, Query()] = None,
    kind: Annotated[SourceKind | None, Query(description="the source's kind")] = None,
    place: Annotated[str, Query(max_length=80, description="a commune; counts of whole weeks alone")] = "",
    status: Annotated[Literal["closed", "appealed"] | None, Query()] = None,
    measure: Annotated[Measure | None, Query(description="what was decided")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
    after: Annotated[str, Query(max_length=400, description="cursor of the page before")] = "",
    sort: Annotated[SortBy, Query()] = SortBy.RELEVANCE,
    step: Annotated[TimeStep | None, Query(description="count over time in such steps")] = None,
    facets: Annotated[list[Facet] | None, Query(description="count by these")] = None,
) -> SearchAnswer:
    chosen = {Facet.KIND: kind, Facet.PLACE: place, Facet.STATUS: status, Facet.MEASURE: measure}
    where = tuple((facet, str(value)) for facet, value in chosen.items() if value)
    request = SearchRequest(
        q, first, last, category, limit, offset, sort, after, where, tuple(facets or ()), step=step
    )
    answer = visit.desk.search.find(visit.person, request)
    return SearchAnswer(
        total=answer.total,
        cursor=answer.cursor or None,
        facets={facet.value: dict(counts) for facet, counts in answer.facets.items()},
        histogram=[
            Bucket(
                start=bucket.start,
                count=bucket.count,
                categories={category.value: count for category, count in bucket.categories.items()},
            )
            for bucket in answer.histogram
        ],
        withheld=answer.withheld,
        loosened=answer.loosened,
        hits=[
            Found(
                case=hit.case,
                score=hit.score,
                published_at=hit.published_at,
                categories=list(hit.categories),
                source=hit.source,
                snippet=hit.snippet,
                marks=list(hit.marks),
            )
            for hit in answer.hits
        ],
    )


@router.get("/api/v1/queues", tags=["queues"], summary="What waits")
def queues(visit: AtDesk) -> Queues:
    wanted = {
        "review": ("read_review_queue", CaseFilter(route=Route.REVIEW, states=WAITING)),
        "protect": ("read_protect_queue", CaseFilter(route=Route.PROTECT, states=WAITING)),
        "approvals": (
            "approve",
            CaseFilter(states=AWAITS_ANOTHER, not_decided_by=visit.person.name),
        ),
    }
    found: dict[str, Waiting | None] = {}
    with visit.desk.database.read() as unit:
        for name, (permission, where) in wanted.items():
            held = pile(visit, unit, where) if visit.can(permission) else None
            found[name] = Waiting(count=held.count, urgent=held.urgent, oldest=held.oldest) if held else None
    return Queues(**found)


@router.get("/api/v1/openapi.json", include_in_schema=False)
def openapi(visit: AtDesk) -> Response:
    """What this interface offers, as OpenAPI 3.1."""
    return JSONResponse(describe(visit.request.app))
