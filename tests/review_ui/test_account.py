"""One's own account page, and leave on the administrators' page."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.review_ui.station import PASSWORD, Station


def test_sessions_are_shown_and_ended(station: Station) -> None:
    officer = station.person("can-bo")
    other = station.browser()
    token, _ = station.desk.accounts.sign_in("can-bo", PASSWORD, station.code("can-bo"))
    other.cookies.set("lachan", token)
    page = officer.get("/account").text
    handles = re.findall(r'name="handle" value="([0-9a-f]{12})"', page)
    assert len(handles) == 2 and page.count("máy này") == 1
    officer.post("/account/sessions", handle=handles[0])
    assert other.get("/account").headers["location"].startswith("/login")
    assert officer.get("/account").status_code == 200


def test_a_password_is_changed_with_the_old_one(station: Station) -> None:
    officer = station.person("can-bo")
    wrong = officer.post("/account/password", old="sai mat khau roi nhe", new="muoi hai con meo ngu")
    assert wrong.status_code == 422 and "Mật khẩu không đúng" in wrong.text
    weak = officer.post("/account/password", old=PASSWORD, new="matkhau12345")
    assert weak.status_code == 422 and "bị dò thử đầu tiên" in weak.text and "matkhau12345" not in weak.text
    done = officer.post("/account/password", old=PASSWORD, new="muoi hai con meo ngu")
    assert done.headers["location"] == "/account?changed=1"
    assert "Đã đổi mật khẩu" in officer.get("/account?changed=1").text


def test_recovery_codes_are_shown_once_and_open_the_door(station: Station) -> None:
    officer = station.person("can-bo")
    assert officer.post("/account/codes", password="sai mat khau roi nhe").status_code == 422
    shown = officer.post("/account/codes", password=PASSWORD)
    codes = re.findall(r'<code class="secret">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>', shown.text)
    assert len(codes) == 8 and shown.headers["cache-control"] == "no-store"
    page = officer.get("/account").text
    assert codes[0] not in page and "Còn 8 mã" in page
    _, actor = station.desk.accounts.sign_in("can-bo", PASSWORD, codes[0])
    assert actor.name == "can-bo"
    assert "Mã dự phòng" not in station.person("phan-tich").get("/account").text


def test_an_admin_sends_somebody_on_leave_and_back(station: Station) -> None:
    case = station.case()
    officer, admin = station.person("can-bo"), station.person("quan-tri-hai")
    officer.post(f"/cases/{case.id}/claim")
    assert admin.post("/admin/accounts/can-bo/leave", last="mai").status_code == 422
    assert admin.post("/admin/accounts/can-bo/leave", last="2020-01-01").status_code == 422
    assert admin.post("/admin/accounts/quan-tri-hai/leave", last="2026-11-25").status_code == 403
    last = (station.clock.now + timedelta(days=2)).date().isoformat()
    admin.post("/admin/accounts/can-bo/leave", last=last)
    assert officer.get("/").headers["location"] == "/login"
    assert station.now(case).claimed_by is None
    assert "nghỉ đến" in admin.get("/admin/accounts").text
    admin.post("/admin/accounts/can-bo/back")
    assert "nghỉ đến" not in admin.get("/admin/accounts").text
