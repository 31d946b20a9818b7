"""Search over what people confirmed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.errors import InputError, QueryError
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import SearchRequest
from lachan.pipeline.search import Answer, Hit
from review_ui.guard import AtDesk

router = APIRouter(include_in_schema=False)

PAGE: Final = 20
Text = Annotated[str, Query(max_length=400)]
Choice = Annotated[str, Query(max_length=80)]


def parse_day(value: str) -> date | None:
    """Raises InputError."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError("a day reads 2026-11-22") from None


def parse_category(value: str) -> Category | None:
    """Raises InputError."""
    if not value:
        return None
    try:
        return Category(value)
    except ValueError:
        raise InputError(f"choose from the list: {value}") from None


def pieces(hit: Hit) -> list[tuple[str, bool]]:
    """The snippet as (words, marked)."""
    cut, parts = 0, []
    for start, end in hit.marks:
        parts += [(hit.snippet[cut:start], False), (hit.snippet[start:end], True)]
        cut = end
    return [part for part in (*parts, (hit.snippet[cut:], False)) if part[0]]


@router.get("/search")
def search(
    visit: AtDesk,
    q: Text = "",
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
    category: Choice = "",
    page: Annotated[int, Query(ge=1, le=500)] = 1,
) -> Response:
    answer: Answer | None = None
    refusal, position, status = "", None, 200
    if q.strip():
        try:
            request = SearchRequest(
                q, parse_day(first), parse_day(last), parse_category(category), PAGE, (page - 1) * PAGE
            )
            answer = visit.desk.search.find(visit.person, request)
        except InputError as error:
            refusal, status = visit.language.refusal(error), 422
            position = error.position if isinstance(error, QueryError) else None
    with visit.desk.database.read() as unit:
        sources = {source.key: source.title for source in unit.sources.all()}
    chosen = {"q": q, "from": first, "to": last, "category": category}
    return visit.page(
        "search.html",
        status,
        chosen=chosen,
        query=urlencode({key: value for key, value in chosen.items() if value}),
        answer=answer,
        hits=[(hit, pieces(hit)) for hit in answer.hits] if answer else [],
        sources=sources,
        categories=list(Category),
        refusal=refusal,
        position=position,
        page_number=page,
        pages=max(1, -(-answer.total // PAGE)) if answer else 1,
    )
