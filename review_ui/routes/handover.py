"""The end of a shift: everything this person has, to one colleague or back to the queue."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.errors import InputError, LachanError
from lachan.domain.taxonomy import Route
from lachan.pipeline.claims import WITH_SOMEBODY
from lachan.pipeline.ports import CaseFilter
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

BACK: Final = "-"  # in place of a name: to the queue


@router.get("/handover")
def handover(visit: AtDesk) -> Response:
    return _show(visit)


@router.post("/handover")
def hand_over(visit: AtDesk) -> Response:
    to = visit.field("to")
    if not to:
        return _show(visit, InputError("choose to whom the cases go"))
    try:
        count = visit.desk.review.hand_over(visit.person, None if to == BACK else to)
    except InputError as error:
        return _show(visit, error)
    return visit.go(f"/handover?handed={count}")


@router.post("/cases/{case_id}/hand")
def hand(visit: AtDesk, case_id: Number) -> Response:
    visit.desk.review.hand(visit.person, case_id, visit.field("to"))
    return visit.go(f"/?done=handed&case={case_id}")


def _show(visit: Visit, error: LachanError | None = None) -> Response:
    route = Route.REVIEW if visit.can("decide_review") else Route.PROTECT
    with visit.desk.database.read() as unit:
        cases = unit.cases.find(CaseFilter(states=WITH_SOMEBODY, claimed_by=visit.person.name), limit=500)
    handed = visit.request.query_params.get("handed", "")
    return visit.page(
        "handover.html",
        status_of(error) if error else 200,
        cases=cases,
        colleagues=visit.desk.review.colleagues(visit.person, route),
        back=BACK,
        handed=int(handed) if handed.isascii() and handed.isdecimal() and len(handed) < 6 else None,
        refusal=visit.language.refusal(error) if error else "",
    )
