"""Search over what people confirmed: words, facets to narrow by, bars over time, counts to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.alphabet import alphabetical
from lachan.domain.case import CaseState
from lachan.domain.errors import InputError, QueryError
from lachan.domain.measure import Measure
from lachan.domain.place import PlaceLevel
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from lachan.pipeline.place_weeks import WEEKS, last_weeks
from lachan.pipeline.ports import Facet, SearchRequest, SortBy, TableFormat, TimeBucket, TimeStep
from lachan.pipeline.rising import Rising
from lachan.pipeline.search import Answer, Hit
from review_ui.documents import download
from review_ui.guard import AtDesk, Visit
from review_ui.moments import VIETNAM

router = APIRouter(include_in_schema=False)

PAGE: Final = 20
CHART: Final = (640, 140)  # pixels; the bars' room
BARS: Final = 120  # at most; longer times are shown in longer steps
Text = Annotated[str, Query(max_length=400)]
Choice = Annotated[str, Query(max_length=80)]
Day = Annotated[str, Query(max_length=10)]
Member = TypeVar("Member", bound=StrEnum)

#: What the values of a facet are called; places are their own names.
KINDS: Final[Mapping[Facet, type[StrEnum]]] = {
    Facet.CATEGORY: Category,
    Facet.KIND: SourceKind,
    Facet.STATUS: CaseState,
    Facet.MEASURE: Measure,
}
_TYPES: Final = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableFormat.JSON: "application/json",
}


def parse_day(value: str) -> date | None:
    """Raises InputError."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError("a day reads 2026-11-22") from None


def parse_choice(kind: type[Member], value: str) -> Member:
    """Raises InputError."""
    try:
        return kind(value)
    except ValueError:
        raise InputError(f"choose from the list: {value}") from None


def pieces(hit: Hit) -> list[tuple[str, bool]]:
    """The snippet as (words, marked)."""
    cut, parts = 0, []
    for start, end in hit.marks:
        parts += [(hit.snippet[cut:start], False), (hit.snippet[start:end], True)]
        cut = end
    return [part for part in (*parts, (hit.snippet[cut:], False)) if part[0]]


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram, in pixels from the upper left; `last` is the step's last day."""

    start: date
    last: date
    count: int
    x: float
    y: float
    width: float
    height: float


def bars(histogram: Sequence[TimeBucket], step: TimeStep) -> list[Bar]:
    """Bars side by side, empty steps included, so that time runs evenly."""
    counts = {bucket.start: bucket.count for bucket in histogram}
    if not counts:
        return []
    starts: list[date] = []
    at = min(counts)
    while at <= max(counts) and len(starts) < BARS:
        starts.append(at)
        at = _next(at, step)
    width, height = CHART[0] / len(starts), CHART[1] / max(counts.values())
    return [
        Bar(
            start=start,
            last=_next(start, step) - timedelta(days=1),
            count=counts.get(start, 0),
            x=round(number * width + width * 0.1, 1),
            y=round(CHART[1] - counts.get(start, 0) * height, 1),
            width=round(width * 0.8, 1),
            height=round(counts.get(start, 0) * height, 1),
        )
        for number, start in enumerate(starts)
    ]


def _next(start: date, step: TimeStep) -> date:
    if step is TimeStep.MONTH:
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=1 if step is TimeStep.DAY else 7)


def _asked(chosen: Mapping[str, str]) -> SearchRequest:
    """Raises InputError."""
    where = [
        (
            facet,
            parse_choice(KINDS[facet], chosen[facet.value]).value if facet in KINDS else chosen[facet.value],
        )
        for facet in Facet
        if chosen[facet.value]
    ]
    return SearchRequest(
        query=chosen["q"],
        first=parse_day(chosen["from"]),
        last=parse_day(chosen["to"]),
        limit=PAGE,
        sort=parse_choice(SortBy, chosen["sort"] or SortBy.RELEVANCE),
        cursor=chosen["after"],
        where=tuple(where),
        facets=tuple(Facet),
        step=parse_choice(TimeStep, chosen["step"] or TimeStep.WEEK),
        loose=bool(chosen["loose"]),
    )


@router.get("/search")
def search(
    visit: AtDesk,
    q: Text | None = None,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    category: Choice = "",
    kind: Choice = "",
    place: Choice = "",
    status: Choice = "",
    measure: Choice = "",
    sort: Choice = "",
    step: Choice = "",
    after: Text = "",
    loose: Choice = "",
) -> Response:
    chosen = {
        "q": q or "", "from": first, "to": last, "category": category, "kind": kind, "place": place, "status": status,
        "measure": measure, "sort": sort, "step": step, "after": after, "loose": loose,
    }  # fmt: skip
    answer: Answer | None = None
    refusal, position, code = "", None, 200
    if any((q is not None, *chosen.values())):
        try:
            answer = visit.desk.search.find(visit.person, _asked(chosen))
        except InputError as error:
            refusal, code = visit.language.refusal(error), 422
            position = error.position if isinstance(error, QueryError) else None
    return _page(visit, chosen, answer, refusal, position, code)


def _page(
    visit: Visit, chosen: dict[str, str], answer: Answer | None, refusal: str, position: int | None, code: int
) -> Response:
    with visit.desk.database.read() as unit:
        sources = unit.sources.titles()

    def link(**changes: str) -> str:
        """This search with other choices, from its first page."""
        kept = {**chosen, "after": "", **changes}
        return f"?{urlencode({key: value for key, value in kept.items() if value or key == 'q'})}"

    def named(facet: Facet, value: str) -> str:
        kind = KINDS.get(facet)
        return visit.language.label(kind(value)) if kind and value in set(kind) else value

    step = TimeStep(chosen["step"]) if chosen["step"] in set(TimeStep) else TimeStep.WEEK
    if answer and answer.by_place:
        step = TimeStep.WEEK
    facets = answer.facets if answer else {}
    return visit.page(
        "search.html",
        code,
        chosen=chosen,
        link=link,
        answer=answer,
        hits=[(hit, pieces(hit)) for hit in answer.hits] if answer else [],
        sources=sources,
        categories=list(Category),
        sorts=list(SortBy),
        steps=list(TimeStep),
        step=step,
        forms=list(TableFormat),
        narrowed=[(facet, named(facet, chosen[facet.value])) for facet in Facet if chosen[facet.value]],
        facets=[
            (facet, [(value, named(facet, value), count) for value, count in _largest(facets[facet])])
            for facet in Facet
            if facets.get(facet)
        ],
        bars=bars(answer.histogram, step) if answer else [],
        chart=CHART,
        refusal=refusal,
        position=position,
    )


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], alphabetical(item[0])))


@router.get("/search/table")
def table(
    visit: AtDesk,
    form: Choice,
    q: Text = "",
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    category: Choice = "",
    kind: Choice = "",
    place: Choice = "",
    status: Choice = "",
    measure: Choice = "",
) -> Response:
    """The counts of a search as a file; never a post."""
    chosen = {
        "q": q, "from": first, "to": last, "category": category, "kind": kind, "place": place, "status": status,
        "measure": measure, "sort": "", "step": "", "after": "", "loose": "",
    }  # fmt: skip
    wanted = parse_choice(TableFormat, form)
    body = visit.desk.search.table(visit.person, _asked(chosen), wanted)
    return download(body, f"so-dem.{wanted.value}", _TYPES[wanted])


@router.get("/search/similar/{case}")
def similar(visit: AtDesk, case: int) -> Response:
    """Confirmed cases that read like this one."""
    hits = visit.desk.search.similar(visit.person, case)
    with visit.desk.database.read() as unit:
        sources = unit.sources.titles()
    return visit.page(
        "search_similar.html", case=case, hits=[(hit, pieces(hit)) for hit in hits], sources=sources
    )


@router.get("/search/rising")
def rising(visit: AtDesk, week: Day = "") -> Response:
    """Words that grew most in the week of that day, by default in the last whole one."""
    today = visit.desk.clock().astimezone(VIETNAM).date()
    day = parse_day(week) or today - timedelta(days=7)
    monday = day - timedelta(days=day.weekday())
    terms = Rising(visit.desk.database, visit.desk.clock).words(visit.person, monday)
    return visit.page(
        "search_rising.html",
        terms=terms,
        monday=monday,
        sunday=monday + timedelta(days=6),
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7) if monday + timedelta(days=7) <= today else None,
    )


@router.get("/search/places")
def places(
    visit: AtDesk, q: Text = "", category: Choice = "", level: Choice = "", week: Day = ""
) -> Response:
    """Where: places by week, five cases or more; never a post."""
    chosen_level = parse_choice(PlaceLevel, level or PlaceLevel.COMMUNE)
    first, last = last_weeks(visit.desk.clock(), parse_day(week))
    request = SearchRequest(q, first, last, category=parse_choice(Category, category) if category else None)
    table, refusal, position, code = None, "", None, 200
    try:
        table = visit.desk.search.places(visit.person, request, chosen_level)
    except InputError as error:
        refusal, code = visit.language.refusal(error), 422
        position = error.position if isinstance(error, QueryError) else None
    today = visit.desk.clock().astimezone(VIETNAM).date()

    def link(day: date) -> str:
        return f"?{urlencode({'q': q, 'category': category, 'level': chosen_level.value, 'week': day.isoformat()})}"

    return visit.page(
        "search_places.html",
        code,
        q=q,
        category=category,
        categories=list(Category),
        level=chosen_level,
        levels=list(PlaceLevel),
        table=table,
        first=first,
        last=last,
        before=link(first - timedelta(days=7)),
        after=link(last + timedelta(weeks=WEEKS)) if last + timedelta(weeks=1) <= today else "",
        refusal=refusal,
        position=position,
    )
