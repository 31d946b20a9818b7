"""What an operator's monitoring asks every minute: counts and moments, of sources and queues. No text, no address, no
person: nothing here could name one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lachan.domain.case import AWAITS_ANOTHER, CaseState
from lachan.domain.directory import Standing
from lachan.domain.report import UNREAD, ReportDesk
from lachan.domain.taxonomy import Route
from lachan.pipeline.crawl_status import SourceStatus, crawl_status
from lachan.pipeline.ports import CaseFilter, Counter, ScheduledJob, Unit
from lachan.pipeline.sources import STOP

_WAITING: Final = (CaseState.OPEN, CaseState.RETURNED, CaseState.ESCALATED)
#: Queue -> what stands in it.
QUEUES: Final[Mapping[str, CaseFilter]] = {
    "review": CaseFilter(route=Route.REVIEW, states=_WAITING),
    "protect": CaseFilter(route=Route.PROTECT, states=_WAITING),
    "approvals": CaseFilter(states=(*AWAITS_ANOTHER, CaseState.SPEAKER_PROPOSED)),
}


@dataclass(frozen=True)
class Depth:
    """How much waits in a queue."""

    waiting: int
    urgent: int


@dataclass(frozen=True)
class Vitals:
    """`totals` are counters since the first day, by source; `held_back` cases of a flood, by source. `unanswered` are
    the moments since when urgent protection cases wait for somebody, oldest first."""

    stopped: bool
    sources: tuple[SourceStatus, ...]
    totals: Mapping[str, Mapping[Counter, int]]
    held_back: Mapping[str, int]
    inbox: int
    outbox: int
    outbox_oldest: int | None  # the row's number
    queues: Mapping[str, Depth]
    reports: Depth
    unanswered: tuple[datetime, ...]
    unaccepted: int  # referrals that nobody accepted in two hours
    contacts: Mapping[Standing, int]  # of the directory
    jobs: tuple[ScheduledJob, ...]


def vitals(unit: Unit, now: datetime) -> Vitals:
    """Everything at this moment."""
    sources = tuple(crawl_status(unit, now))
    desks = tuple(ReportDesk)
    oldest = unit.outbox.pending(1)
    return Vitals(
        stopped=unit.state.get(STOP) is not None,
        sources=sources,
        totals={one.key: unit.sources.totals(one.key) for one in sources},
        held_back={line.source: line.cases for line in unit.floods.waiting()},
        inbox=unit.inbox.size(),
        outbox=unit.outbox.size(),
        outbox_oldest=oldest[0].id if oldest else None,
        queues={name: _depth(unit, where) for name, where in QUEUES.items()},
        reports=Depth(
            unit.public_reports.count(desks, UNREAD), unit.public_reports.count(desks, UNREAD, urgent=True)
        ),
        unanswered=tuple(sorted(alarm.since for alarm in unit.oncall.unanswered())),
        unaccepted=sum(
            each.accept_by is not None and each.accept_by <= now for each in unit.referrals.pending()
        ),
        contacts=unit.directory.standings(now),
        jobs=tuple(unit.schedule.all()),
    )


def _depth(unit: Unit, where: CaseFilter) -> Depth:
    urgent = CaseFilter(route=where.route, states=where.states, urgent=True)
    return Depth(unit.cases.count(where), unit.cases.count(urgent))
