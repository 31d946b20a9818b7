"""Counts by day, as engines give them, rolled up into days, weeks or months of Asia/Ho_Chi_Minh: by us, so that every
engine's weeks begin on the same day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from index.document import split_day
from lachan.domain.taxonomy import Category
from lachan.pipeline.ports import TimeBucket, TimeStep

#: The most values that an engine is asked to count: 27 years of days, 14 of days with category.
MOST_DAYS: Final = 10_000
MOST_DAY_CATEGORIES: Final = 60_000
MOST_VALUES: Final = 10_000  # of a facet


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
