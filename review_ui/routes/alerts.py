"""Alerts: made with a reason, seen, renewed, ended; and what they told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from lachan.domain.alert import (
    LASTS,
    WHY,
    Alert,
    AlertPace,
    AlertSubject,
    AlertWay,
    Line,
    Quiet,
    Watch,
    running,
)
from lachan.domain.errors import LachanError
from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category
from review_ui.failures import status_of
from review_ui.guard import AtDesk, Number, Visit
from review_ui.routes.search import parse_choice

router = APIRouter(include_in_schema=False)

SOON: Final = timedelta(days=7)  # before its end an alert says so
Member = TypeVar("Member", bound=StrEnum)
#: What the form holds, and what an address may fill in beforehand.
_FIELDS = ("subject", "category", "kind", "place", "pace", "quiet_start", "quiet_end", "reason")
_FILLED = ("subject", "category", "kind", "place")


@router.get("/alerts")
def alerts(visit: AtDesk) -> Response:
    filled = {name: visit.request.query_params.get(name, "")[:80] for name in _FILLED}
    return _show(visit, filled)


@router.post("/alerts")
def make(visit: AtDesk) -> Response:
    try:
        visit.desk.alerts.make(
            visit.person,
            Watch(
                parse_choice(AlertSubject, visit.field("subject")),
                _maybe(Category, visit.field("category")),
                _maybe(SourceKind, visit.field("kind")),
                visit.field("place"),
            ),
            visit.field("reason"),
            parse_choice(AlertPace, visit.field("pace")),
            [parse_choice(AlertWay, way) for way in visit.fields("way")],
            _quiet(visit.field("quiet_start"), visit.field("quiet_end")),
        )
    except LachanError as error:
        if status_of(error) != 422:
            raise
        return _show(visit, {name: visit.field(name) for name in _FIELDS}, error)
    return visit.go("/alerts?kept=made")


@router.post("/alerts/reach")
def reach(visit: AtDesk) -> Response:
    try:
        visit.desk.alerts.set_email(visit.person, visit.field("address"))
    except LachanError as error:
        if status_of(error) != 422:
            raise
        return _show(visit, {}, error)
    return visit.go("/alerts?kept=reach")


@router.post("/alerts/{alert_id}/renew")
def renew(visit: AtDesk, alert_id: Number) -> Response:
    visit.desk.alerts.renew(visit.person, alert_id)
    return visit.go("/alerts?kept=renewed")


@router.post("/alerts/{alert_id}/end")
def end(visit: AtDesk, alert_id: Number) -> Response:
    visit.desk.alerts.end(visit.person, alert_id)
    return visit.go("/alerts?kept=ended")


@router.get("/alerts/told/{bulletin_id}")
def told(visit: AtDesk, bulletin_id: Number) -> Response:
    """What was told at one time; from here on to the counts."""
    found = visit.desk.alerts.open(visit.person, bulletin_id)
    spoken = [(line, found.alerts.get(line.alert)) for line in found.bulletin.lines]
    rows = [(line, alert, link(alert, line) if alert else "") for line, alert in spoken]
    return visit.page("alerts_told.html", bulletin=found.bulletin, rows=rows, sendings=found.sendings)


def link(alert: Alert, line: Line) -> str:
    """The page of the desk that shows what was counted."""
    watch = alert.watch
    if watch.subject is AlertSubject.RISING:
        return f"/search/rising?week={line.first.isoformat()}"
    asked = {
        "q": "",
        "category": watch.category or "",
        "kind": watch.kind or "",
        "place": watch.place,
        "from": line.first.isoformat(),
        "to": line.last.isoformat(),
    }
    return f"/search?{urlencode({key: value for key, value in asked.items() if value or key == 'q'})}"


def _maybe(kind: type[Member], given: str) -> Member | None:
    return parse_choice(kind, given) if given else None


def _quiet(start: str, end: str) -> Quiet | None:
    """Raises InputError."""
    if not start and not end:
        return None
    return Quiet(_hour(start), _hour(end))


def _hour(given: str) -> int:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 3 else -1


def _show(visit: Visit, typed: Mapping[str, str], error: LachanError | None = None) -> Response:
    now, kept = visit.desk.clock(), visit.request.query_params.get("kept", "")
    try:
        places = visit.desk.alerts.places(visit.person)
    except (LachanError, OSError):
        places = []  # the index is down or being rebuilt: the rest of the page goes on
    own = [(alert, running(alert, now)) for alert in visit.desk.alerts.of(visit.person)]
    address = visit.desk.alerts.email(visit.person)
    return visit.page(
        "alerts.html",
        status_of(error) if error else 200,
        alerts=own,
        unreachable=not address and any(runs and AlertWay.MAIL in alert.ways for alert, runs in own),
        soon=now + SOON,
        bulletins=visit.desk.alerts.told(visit.person),
        places=places,
        subjects=list(AlertSubject),
        categories=list(Category),
        kinds=list(SourceKind),
        paces=list(AlertPace),
        ways=visit.desk.alerts.ways,
        ticked=visit.fields("way"),
        email=visit.field("address") or address,
        why=WHY,
        days=LASTS.days,
        typed=typed,
        kept=kept if kept in ("made", "reach", "renewed", "ended") else "",
        refusal=visit.language.refusal(error) if error else "",
    )
