"""What waits for me, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.account import Actor
from lachan.domain.case import AWAITS_ANOTHER, Case, CaseState
from lachan.domain.notice import NoticeState
from lachan.domain.post import SourceState
from lachan.domain.report import UNREAD
from lachan.domain.taxonomy import Route
from lachan.pipeline.claims import WITH_SOMEBODY
from lachan.pipeline.crawl_status import silence
from lachan.pipeline.parties import thirds
from lachan.pipeline.ports import CaseFilter, QueueOrder, Unit
from lachan.pipeline.protect import HOTLINE
from lachan.pipeline.report import desks_of
from review_ui.done import done_of
from review_ui.guard import AtDesk, Visit
from review_ui.health import exposure

router = APIRouter(include_in_schema=False)

_MANY = 200  # disputed cases that are looked through
WAITING = (CaseState.OPEN, CaseState.RETURNED, CaseState.ESCALATED)
FOR_APPROVERS = (*AWAITS_ANOTHER, CaseState.SPEAKER_PROPOSED)


@dataclass(frozen=True)
class Pile:
    """How much waits somewhere, and since when."""

    count: int
    urgent: int
    oldest: datetime | None


def pile(visit: Visit, unit: Unit, where: CaseFilter) -> Pile:
    count = visit.counts.of(unit, where)
    last = unit.cases.find(where, order=QueueOrder.OLDEST, limit=1) if count else []
    urgent = visit.counts.of(unit, replace(where, urgent=True))
    return Pile(count, urgent, last[0].opened_at if last else None)


def stuck(unit: Unit, now: datetime) -> int:
    """How many disputed cases have nobody left who could be the third person."""
    disputed = unit.cases.find(CaseFilter(states=(CaseState.DISPUTED,)), limit=_MANY)
    return sum(not thirds(unit, case, now) for case in disputed)


def unread(unit: Unit, actor: Actor) -> Pile | None:
    """Reports from people that wait to be read at this account's desk, those set apart included; None for who
    reads none."""
    desks = desks_of(actor)
    if not desks:
        return None
    return Pile(
        unit.public_reports.count(desks, UNREAD),
        unit.public_reports.count(desks, UNREAD, urgent=True),
        unit.public_reports.oldest(desks, UNREAD),
    )


@router.get("/")
def overview(visit: AtDesk) -> Response:
    return visit.page(
        "overview.html",
        **done_of(visit.request),
        hotline=HOTLINE,
        exposure=exposure(visit),
        only_hard=visit.request.query_params.get("only_hard") == "1",
        **_piles(visit),
    )


@router.get("/help")
def help_page(visit: AtDesk) -> Response:
    """Keys, words, and where officers find support themselves."""
    return visit.page("help.html")


@router.get("/support")
def support(visit: AtDesk) -> Response:
    """Where officers find support. Nothing notes who opens it."""
    return visit.page("support.html", support=visit.desk.support)


def _piles(visit: Visit) -> dict[str, Any]:
    me, now = visit.person.name, visit.desk.clock()
    with visit.desk.database.read() as unit:
        piles: dict[str, Any] = {
            "mine": _mine(unit, me),
            "review": None,
            "returned": None,
            "protect": None,
            "approvals": None,
            "appeals": [],
            "alarms": [],
            "ringing": unit.oncall.unanswered() if visit.can("read_protect_queue") else [],
            "overdue": 0,
            "proposed": 0,
            "clauses": 0,
            "silent": 0,
            "audit_events": 0,
            "news": 0,
            "stuck": 0,
            "told": unread(unit, visit.person),
        }
        if visit.can("read_review_queue"):
            piles["review"] = pile(visit, unit, CaseFilter(route=Route.REVIEW, states=WAITING))
            piles["returned"] = pile(
                visit, unit, CaseFilter(route=Route.REVIEW, states=(CaseState.RETURNED,))
            )
        if visit.can("read_protect_queue"):
            piles["protect"] = pile(visit, unit, CaseFilter(route=Route.PROTECT, states=WAITING))
        if visit.can("approve"):
            piles["approvals"] = pile(visit, unit, CaseFilter(states=FOR_APPROVERS, not_decided_by=me))
        if visit.can("decide_appeal"):
            piles["appeals"] = unit.appeals.pending()
        if visit.can("read_notices"):
            piles["overdue"] = unit.notices.count(NoticeState.OVERDUE)
        if visit.can("manage_sources"):
            waiting = (SourceState.PROPOSED, SourceState.HALTED, SourceState.LAPSED)
            sources = unit.sources.all()
            piles["proposed"] = sum(source.state in waiting for source in sources)
            piles["silent"] = sum(silence(unit, source, now) is not None for source in sources)
        if visit.can("search"):
            piles["news"] = unit.alerts.unseen(me)
        if visit.can("read_audit"):
            piles["audit_events"] = unit.audit.head()[0]
        if visit.can("manage_accounts"):
            piles["stuck"] = stuck(unit, now)
    if visit.can("manage_clauses"):
        piles["clauses"] = visit.desk.clauses.waiting()
    if visit.can("read_protect_queue"):
        piles["alarms"] = sorted(
            visit.desk.protect.alarms(), key=lambda alarm: now - alarm.since, reverse=True
        )
    return piles


def _mine(unit: Unit, name: str) -> Sequence[Case]:
    return unit.cases.find(CaseFilter(states=WITH_SOMEBODY, claimed_by=name), limit=20)
