"""The stop switch: anybody on duty may press it, an admin lifts it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.post import SourceState
from review_ui.guard import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/stop")
def stop_page(visit: AtDesk) -> Response:
    with visit.desk.database.read() as unit:
        sources = [source for source in unit.sources.all() if source.state is SourceState.ACTIVE]
    return visit.page("stop.html", sources=sources)


@router.post("/stop")
def stop(visit: AtDesk) -> Response:
    visit.desk.sources.stop(visit.person)
    return visit.go("/stop")


@router.post("/stop/resume")
def resume(visit: AtDesk) -> Response:
    visit.desk.sources.resume(visit.person)
    return visit.go("/stop")
