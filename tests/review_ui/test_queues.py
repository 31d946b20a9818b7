"""Overview and queues."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lachan.domain.assessment import Assessment, Label
from lachan.domain.case import KEEP_UNDECIDED
from lachan.domain.flood import THREAD_BOUND
from lachan.domain.taxonomy import Category, Context, Route
from lachan.pipeline.flood import open_cases
from lachan.pipeline.ports import NewCase
from review_ui.routes import queues
from tests.review_ui.station import Station


def test_rows_say_why_they_stand_there(station: Station) -> None:
    case = station.case("bán pod cho lớp 8", Category.DRUGS_TO_MINORS, urgent=True)
    station.clock.forward(timedelta(hours=3, minutes=12))
    page = station.person("can-bo").get("/queue/review").text
    assert case.number in page
    assert "Ma túy, chất cấm" in page and "Khẩn cấp" in page
    assert "chờ 3 giờ 12 phút" in page and "clock late" in page
    assert "Diễn đàn Bến Sông" in page
    assert "bán pod" not in page  # no text before somebody asks for it


def test_filters_restrict_and_refuse_what_is_not_listed(station: Station) -> None:
    drugs, fight = (
        station.case(),
        station.case("x", Category.YOUTH_VIOLENCE_CALL, urgent=True, source="truong"),
    )
    officer = station.person("can-bo")
    for query, seen, hidden in (
        ("category=drugs_to_minors", drugs, fight),
        ("source=truong", fight, drugs),
        ("urgent=1", fight, drugs),
    ):
        page = officer.get(f"/queue/review?{query}").text
        assert seen.number in page and hidden.number not in page, query
    assert officer.get("/queue/review?category=politics").status_code == 422
    assert officer.get("/queue/review?page=0").status_code == 422


def test_long_queues_have_pages_that_keep_the_filter(station: Station) -> None:
    for _ in range(queues.PAGE + 1):
        station.case()
    officer = station.person("can-bo")
    first = officer.get("/queue/review?category=drugs_to_minors").text
    assert "?category=drugs_to_minors&amp;page=2" in first
    assert first.count("data-case=") == queues.PAGE
    assert officer.get("/queue/review?category=drugs_to_minors&page=2").text.count("data-case=") == 1


def test_at_work_says_who_holds_what(station: Station) -> None:
    case = station.case()
    station.person("can-bo").post(f"/cases/{case.id}/claim")
    other = station.person("can-bo-hai")
    assert case.number not in other.get("/queue/review").text
    assert "(can-bo)" in other.get("/queue/review?show=at_work").text
    assert case.number in station.person("can-bo").get("/queue/mine").text
    assert case.number not in other.get("/queue/mine").text


def test_an_empty_queue_offers_a_break(station: Station) -> None:
    officer = station.person("can-bo")
    assert "Bạn có thể nghỉ một lát" in officer.get("/").text
    assert officer.post("/queue/review/next").headers["location"] == "/queue/review"


def test_the_overview_counts_and_names_the_oldest(station: Station) -> None:
    station.case()
    station.clock.forward(timedelta(days=1, hours=1))
    station.case(urgent=True)
    station.case(context=Context.VICTIM)
    page = station.person("can-bo").get("/").text
    assert '<p class="count">2</p>' in page
    assert "1 khẩn cấp" in page and "cũ nhất chờ 1 ngày 1 giờ" in page
    assert "Chờ được giúp" not in page
    assert "Chờ được giúp" in station.person("bao-ve").get("/").text
    for name in ("phe-duyet", "phan-tich", "kiem-tra", "quan-tri"):
        assert station.person(name).get("/").status_code == 200


def test_what_was_done_is_said_from_a_closed_list(station: Station) -> None:
    officer = station.person("can-bo")
    assert "VV-000003" in officer.get("/?done=dismissed&case=3").text
    assert "<b>" not in officer.get("/?done=%3Cb%3E&case=3").text


def flood(station: Station, amount: int) -> None:
    """Cases of one thread that stand in the day's gate, or behind it."""
    with station.database.read() as unit:
        (first,) = unit.cases.posts(station.case().id)
    post = station.post_like(first, "bán pod cho học sinh lớp 8")
    assessment = Assessment(Route.REVIEW, Context.PROMOTING, "thu@0", (Label(Category.DRUGS_TO_MINORS, 0.9),))
    new = NewCase(replace(post, thread="a" * 64), assessment, station.clock.now + KEEP_UNDECIDED)
    with station.database.write() as unit:
        open_cases(unit, [new] * amount, station.clock.now)


def test_a_flood_is_one_line_and_an_officer_lets_it_in(station: Station) -> None:
    flood(station, THREAD_BOUND + 30)
    officer = station.person("can-bo")
    page = officer.get("/queue/review").text
    assert page.count("data-case=") == THREAD_BOUND + 1
    assert (
        "Diễn đàn Bến Sông có quá nhiều bài có dấu hiệu gây hại: 30 vụ việc chờ đến lượt (1 chủ đề)" in page
    )
    assert officer.post("/queue/review/let-in", source="dien-dan").status_code == 303
    assert "10 vụ việc chờ đến lượt" in officer.get("/queue/review").text
    officer.post("/queue/review/let-in", source="dien-dan", all="1")
    assert "chờ đến lượt" not in officer.get("/queue/review").text
    assert officer.post("/queue/review/let-in", source="dien-dan").status_code == 422
    assert station.person("phe-duyet").post("/queue/review/let-in", source="dien-dan").status_code == 403
    assert station.actions("source:dien-dan").count("flood:let_in") == 2
