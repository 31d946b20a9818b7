"""Weeks: Monday to Sunday, named after ISO 8601, counted in Vietnam's day."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(
    timedelta(hours=7), "Asia/Ho_Chi_Minh"
)  # no summer time since 1975: needs no tzdata
SERIES_WEEKS: Final = 12
MEAN_WEEKS: Final = 4
_WEEK: Final = timedelta(days=7)
_MOST_WEEKS: Final = 53  # a chart of more than a year cannot be read


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of the week that `day` lies in."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def week_name(day: date) -> str:
    """`2026-W47`; the year is that of the week's Thursday (ISO 8601)."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_before(monday: date, count: int) -> list[tuple[date, date]]:
    """The `count` whole weeks before the one that begins on `monday`, oldest first."""
    return [week_of(monday - back * _WEEK) for back in range(count, 0, -1)]


def series_of(first: date, last: date) -> list[tuple[date, date]]:
    """The weeks of a series, oldest first: twelve up to the week of `last`, more where the range is longer
    (a year at most)."""
    end = week_of(last)
    spanned = (end[0] - week_of(first)[0]).days // 7 + 1
    count = min(max(SERIES_WEEKS, spanned), _MOST_WEEKS)
    return [*weeks_before(end[0], count - 1), end]


def is_week(first: date, last: date) -> bool:
    """Whether the range is exactly one week, Monday to Sunday."""
    return week_of(first) == (first, last)
