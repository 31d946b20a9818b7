"""Queues: rows that say in words why they stand where they stand; filters, and views that somebody keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from lachan.domain.case import CaseState
from lachan.domain.errors import InputError
from lachan.domain.flood import THREAD_BOUND
from lachan.domain.taxonomy import AgeBand, Category, Route
from lachan.pipeline.claims import WITH_SOMEBODY
from lachan.pipeline.ports import CaseFilter, SavedView
from review_ui.duty import duty_note
from review_ui.guard import AtDesk, Number, Visit
from review_ui.health import HARD_ONES
from review_ui.routes.overview import FOR_APPROVERS, WAITING
from review_ui.routes.presence import others

router = APIRouter(include_in_schema=False)

PAGE: Final = 50  # rows
#: `?show=`, where it is not what waits.
_SHOWN: Final = {"at_work": WITH_SOMEBODY, "asked": (CaseState.ESCALATED,)}
MAX_VIEWS: Final = 12  # of one account
_HOURS: Final = ("1", "4", "24", "72")  # waited at least so long
#: What may stand in the address of a queue, and in a kept view.
_FIELDS: Final = ("category", "source", "age", "waited", "urgent", "show")

PageNumber = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True)
class ShownView:
    """A kept view with how much it holds now."""

    view: SavedView
    count: int


@router.get("/queue/review")
def review(visit: AtDesk, page: PageNumber = 1) -> Response:
    return _queue(visit, "review", page)


@router.get("/queue/returned")
def returned(visit: AtDesk, page: PageNumber = 1) -> Response:
    return _queue(visit, "returned", page)


@router.get("/queue/protect")
def protect(visit: AtDesk, page: PageNumber = 1) -> Response:
    return _queue(visit, "protect", page)


@router.get("/queue/approvals")
def approvals(visit: AtDesk, page: PageNumber = 1) -> Response:
    return _queue(visit, "approvals", page)


@router.get("/queue/mine")
def mine(visit: AtDesk, page: PageNumber = 1) -> Response:
    return _queue(visit, "mine", page)


@router.post("/queue/review/next")
def next_review(visit: AtDesk) -> Response:
    return take_next(visit, Route.REVIEW)


@router.post("/queue/protect/next")
def next_protect(visit: AtDesk) -> Response:
    return take_next(visit, Route.PROTECT)


def take_next(visit: Visit, route: Route, said: str = "") -> Response:
    """Claim the first case and open it, with what was `said` (a query) of the one before; the empty queue says so
    itself."""
    rests = route is Route.REVIEW and visit.setting("rest", "off") == "on"
    case = visit.desk.review.claim_next(visit.person, route, without=HARD_ONES if rests else ())
    if case:
        return visit.go(f"/cases/{case.id}{said}")
    if rests:
        return visit.go("/?only_hard=1")
    return visit.go(f"/{said}" if said else f"/queue/{route.value}")


@router.post("/queue/review/let-in")
def let_in(visit: AtDesk) -> Response:
    """The next ones that the flood brake holds back of a source, or all of them."""
    amount = None if visit.field("all") else THREAD_BOUND
    visit.desk.floods.let_in(visit.person, visit.field("source"), amount)
    return visit.go("/queue/review")


@router.post("/queue/views")
def keep(visit: AtDesk) -> Response:
    """Keep the filter under a name; the same name again replaces it."""
    queue, name = visit.field("queue"), " ".join(visit.field("name").split())[:40]
    chosen = _chosen(dict(parse_qsl(visit.field("query"))))
    _where(visit, queue, chosen)
    if not name:
        raise InputError("give the view a name")
    with visit.desk.database.write() as unit:
        if len(unit.views.of(visit.person.name)) >= MAX_VIEWS:
            raise InputError(f"keep at most {MAX_VIEWS} views: remove one first")
        unit.views.add(SavedView(0, visit.person.name, queue, name, urlencode(chosen)))
    return visit.go(f"/queue/{queue}?{urlencode(chosen)}")


@router.post("/queue/views/{view_id}/remove")
def remove(visit: AtDesk, view_id: Number) -> Response:
    with visit.desk.database.write() as unit:
        unit.views.remove(visit.person.name, view_id)
    return visit.go(f"/queue/{visit.field('queue')}" if visit.field("queue") in _QUEUES else "/")


#: Queue -> the permission that its address asks for (see `permissions.ROUTES`).
_QUEUES: Final = {
    "review": "read_review_queue",
    "returned": "read_review_queue",
    "protect": "read_protect_queue",
    "approvals": "approve",
    "mine": "",
}


def _base(visit: Visit, queue: str, show: str) -> CaseFilter:
    """What the queue holds before any filter. Raises InputError for no queue of this person."""
    if queue not in _QUEUES or (_QUEUES[queue] and not visit.can(_QUEUES[queue])):
        raise InputError(f"choose from the list: {queue}")
    if queue == "returned":
        return CaseFilter(route=Route.REVIEW, states=(CaseState.RETURNED,))
    if queue == "approvals":
        return CaseFilter(states=FOR_APPROVERS, not_decided_by=visit.person.name)
    if queue == "mine":
        return CaseFilter(states=WITH_SOMEBODY, claimed_by=visit.person.name)
    return CaseFilter(route=Route(queue), states=_SHOWN.get(show, WAITING))


def _chosen(query: Mapping[str, str] | Request) -> dict[str, str]:
    """The filter's fields that say something."""
    given = query.query_params if isinstance(query, Request) else query
    return {name: given[name][:80] for name in _FIELDS if given.get(name)}


def _where(visit: Visit, queue: str, chosen: Mapping[str, str]) -> CaseFilter:
    """Raises InputError for what is not on the lists."""
    for name, known in (("category", list(Category)), ("age", list(AgeBand)), ("waited", _HOURS)):
        if name in chosen and chosen[name] not in known:
            raise InputError(f"choose from the list: {chosen[name]}")
    waited = timedelta(hours=int(chosen["waited"])) if "waited" in chosen else None
    return replace(
        _base(visit, queue, chosen.get("show", "")),
        category=Category(chosen["category"]) if "category" in chosen else None,
        source=chosen.get("source"),
        age=AgeBand(chosen["age"]) if "age" in chosen else None,
        urgent=True if "urgent" in chosen else None,
        opened_before=visit.desk.clock() - waited if waited else None,
    )


def _queue(visit: Visit, name: str, page: int) -> Response:
    chosen = _chosen(visit.request)
    where = _where(visit, name, chosen)
    counts = visit.counts
    with visit.desk.database.read() as unit:
        total = counts.of(unit, where)
        cases = unit.cases.find(where, limit=PAGE, offset=(page - 1) * PAGE)
        sources = unit.sources.titles()
        held_back = unit.floods.waiting() if name == "review" and page == 1 else []
        looking = others(visit, unit, [case.id for case in cases])
        views = [
            ShownView(view, counts.of(unit, _where(visit, name, _chosen(dict(parse_qsl(view.query))))))
            for view in unit.views.of(visit.person.name)
            if view.queue == name
        ]
    query = urlencode(chosen)
    return visit.page(
        "queue.html",
        name=name,
        cases=cases,
        total=total,
        sources=sources,
        categories=list(Category),
        ages=list(AgeBand),
        hours=_HOURS,
        chosen={field: chosen.get(field, "") for field in _FIELDS},
        query=f"{query}&" if query else "",
        plain_query=query,
        views=views,
        held_back=held_back,
        bound=THREAD_BOUND,
        looking=looking,
        duty=duty_note(visit) if name == "approvals" else "",
        page_number=page,
        pages=max(1, -(-total // PAGE)),
    )
