"""The clauses that letters may cite: ended by two admins, read by who approves and who audits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import Actor
from lachan.domain.citation import CitationRole
from lachan.domain.clause_end import LONGEST_WHY, SHORTEST_WHY, ClauseEnd
from lachan.domain.errors import ConflictError, FieldError, InputError, LachanError
from lachan.domain.notice import notice_number
from lachan.pipeline.clauses import Clause
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit

router = APIRouter(include_in_schema=False)

_SHOWN: Final = 50  # numbers of letters


@router.get("/clauses")
def clauses(visit: AtDesk) -> Response:
    found = sorted(visit.desk.clauses.all(visit.person), key=_urgency)
    return visit.page("clauses.html", clauses=found, today=visit.desk.clauses.today)


@router.get("/clauses/{clause}")
def clause(visit: AtDesk, clause: str) -> Response:
    return _show(visit, clause)


@router.post("/clauses/{clause}/end")
def end(visit: AtDesk, clause: str) -> Response:
    try:
        visit.desk.clauses.propose(visit.person, clause, _day(visit.field("ends")), visit.field("why"))
    except (InputError, ConflictError) as error:
        return _show(visit, clause, error)
    return _go(visit, clause)


@router.post("/clauses/{clause}/bring-back")
def bring_back(visit: AtDesk, clause: str) -> Response:
    try:
        visit.desk.clauses.bring_back(visit.person, clause, visit.field("why"))
    except (InputError, ConflictError) as error:
        return _show(visit, clause, error)
    return _go(visit, clause)


@router.post("/clauses/proposals/{proposal_id}/confirm")
def confirm(visit: AtDesk, proposal_id: Number) -> Response:
    return _settle(visit, visit.desk.clauses.confirm, proposal_id)


@router.post("/clauses/proposals/{proposal_id}/refuse")
def refuse(visit: AtDesk, proposal_id: Number) -> Response:
    return _settle(visit, visit.desk.clauses.refuse, proposal_id)


def _settle(visit: Visit, act: Callable[[Actor, int], ClauseEnd], proposal: int) -> Response:
    return _go(visit, act(visit.person, proposal).clause)


def _go(visit: Visit, clause: str) -> Response:
    return visit.go(f"/clauses/{quote(clause)}")


def _day(written: str) -> date:
    """Raises FieldError."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise FieldError("ends", "choose the first day on which the clause no longer holds") from None


def _urgency(clause: Clause) -> int:
    """What waits for somebody first, then what was ended here; else in the order of the release."""
    return 0 if clause.waiting else 1 if clause.ending else 2


def _show(visit: Visit, clause: str, error: LachanError | None = None) -> Response:
    found, citing, history = visit.desk.clauses.clause(visit.person, clause)
    return visit.page(
        "clause.html",
        status_of(error) if error else 200,
        clause=found,
        citing=citing,
        shown=_SHOWN,
        history=history,
        today=visit.desk.clauses.today,
        companion=found.row.role is CitationRole.COMPANION,
        mine=found.waiting is not None and found.waiting.proposed_by == visit.person.name,
        notice_number=notice_number,
        shortest=SHORTEST_WHY,
        longest=LONGEST_WHY,
        typed={name: visit.field(name) for name in visit.form} if error else {},
        wrong=error.field if isinstance(error, FieldError) else "",
        refusal=visit.language.refusal(error) if error else "",
    )
