"""Who looks at what, live: colleagues of one's own role alone, so that an approver never learns who decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from lachan.pipeline.ports import Unit
from lachan.pipeline.review import check_reader
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

LOOKING: Final = timedelta(seconds=60)  # pages give a sign of life every 20 seconds


@router.post("/cases/{case_id}/look")
def look(visit: AtDesk, case_id: Number) -> Response:
    """The page's sign of life; answers who else is there."""
    with visit.desk.database.write() as unit:
        check_reader(visit.person, unit.cases.get(case_id))
        unit.presences.see(visit.person.name, case_id, visit.desk.clock())
        return JSONResponse({"names": others(visit, unit, [case_id]).get(case_id, [])})


@router.get("/queue/looking")
def looking(visit: AtDesk, cases: Annotated[str, Query(max_length=2000)] = "") -> Response:
    """Case -> names, for the rows of a queue page."""
    numbers = [
        int(word) for word in cases.split(",") if word.isascii() and word.isdecimal() and len(word) < 16
    ]
    with visit.desk.database.read() as unit:
        return JSONResponse({str(case): names for case, names in others(visit, unit, numbers).items()})


def others(visit: Visit, unit: Unit, cases: Sequence[int]) -> dict[int, list[str]]:
    """Case -> colleagues of the same role who look at it now."""
    seen = unit.presences.at(cases, visit.desk.clock() - LOOKING)
    if not seen:
        return {}
    me = visit.person.account
    peers = {account.name for account in unit.accounts.all() if account.role is me.role} - {me.name}
    return {case: kept for case, names in seen.items() if (kept := [name for name in names if name in peers])}
