"""Queues: rows that say in words why they stand where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from lachan.domain.case import CaseState
from lachan.domain.errors import InputError
from lachan.domain.taxonomy import Category, Route
from lachan.pipeline.ports import CaseFilter
from review_ui.guard import AtDesk, Visit
from review_ui.routes.overview import WAITING

router = APIRouter(include_in_schema=False)

PAGE: Final = 50  # rows
_AT_WORK: Final = (CaseState.CLAIMED, CaseState.HELD)

Choice = Annotated[str, Query(max_length=80)]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/queue/review")
def review(
    visit: AtDesk,
    category: Choice = "",
    source: Choice = "",
    urgent: Choice = "",
    show: Choice = "",
    page: PageNumber = 1,
) -> Response:
    states = _AT_WORK if show == "at_work" else WAITING
    where = _filter(CaseFilter(route=Route.REVIEW, states=states), category, source, urgent)
    return _queue(visit, "review", where, page, show=show)


@router.get("/queue/returned")
def returned(
    visit: AtDesk, category: Choice = "", source: Choice = "", urgent: Choice = "", page: PageNumber = 1
) -> Response:
    where = CaseFilter(route=Route.REVIEW, states=(CaseState.RETURNED,))
    return _queue(visit, "returned", _filter(where, category, source, urgent), page)


@router.get("/queue/protect")
def protect(
    visit: AtDesk,
    category: Choice = "",
    source: Choice = "",
    urgent: Choice = "",
    show: Choice = "",
    page: PageNumber = 1,
) -> Response:
    states = _AT_WORK if show == "at_work" else WAITING
    where = _filter(CaseFilter(route=Route.PROTECT, states=states), category, source, urgent)
    return _queue(visit, "protect", where, page, show=show)


@router.get("/queue/approvals")
def approvals(
    visit: AtDesk, category: Choice = "", source: Choice = "", urgent: Choice = "", page: PageNumber = 1
) -> Response:
    where = CaseFilter(states=(CaseState.AWAITING_APPROVAL,), not_decided_by=visit.person.name)
    return _queue(visit, "approvals", _filter(where, category, source, urgent), page)


@router.get("/queue/mine")
def mine(
    visit: AtDesk, category: Choice = "", source: Choice = "", urgent: Choice = "", page: PageNumber = 1
) -> Response:
    where = CaseFilter(states=_AT_WORK, claimed_by=visit.person.name)
    return _queue(visit, "mine", _filter(where, category, source, urgent), page)


@router.post("/queue/review/next")
def next_review(visit: AtDesk) -> Response:
    return take_next(visit, Route.REVIEW)


@router.post("/queue/protect/next")
def next_protect(visit: AtDesk) -> Response:
    return take_next(visit, Route.PROTECT)


def take_next(visit: Visit, route: Route) -> Response:
    """Claim the first case and open it; the empty queue says so itself."""
    case = visit.desk.review.claim_next(visit.person, route)
    return visit.go(f"/cases/{case.id}" if case else f"/queue/{route.value}")


def _filter(where: CaseFilter, category: str, source: str, urgent: str) -> CaseFilter:
    if category and category not in list(Category):
        raise InputError(f"choose from the list: {category}")
    return replace(
        where,
        category=Category(category) if category else None,
        source=source or None,
        urgent=True if urgent else None,
    )


def _queue(visit: Visit, name: str, where: CaseFilter, page: int, *, show: str = "") -> Response:
    with visit.desk.database.read() as unit:
        total = unit.cases.count(where)
        cases = unit.cases.find(where, limit=PAGE, offset=(page - 1) * PAGE)
        sources = {source.key: source.title for source in unit.sources.all()}
    chosen = {
        "category": where.category or "",
        "source": where.source or "",
        "urgent": "1" if where.urgent else "",
        "show": show,
    }
    query = urlencode({key: value for key, value in chosen.items() if value})
    return visit.page(
        "queue.html",
        name=name,
        cases=cases,
        total=total,
        sources=sources,
        categories=list(Category),
        chosen=chosen,
        query=f"{query}&" if query else "",
        page_number=page,
        pages=max(1, -(-total // PAGE)),
    )
