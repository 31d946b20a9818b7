"""Times in words, and clocks that turn colour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lachan.domain.case import Case, CaseState
from lachan.domain.taxonomy import AgeBand, Category, Context, Route
from review_ui.moments import Colour, case_deadline, deadline, moment, past_ceiling, span, week_days, week_of

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


def _case(route: Route, age: timedelta, *, urgent: bool = False) -> Case:
    opened = NOW - age
    return Case(
        1, route, CaseState.OPEN, "s", (Category.SELFHARM,), Context.VICTIM, urgent, AgeBand.AGE_UNKNOWN,
        opened, None, opened + timedelta(days=14),
    )  # fmt: skip


def test_moments_are_vietnamese() -> None:
    assert moment(NOW) == "22/11/2026 14:05"
    assert moment(datetime(2026, 12, 31, 20, 0, tzinfo=UTC)) == "01/01/2027 03:00"


@pytest.mark.parametrize(
    ("length", "vi", "en"),
    [
        (timedelta(seconds=20), "chưa đầy một phút", "under a minute"),
        (timedelta(minutes=1), "1 phút", "1 minute"),
        (timedelta(hours=3, minutes=12), "3 giờ 12 phút", "3 hours 12 minutes"),
        (timedelta(days=2, minutes=5), "2 ngày", "2 days"),
        (-timedelta(days=1, hours=1), "1 ngày 1 giờ", "1 day 1 hour"),
    ],
)
def test_lengths_in_words(length: timedelta, vi: str, en: str) -> None:
    assert (span(length, "vi"), span(length, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("route", "urgent", "age", "colour"),
    [
        (Route.PROTECT, True, timedelta(minutes=30), Colour.CALM),
        (Route.PROTECT, True, timedelta(minutes=45), Colour.SOON),
        (Route.PROTECT, True, timedelta(hours=1), Colour.LATE),
        (Route.PROTECT, False, timedelta(hours=1), Colour.CALM),
        (Route.PROTECT, False, timedelta(hours=5), Colour.LATE),
        (Route.REVIEW, True, timedelta(minutes=16), Colour.LATE),
        (Route.REVIEW, False, timedelta(hours=5), Colour.CALM),
        (Route.REVIEW, False, timedelta(days=2), Colour.SOON),
        (Route.REVIEW, False, timedelta(days=13), Colour.LATE),
    ],
)
def test_clocks_turn_colour(route: Route, urgent: bool, age: timedelta, colour: Colour) -> None:
    assert case_deadline(_case(route, age, urgent=urgent), NOW).colour is colour


def test_an_urgent_case_in_hand_is_seen() -> None:
    case = replace(_case(Route.REVIEW, timedelta(hours=1), urgent=True), state=CaseState.CLAIMED)
    assert case_deadline(case, NOW).colour is Colour.CALM


def test_the_ceiling_of_the_law() -> None:
    assert not past_ceiling(_case(Route.PROTECT, timedelta(hours=12)), NOW)
    assert past_ceiling(_case(Route.PROTECT, timedelta(hours=12, minutes=1)), NOW)
    assert not past_ceiling(_case(Route.REVIEW, timedelta(days=3)), NOW)


def test_a_deadline_is_late_at_its_moment() -> None:
    assert deadline(NOW, NOW - timedelta(hours=3), NOW).colour is Colour.LATE


def test_weeks() -> None:
    assert week_of(date(2026, 11, 22)) == "2026-W47"
    assert week_days("2026-W47") == (date(2026, 11, 16), date(2026, 11, 22))
    assert week_of(date(2027, 1, 1)) == "2026-W53"
    for bad in ("2026", "2026-W54", "2026-W0", "x-Wy"):
        with pytest.raises(ValueError):
            week_days(bad)
