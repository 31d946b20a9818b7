"""What engines are asked to count, and their counts by day rolled up into days, weeks or months of Asia/Ho_Chi_Minh:
by us, so that every engine's weeks begin on the same day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from index.document import split_day
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import Facet, TimeBucket, TimeStep

#: The most values that an engine is asked to count: 27 years of days, 14 of days with category.
MOST_DAYS: Final = 10_000
MOST_DAY_CATEGORIES: Final = 60_000
MOST_VALUES: Final = 10_000  # of a facet


Counted = tuple[
    dict[Facet, dict[str, int]], tuple[TimeBucket, ...]
]  # the facets and the histogram of all hits


def counts(facets: Iterable[Facet], step: TimeStep | None) -> dict[str, Any]:
    """The aggregations to ask for; the engines have one language for them."""
    wanted = [(facet.value, MOST_VALUES) for facet in facets]
    if step is not None:
        wanted += [("day", MOST_DAYS), ("day_category", MOST_DAY_CATEGORIES)]
    return {name: {"terms": {"field": name, "size": size}} for name, size in wanted}


def counted(found: Mapping[str, Any], facets: Iterable[Facet], step: TimeStep | None) -> Counted:
    """What an engine answered to `counts`."""

    def buckets(name: str) -> Sequence[Mapping[str, Any]]:
        return list(found[name]["buckets"])

    by_facet = {
        facet: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets(facet.value)}
        for facet in facets
    }
    if step is None:
        return by_facet, ()
    days, day_categories = (
        [(int(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets(name)]
        for name in ("day", "day_category")
    )
    return by_facet, rolled(days, day_categories, step)


def start_of(day: date, step: TimeStep) -> date:
    """The first day of the step that `day` lies in."""
    match step:
        case TimeStep.DAY:
            return day
        case TimeStep.WEEK:
            return day - timedelta(days=min(day.weekday(), day.toordinal() - 1))
        case TimeStep.MONTH:
            return day.replace(day=1)


def rolled(
    days: Iterable[tuple[int, int]], day_categories: Iterable[tuple[int, int]], step: TimeStep
) -> tuple[TimeBucket, ...]:
    """Buckets, oldest first, from (day, count) and (day_category, count) of those days; empty ones are left out."""
    starts: dict[int, date] = {}
    counts: Counter[date] = Counter()
    categories: defaultdict[date, Counter[Category]] = defaultdict(Counter)
    for day, count in days:
        starts[day] = start_of(date.fromordinal(day), step)
        counts[starts[day]] += count
    for value, count in day_categories:
        day, category = split_day(value)
        if day in starts:
            categories[starts[day]][category] += count
    return tuple(
        TimeBucket(start, counts[start], {c: categories[start][c] for c in Category if categories[start][c]})
        for start in sorted(counts)
        if counts[start]
    )
