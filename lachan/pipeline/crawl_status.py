"""How reading goes, per source: what an operator looks at, and what should wake one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from lachan.domain.post import Source, SourceState
from lachan.pipeline.ports import Counter, Unit

#: A source that gave posts in the weeks before and none in this time was changed, moved or shut us out.
SILENT: Final = timedelta(days=3)
BEFORE: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class SourceStatus:
    """One source. Counts are of the last seven days; `backlog` are pages that wait now, `errors` those of them (or
    given up) by what went wrong. `silent`: it gave posts before and gives none any more."""

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
    silent: bool = False


def crawl_status(unit: Unit, now: datetime) -> list[SourceStatus]:
    """Every source that is read or was, by key."""
    waiting, last, errors = unit.frontier.counts(), unit.frontier.last_done(), unit.frontier.errors()
    found = []
    for source in sorted(unit.sources.all(), key=lambda source: source.key):
        if source.state is SourceState.PROPOSED:
            continue
        week = unit.sources.totals(source.key, _day(now - 7 * DAY), _day(now))
        backlog = waiting.get(source.key, {})
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
                silent=_fell_silent(unit, source, now),
            )
        )
    return found


def _fell_silent(unit: Unit, source: Source, now: datetime) -> bool:
    """Pages that are not sent again count as a sign of life: a quiet place is no broken one."""
    if source.state is not SourceState.ACTIVE:
        return False
    lately = unit.sources.totals(source.key, _day(now - SILENT + DAY), _day(now))
    before = unit.sources.totals(source.key, _day(now - SILENT - BEFORE + DAY), _day(now - SILENT))
    return before[Counter.EXTRACTED] > 0 and not lately[Counter.EXTRACTED] and not lately[Counter.UNCHANGED]


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
