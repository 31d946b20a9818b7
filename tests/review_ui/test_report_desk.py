"""Reports from people at the desk, and their ledger."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from lachan.domain.report import Quarantine, Reporter, ReportState, Told
from tests.review_ui.station import Station

WORDS = "em bị các bạn chặn ở cổng và trêu mỗi ngày"
URL = "https://dien-dan.example/bai/77"
HARM = "bán pod cho học sinh lớp 8, nhắn mình lấy liền"
CONTACT = "nhắn cô Lan sau 17 giờ"


def tell(station: Station, quarantine: Quarantine | None = None, **fields: object) -> tuple[int, str]:
    told = Told(Reporter.CHILD, WORDS, contact=CONTACT) if not fields else Told(**fields)  # type: ignore[arg-type]
    submitted = station.desk.public_reports.submit(told, quarantine)
    return submitted.report.id, submitted.code


def pointer(station: Station) -> int:
    return tell(station, reporter=Reporter.TEACHER, text="xem trang này", url=URL)[0]


def state(station: Station, report: int) -> ReportState:
    with station.database.read() as unit:
        return unit.public_reports.get(report).state


def test_from_the_queue_to_the_answer(station: Station) -> None:
    report, code = tell(station)
    helper = station.person("bao-ve")
    listed = helper.get("/public-reports").text
    assert "PA-000001" in listed and WORDS not in listed
    closed = helper.get(f"/public-reports/{report}").text
    assert WORDS not in closed and "Chưa ai đọc" in closed
    assert helper.post("/public-reports/next").headers["location"] == f"/public-reports/{report}"
    page = helper.get(f"/public-reports/{report}").text
    assert WORDS in page and CONTACT not in page
    early = helper.post(
        f"/public-reports/{report}/settle", outcome="child_helped", answer="Cảm ơn em rất nhiều"
    )
    assert early.status_code == 422
    assert "Hãy mở vụ việc trước" in early.text and "Cảm ơn em rất nhiều" in early.text
    done = helper.post(
        f"/public-reports/{report}/settle", outcome="advised", answer="Cảm ơn em. Hãy gọi 111."
    )
    assert done.headers["location"] == "/public-reports"
    assert "PA-000001" in helper.get("/public-reports", show="answered").text
    answered = station.browser().post("/report/follow", data={"code": code}).text
    assert "Cảm ơn em. Hãy gọi 111." in answered
    assert station.actions(f"report:{report}")[::-1][:4] == [
        "report:receive", "report:read", "report:view", "report:view",
    ]  # fmt: skip


def test_officers_see_pages_that_adults_point_to_and_no_child(station: Station) -> None:
    child, _ = tell(station)
    page = pointer(station)
    officer = station.person("can-bo")
    listed = officer.get("/public-reports").text
    assert "PA-000002" in listed and "PA-000001" not in listed
    assert officer.get(f"/public-reports/{child}").status_code == 403
    assert officer.post(f"/public-reports/{child}/read").status_code == 403
    assert officer.post(f"/public-reports/{page}/read").status_code == 303
    assert officer.post(f"/public-reports/{page}/contact", why="ask_back").status_code == 403
    assert officer.post(f"/public-reports/{page}/hand-over", desk="protect").status_code == 303
    assert officer.get(f"/public-reports/{page}").status_code == 403
    assert station.person("bao-ve").get(f"/public-reports/{page}").status_code == 200


def test_the_contact_is_shown_once_for_a_reason(station: Station) -> None:
    report, _ = tell(station)
    helper = station.person("bao-ve")
    helper.post(f"/public-reports/{report}/read")
    assert helper.post(f"/public-reports/{report}/contact", why="").status_code == 422
    shown = helper.post(f"/public-reports/{report}/contact", why="arrange_help")
    assert shown.status_code == 200 and CONTACT in shown.text
    assert CONTACT not in helper.get(f"/public-reports/{report}").text
    assert station.actions(f"report:{report}").count("report:show_contact") == 1


def test_a_protection_case_is_opened_and_its_page_works(station: Station) -> None:
    report, _ = tell(station)
    helper = station.person("bao-ve")
    helper.post(f"/public-reports/{report}/read")
    fields = {"need": "Một em bị trêu mỗi ngày ở trường, cần người lắng nghe.", "age": "child_u16"}
    refused = helper.post(f"/public-reports/{report}/protect", **fields)
    assert refused.status_code == 422 and fields["need"] in refused.text
    opened = helper.post(f"/public-reports/{report}/protect", category="child_privacy_bullying", **fields)
    case = helper.get(opened.headers["location"])
    assert case.status_code == 200 and "từ một phản ánh" in case.text and WORDS not in case.text
    assert "Một cán bộ đã đọc phản ánh" in case.text
    assert state(station, report) is ReportState.CLASSIFIED
    assert re.search(r'value="child_helped"[^>]* checked', helper.get(f"/public-reports/{report}").text)


def test_a_review_case_is_opened_from_the_words_of_the_page(station: Station) -> None:
    report = pointer(station)
    station.pages.texts[URL] = f"Diễn đàn {HARM} Trả lời của người khác"
    officer = station.person("can-bo")
    officer.post(f"/public-reports/{report}/read")
    fields = {"category": "drugs_to_minors", "age": "age_unknown"}
    refused = officer.post(f"/public-reports/{report}/review", quote="câu không có ở đó", **fields)
    assert refused.status_code == 403 and "câu không có ở đó" in refused.text
    officer.post(f"/public-reports/{report}/review", quote=HARM, **fields)
    page = officer.get(f"/public-reports/{report}").text
    found = re.search(r'href="(/cases/\d+)"', page)
    assert found
    case = officer.get(found.group(1)).text
    assert "bán pod" in case and "Trả lời của người khác" not in case


def test_quarantine_is_a_list_of_its_own_and_is_released(station: Station) -> None:
    report, _ = tell(station, Quarantine.FLOOD)
    helper = station.person("bao-ve")
    assert "PA-000001" not in helper.get("/public-reports").text
    assert "gửi dồn dập" in helper.get("/public-reports", show="apart").text
    assert helper.post(f"/public-reports/{report}/release").status_code == 303
    assert state(station, report) is ReportState.RECEIVED
    assert "PA-000001" in helper.get("/public-reports").text


def test_a_flood_hides_no_cry(station: Station) -> None:
    tell(station)
    tell(station, Quarantine.FLOOD, reporter=Reporter.CHILD, text="lời gửi dồn dập")
    helper = station.person("bao-ve")
    assert "khẩn cấp đang nằm ở mục Để riêng" not in helper.get("/public-reports").text
    tell(station, Quarantine.FLOOD, reporter=Reporter.CHILD, text="em đang bị đánh", danger_now=True)
    assert "1 phản ánh khẩn cấp đang nằm ở mục Để riêng" in helper.get("/public-reports").text
    apart = helper.get("/public-reports", show="apart").text
    assert apart.index("PA-000003") < apart.index("PA-000002"), "what is urgent stands first"


def test_the_overview_says_what_waits(station: Station) -> None:
    tell(station)
    tell(station, Quarantine.TRAP)
    pointer(station)
    helper, officer = station.person("bao-ve").get("/").text, station.person("can-bo").get("/").text
    for page, waiting in ((helper, 3), (officer, 1)):
        found = re.search(r'Phản ánh chưa đọc</a></h2>\s*<p class="count">(\d+)</p>', page)
        assert found and int(found.group(1)) == waiting
    assert "Phản ánh chưa đọc" not in station.person("kiem-tra").get("/").text


@pytest.mark.parametrize("name", ["kiem-tra", "phan-tich"])
def test_the_ledger_shows_that_all_were_received_read_and_answered(station: Station, name: str) -> None:
    report, _ = tell(station)
    _, code = tell(station)
    tell(station, Quarantine.FLOOD)
    helper = station.person("bao-ve")
    helper.post(f"/public-reports/{report}/read")
    helper.post(f"/public-reports/{report}/settle", outcome="advised", answer="Cảm ơn em.")
    station.browser().post("/report/withdraw", data={"code": code, "sure": "yes"})
    reader = station.person(name)
    page = reader.get("/public-reports/ledger")
    assert page.status_code == 200
    for hidden in (WORDS, CONTACT, "bao-ve", code, "Cảm ơn em."):
        assert hidden not in page.text
    body = reader.get("/public-reports/ledger/file", form="json").json()
    assert body["totals"] == {
        "received": 3, "withdrawn": 1, "read": 1, "classified": 1, "answered": 1, "waiting": 1, "overdue": 0,
    }  # fmt: skip
    assert body["shares"] == {"read": 0.5, "classified": 0.5, "answered": 0.5}
    assert body["outcomes"]["advised"] == 1
    saved = reader.get("/public-reports/ledger/file", form="csv")
    rows = list(csv.DictReader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert [(row["number"], row["state"], row["outcome"]) for row in rows] == [
        ("PA-000001", "answered", "advised"),
        ("PA-000002", "withdrawn", ""),
        ("PA-000003", "quarantined", ""),
    ]
    station.clock.forward(timedelta(days=8))
    station.clients.clear()
    reader = station.person(name)
    late = reader.get("/public-reports/ledger/file", form="json").json()
    assert late["totals"]["overdue"] == 1
    for query in ({"from": "hôm qua"}, {"from": "2026-11-23", "to": "2026-11-22"}, {"from": "2020-01-01"}):
        assert reader.get("/public-reports/ledger", **query).status_code == 422
    assert reader.get("/public-reports/ledger/file", form="pdf").status_code == 422


def test_a_child_sees_what_a_removal_came_to(station: Station) -> None:
    report, code = tell(
        station, reporter=Reporter.PARENT, text="nói xấu con tôi", url=URL, wants_removal=True
    )
    station.pages.texts[URL] = f"Diễn đàn {HARM}"
    helper = station.person("bao-ve")
    helper.post(f"/public-reports/{report}/read")
    answer = helper.post(
        f"/public-reports/{report}/review", quote=HARM, category="child_privacy_bullying", age="child_u16"
    )
    assert answer.status_code == 303
    page = station.browser().post("/report/follow", data={"code": code}).text
    assert "Chưa xem lại lần nào" in page and "Xem lại lần tới: 23/11/2026" in page
    assert '<span class="tag">đề nghị gỡ</span>' in helper.get(f"/public-reports/{report}").text
