"""How reading goes, per source: what an operator looks at, and what should wake one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from lachan.domain.budget import Budget
from lachan.domain.post import Source, SourceKind, SourceState
from lachan.pipeline.ports import Counter, Unit
from lachan.pipeline.spending import spent_today

#: A source that gave posts in the weeks before and none in this time was changed, moved or shut us out.
SILENT: Final = timedelta(days=3)
SILENT_STEADY: Final = timedelta(days=2)  # the day under way is one of them
STEADY_DAYS: Final = 10  # of the fourteen before
BEFORE: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)


class Silence(StrEnum):
    """What is seen of a source that stopped yielding."""

    NO_POSTS = "no_posts"  # pages come, nothing in them
    FAILING = "failing"
    REFUSED = "refused"  # by robots.txt
    NOT_READ = "not_read"  # nobody asked: our side


@dataclass(frozen=True)
class SourceStatus:
    """One source. Counts are of the last seven days; `backlog` are pages that wait now, `errors` those of them (or
    given up) by what went wrong. `silent`: it gave posts before and gives none any more, and what is seen of it.
    `held_back`: the word for what of its budget is used up, or that it is not its hour; a run's own bounds begin
    anew and are not seen here.
    """

    key: str
    state: SourceState
    last_success: datetime | None
    pages: int
    unchanged: int
    posts: int
    new: int
    robots_refused: int
    backlog: int
    errors: Mapping[str, int] = field(default_factory=dict)
    silent: Silence | None = None
    pages_today: int = 0
    bytes_today: int = 0
    budget: Budget = field(default_factory=Budget)
    held_back: str | None = None


def crawl_status(unit: Unit, now: datetime) -> list[SourceStatus]:
    """Every source that is read or was, by key."""
    waiting, last, errors = unit.frontier.counts(), unit.frontier.last_done(), unit.frontier.errors()
    found = []
    for source in sorted(unit.sources.all(), key=lambda source: source.key):
        if source.state is SourceState.PROPOSED:
            continue
        week = unit.sources.totals(source.key, _day(now - 7 * DAY), _day(now))
        backlog = waiting.get(source.key, {})
        spent = spent_today(unit, source.key, now)
        found.append(
            SourceStatus(
                source.key,
                source.state,
                last.get(source.key),
                week[Counter.PAGES],
                week[Counter.UNCHANGED],
                week[Counter.EXTRACTED],
                week[Counter.INBOXED],
                week[Counter.ROBOTS],
                backlog.get("pending", 0) + backlog.get("leased", 0),
                errors.get(source.key, {}),
                silent=silence(unit, source, now),
                pages_today=spent.pages_day,
                bytes_today=spent.bytes_day,
                budget=source.budget,
                held_back=source.budget.holds_back(spent, now),
            )
        )
    return found


def silence(unit: Unit, source: Source, now: datetime) -> Silence | None:
    """Why an active source that used to yield yields no more; None for one that does, or never did.

    Pages that are not sent again count as a sign of life: a quiet place is no broken one. Nor is one that waits for
    its budget or its hour. A source that gave posts nearly every day is missed after a day, others after three.
    """
    if source.state is not SourceState.ACTIVE or source.kind is SourceKind.IMPORT:
        return None
    today = _day(now)
    gave = unit.sources.days_with(source.key, Counter.EXTRACTED, today - BEFORE - SILENT, today)
    if not gave:
        return None
    steady = [day for day in gave if today - BEFORE <= day < today]
    patience = SILENT_STEADY if len(steady) >= STEADY_DAYS else SILENT
    if today - gave[-1] < patience:
        return None
    lately = unit.sources.totals(source.key, today - patience + DAY, today)
    if lately[Counter.UNCHANGED]:
        return None
    if lately[Counter.PAGES]:
        return Silence.NO_POSTS
    if lately[Counter.ROBOTS] and not lately[Counter.ERRORS]:
        return Silence.REFUSED
    return Silence.FAILING if lately[Counter.ERRORS] else Silence.NOT_READ


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
