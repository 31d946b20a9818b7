"""Breaks are proposed by what was read; only to who read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lachan.domain.taxonomy import Category, Context
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


def test_whoever_rests_is_given_no_hard_case(station: Station) -> None:
    officer = station.person("can-bo")
    hard, light = station.case("x", Category.SELFHARM), station.case("y", Category.AGE_UNSUITABLE)
    officer.post("/settings", rest="on", next="/")
    assert officer.post("/queue/review/next").headers["location"] == f"/cases/{light.id}"
    answer = officer.post("/queue/review/next")
    assert answer.headers["location"] == "/?only_hard=1"
    assert "Lúc này chỉ còn các vụ nặng" in officer.get("/?only_hard=1").text
    officer.post("/settings", rest="off", next="/")
    assert officer.post("/queue/review/next").headers["location"] == f"/cases/{hard.id}"


def test_a_rest_ends_with_the_shift_and_is_nobody_elses_business(station: Station) -> None:
    officer = station.person("can-bo")
    before = len(station.actions("account:can-bo"))
    kept = officer.post("/settings", rest="on", next="/").headers["set-cookie"]
    assert kept.startswith("lachan-rest=on") and "Max-Age=43200" in kept
    assert "Bạn đang nghỉ các loại nặng" in officer.get("/").text
    assert "Bạn đang nghỉ các loại nặng" not in station.person("can-bo-hai").get("/").text
    officer.get("/support")
    assert len(station.actions("account:can-bo")) == before, "nothing is logged"


def test_a_child_in_need_is_not_rested_from(station: Station) -> None:
    child = station.case("em cần giúp", Category.SELFHARM, context=Context.VICTIM)
    helper = station.person("bao-ve")
    helper.post("/settings", rest="on", next="/")
    assert helper.post("/queue/protect/next").headers["location"] == f"/cases/{child.id}"


@pytest.mark.parametrize(("name", "look"), [("grey", "grey"), ("calm", "calm")])
def test_looks_are_switched_on_and_off(station: Station, name: str, look: str) -> None:
    analyst = station.person("phan-tich")
    assert '<html lang="vi">' in analyst.get("/support").text
    analyst.post("/settings", next="/support", **{name: "on"})
    assert f'<html lang="vi" class="{look}">' in analyst.get("/support").text
    analyst.post("/settings", next="/support", **{name: "off"})
    assert '<html lang="vi">' in analyst.get("/support").text


def test_the_page_names_the_units_support(station: Station) -> None:
    page = station.person("kiem-tra").get("/support").text
    assert "Đơn vị chưa ghi nơi hỗ trợ" in page and "115" in page
    station.app.state.desk = replace(station.desk, support="Phòng <b>Y tế</b>, tầng 2")
    assert "Phòng &lt;b&gt;Y tế&lt;/b&gt;, tầng 2" in station.person("kiem-tra").get("/support").text
