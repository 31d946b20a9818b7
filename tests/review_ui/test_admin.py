"""Accounts, sources, the stop switch, the audit log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lachan.domain.budget import Budget
from lachan.domain.post import SourceState
from lachan.pipeline.ports import Counter, Link, PageKind
from tests.review_ui.station import PASSWORD, Station, source

PROPOSAL = {
    "key": "trang-moi",
    "title": "Trang <mới>",
    "url": "https://trang.example/goc/",
    "kind": "forum",
    "audience": "general",
    "purpose": "minors_present",
    "legal_basis": "Luật Trẻ em Điều 54",
    "contact": "Ban quản trị",
}


def _state(station: Station, key: str) -> SourceState:
    with station.database.read() as unit:
        return unit.sources.get(key).state


def test_a_source_takes_two_admins(station: Station) -> None:
    first, second = station.person("quan-tri"), station.person("quan-tri-hai")
    assert first.post("/admin/sources", **PROPOSAL).status_code == 303
    assert "Trang &lt;mới&gt;" in first.get("/admin/sources").text
    assert "trang.example" not in station.browser().get("/public/sources").text
    own = first.post("/admin/sources/trang-moi/confirm")
    assert own.status_code == 403 and "quản trị viên khác phải xác nhận" in own.text
    assert second.post("/admin/sources/trang-moi/confirm").status_code == 303
    assert _state(station, "trang-moi") is SourceState.ACTIVE
    assert "https://trang.example/goc/" in station.browser().get("/public/sources").text


def test_how_reading_goes_stands_in_words(station: Station) -> None:
    now = station.clock.now
    with station.database.write() as unit:
        place = replace(unit.sources.get("dien-dan"), budget=Budget(pages_day=40, from_hour=22, to_hour=5))
        unit.sources.save(place)
        unit.sources.count(
            "dien-dan", (now - timedelta(days=5)).date(), {Counter.EXTRACTED: 9, Counter.INBOXED: 7}
        )
        unit.sources.count("dien-dan", now.date(), {Counter.ERRORS: 3, Counter.BYTES: 2_500_000})
        link = Link("https://dien-dan.example/bai/1", PageKind.THREAD)
        unit.frontier.add("dien-dan", "dien-dan.example", [link], now)
        (page,) = unit.frontier.lease("w", now, now + timedelta(minutes=30), 1, ["dien-dan"])
        unit.frontier.retry(page, now, now + timedelta(hours=1), "http_503")
    shown = station.person("quan-tri").get("/admin/sources").text
    for words in (
        "Nguồn không còn lấy được bài: 1", "Không lấy được trang nào: xem các lỗi.", "chưa lần nào",
        "9 bài, 7 bài mới", "3 trang, 3 MB", "ngoài giờ được đọc", "máy chủ trả lời mã 503: 1",
        "40 trang mỗi ngày, từ 22 đến 5 giờ",
    ):  # fmt: skip
        assert words in shown, words
    assert "Nguồn không còn lấy được bài" in station.person("quan-tri").get("/").text
    station.person("quan-tri").post("/settings", language="en", next="/admin/sources")
    english = station.person("quan-tri").get("/admin/sources").text
    assert "the server answers 503: 1" in english and "40 pages a day, from 22 to 5" in english


def test_a_budget_is_changed_at_the_desk(station: Station) -> None:
    first, second = station.person("quan-tri"), station.person("quan-tri-hai")
    first.post("/admin/sources", **PROPOSAL, pages_day="100", bytes_day="20", from_hour="22", to_hour="5")
    second.post("/admin/sources/trang-moi/confirm")
    assert first.post(
        "/admin/sources/trang-moi/budget", pages_day="50", bytes_day="20", from_hour="22", to_hour="5"
    )
    with station.database.read() as unit:
        found = unit.sources.get("trang-moi")
    assert found.budget == Budget(pages_day=50, bytes_day=20_000_000, from_hour=22, to_hour=5)
    assert found.state is SourceState.ACTIVE
    first.post("/admin/sources/trang-moi/budget")
    assert _state(station, "trang-moi") is SourceState.PROPOSED
    assert first.post("/admin/sources/trang-moi/confirm").status_code == 403
    for wrong in (
        {"pages_day": "0"},
        {"pages_day": "mười"},
        {"from_hour": "22"},
        {"from_hour": "5", "to_hour": "5"},
    ):
        answer = first.post("/admin/sources/trang-moi/budget", **wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert station.person("can-bo").post("/admin/sources/trang-moi/budget", pages_day="1").status_code == 403


def test_a_person_is_no_source_and_the_form_keeps_its_words(station: Station) -> None:
    admin = station.person("quan-tri")
    answer = admin.post("/admin/sources", **{**PROPOSAL, "url": "https://dien-dan.example/member/7"})
    assert answer.status_code == 403
    assert "không bao giờ đọc trang cá nhân" in answer.text
    assert 'value="https://dien-dan.example/member/7"' in answer.text
    assert admin.post("/admin/sources", **{**PROPOSAL, "key": "Có Dấu"}).status_code == 422
    assert admin.post("/admin/sources", **{**PROPOSAL, "kind": "person"}).status_code == 422
    assert admin.post("/admin/sources", **{**PROPOSAL, "contact": ""}).status_code == 422


def test_anybody_on_duty_stops_and_an_admin_resumes(station: Station) -> None:
    officer = station.person("can-bo")
    assert officer.post("/admin/sources/dien-dan/stop").headers["location"] == "/stop"
    assert _state(station, "dien-dan") is SourceState.STOPPED
    assert officer.post("/stop").status_code == 303
    assert "Toàn hệ thống đang dừng" in station.person("phe-duyet").get("/").text
    assert officer.post("/stop/resume").status_code == 403
    admin = station.person("quan-tri")
    assert admin.post("/stop/resume").status_code == 303
    assert "Toàn hệ thống đang dừng" not in admin.get("/").text
    assert admin.post("/admin/sources/dien-dan/resume").status_code == 303
    assert _state(station, "dien-dan") is SourceState.PROPOSED


def test_an_account_is_made_and_its_secret_shown_once(station: Station) -> None:
    admin = station.person("quan-tri-hai")
    made = admin.post("/admin/accounts", name="can-bo-ba", role="officer", password=PASSWORD)
    with station.database.read() as unit:
        secret = unit.accounts.credentials("can-bo-ba").totp_secret
    assert secret and secret in made.text and "otpauth://totp/" in made.text
    assert made.headers["cache-control"] == "no-store"
    assert secret not in admin.get("/admin/accounts").text
    assert PASSWORD not in made.text


def test_accounts_that_may_not_be_made_are_explained(station: Station) -> None:
    first = station.person("quan-tri")
    approver = first.post("/admin/accounts", name="duyet-ba", role="approver", password=PASSWORD)
    assert approver.status_code == 403 and "quản trị viên thứ hai" in approver.text
    short = first.post("/admin/accounts", name="can-bo-ba", role="officer", password="ngan")
    assert short.status_code == 422 and "ít nhất 12 ký tự" in short.text
    assert first.post("/admin/accounts", name="can-bo", role="officer", password=PASSWORD).status_code == 409
    assert first.post("/admin/accounts", name="x", role="king", password=PASSWORD).status_code == 422


def test_a_closed_account_is_out_at_once(station: Station) -> None:
    officer = station.person("can-bo")
    admin = station.person("quan-tri")
    assert admin.post("/admin/accounts/can-bo/close").status_code == 303
    assert officer.get("/").status_code == 303
    assert admin.post("/admin/accounts/quan-tri/close").status_code == 403


def test_the_auditor_reads_and_verifies(station: Station) -> None:
    station.person("can-bo")
    auditor = station.person("kiem-tra")
    page = auditor.get("/audit").text
    assert "Lập tài khoản cán bộ" in page and "can-bo" in page
    assert "Nhật ký nguyên vẹn" in auditor.post("/audit/verify").text


def test_a_changed_log_is_said_so(station: Station, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    auditor = station.person("kiem-tra")
    with station.database.read() as unit:
        links = list(unit.audit.links())
        kind = type(unit.audit)
    forged = replace(links[3], event=replace(links[3].event, actor="khong-phai"))
    monkeypatch.setattr(kind, "links", lambda self, after=0: iter([*links[:3], forged, *links[4:]]))
    answer = auditor.post("/audit/verify")
    assert "Nhật ký bị đứt ở sự kiện 4" in answer.text


def test_the_public_list_shows_no_proposals(station: Station) -> None:
    with station.database.write() as unit:
        proposed = source("cho-duyet", "Chờ Duyệt", station.desk.sources.active()[0].kind)
        unit.sources.add(replace(proposed, state=SourceState.PROPOSED))
    page = station.browser().get("/public/sources").text
    assert "Diễn đàn Bến Sông" in page and "Chờ Duyệt" not in page


def test_health_without_log_in(station: Station, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    client = station.browser()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json() == {"ready": True}
    monkeypatch.setattr(station.database, "read", lambda: 1 / 0)
    assert client.get("/readyz").status_code == 503
