"""Breaks are proposed by what was read; only to who read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lachan.domain.taxonomy import Category
from review_ui.health import HARD_MANY, break_due
from tests.review_ui.station import Station

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


def minutes(*ago: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in ago]


@pytest.mark.parametrize(
    ("taken", "due"),
    [
        ([], False),
        (minutes(5), False),
        (minutes(*range(95, 0, -5)), True),  # an hour and a half, never ten minutes apart
        (minutes(*range(85, 0, -5)), False),
        (minutes(*range(200, 100, -5), 50, 45, 5), False),  # there was a pause
        (minutes(*range(120, 10, -5)), False),  # and there is one now
        (minutes(*(n / 4 for n in range(30, 0, -1))), True),  # thirty in eight minutes
        (minutes(*(n / 4 for n in range(29, 0, -1))), False),
    ],
)
def test_a_break_is_due_after_a_stretch_without_a_pause(taken: list[datetime], due: bool) -> None:
    assert break_due(taken, NOW) is due


def test_what_was_read_is_shown_to_its_reader_alone(station: Station) -> None:
    officer = station.person("can-bo")
    assert "Ca này bạn đã đọc" not in officer.get("/").text
    for _ in range(HARD_MANY):
        case = station.case("x", Category.SELFHARM)
        officer.post(f"/cases/{case.id}/claim")
    page = officer.get("/").text
    assert "Ca này bạn đã đọc 15 vụ việc" in page and "Tự hại" in page
    assert "xin đổi sang loại khác" in page and "nghỉ mười phút" not in page
    assert "Ca này bạn đã đọc" not in station.person("can-bo-hai").get("/").text
    for _ in range(15):
        case = station.case("x", Category.DRUGS_TO_MINORS)
        officer.post(f"/cases/{case.id}/claim")
    assert "nghỉ mười phút" in officer.get("/").text
    station.clock.forward(timedelta(minutes=10))
    assert "nghỉ mười phút" not in officer.get("/").text
