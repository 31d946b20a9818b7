"""Places by week, of what people confirmed: where harm gathers, told as counts of five or more and never as posts.

a search -> its places of one level, the largest first -> for each the weeks -> small cells left out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Final

from lachan.domain.alphabet import alphabetical
from lachan.domain.place import PlaceLevel, level_of
from lachan.domain.small_cells import SMALLEST, cells_in_fives, in_fives
from lachan.pipeline.ports import Facet, SearchIndex, SearchRequest, TimeStep

MOST_PLACES: Final = 25
WEEKS: Final = 12
_HANOI: Final = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class PlaceRow:
    """A place and its cases, in fives. `weeks`: by the Monday; one that is missing had fewer than five, or none."""

    key: str
    total: int
    weeks: Mapping[date, int]


@dataclass(frozen=True)
class PlaceWeeks:
    """`mondays` in order; `rows` with the most cases first, at most `MOST_PLACES`."""

    mondays: tuple[date, ...]
    rows: tuple[PlaceRow, ...]


def last_weeks(now: datetime, until: date | None = None) -> tuple[date, date]:
    """The `WEEKS` whole weeks that end with the one of `until`, by default and at the latest with the last whole one
    before `now`: (a Monday, a Sunday). A week that still runs would say when its fifth case came."""
    over = now.astimezone(_HANOI).date() - timedelta(days=7)
    day = min(until or over, over)
    monday = day - timedelta(days=day.weekday())
    return monday - timedelta(weeks=WEEKS - 1), monday + timedelta(days=6)


def place_weeks(index: SearchIndex, request: SearchRequest, level: PlaceLevel) -> PlaceWeeks:
    """`request` between its `first` and `last`, which are a Monday and a Sunday, by places of `level` and week.

    Every count is told by itself. Raises as `SearchIndex.search` does.
    """
    assert request.first is not None and request.last is not None
    asked = replace(request, limit=0, offset=0, cursor="", facets=(Facet.PLACE,), step=None)
    counts = {
        key: n for key, n in index.search(asked).facets.get(Facet.PLACE, {}).items() if level_of(key) is level
    }
    large = sorted(
        (key for key in counts if counts[key] >= SMALLEST), key=lambda key: (-counts[key], alphabetical(key))
    )
    rows = []
    for key in large[:MOST_PLACES]:
        where = (*asked.where, (Facet.PLACE, key))
        found = index.search(replace(asked, where=where, facets=(), step=TimeStep.WEEK))
        weeks = cells_in_fives({bucket.start: bucket.count for bucket in found.histogram})
        rows.append(PlaceRow(key, in_fives(found.total) or 0, weeks))
    count = ((request.last - request.first).days + 1) // 7
    mondays = tuple(request.first + timedelta(weeks=number) for number in range(count))
    return PlaceWeeks(mondays, tuple(rows))
