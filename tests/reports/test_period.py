"""Weeks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lachan.reports.period import is_week, series_of, week_name, week_of, weeks_before

DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@given(DAYS)
def test_a_week_runs_from_monday_to_sunday_around_its_day(day: date) -> None:
    monday, sunday = week_of(day)
    assert monday <= day <= sunday
    assert (monday.weekday(), sunday - monday) == (0, timedelta(days=6))
    assert is_week(monday, sunday) and not is_week(monday, monday)


def test_the_year_of_a_week_is_that_of_its_thursday() -> None:
    assert week_name(date(2026, 11, 22)) == "2026-W47"
    assert week_name(date(2027, 1, 3)) == "2026-W53"
    assert week_name(date(2024, 12, 30)) == "2025-W01"


@given(DAYS, st.integers(0, 900))
def test_a_series_is_whole_weeks_without_gaps_up_to_the_last_day(last: date, back: int) -> None:
    series = series_of(last - timedelta(days=back), last)
    assert series[-1] == week_of(last)
    assert 12 <= len(series) <= 53
    assert all(b[0] - a[0] == timedelta(days=7) for a, b in pairwise(series))
    assert back > 365 or series[0][0] <= last - timedelta(days=back)


def test_comparison_weeks_end_before_the_week() -> None:
    assert weeks_before(date(2026, 11, 16), 2) == [
        (date(2026, 11, 2), date(2026, 11, 8)),
        (date(2026, 11, 9), date(2026, 11, 15)),
    ]
