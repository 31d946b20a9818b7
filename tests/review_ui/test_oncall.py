"""The page of the roster, and the alarm on the overview."""

from __future__ import annotations

from lachan.domain.taxonomy import Context
from tests.review_ui.station import Station

DUTY = {"name": "bao-ve", "step": "1", "starts": "2026-11-22T08:00", "ends": "2026-11-22T20:00"}


def test_an_admin_keeps_the_roster_and_a_guard_reads_it(station: Station) -> None:
    admin, guard = station.person("quan-tri-hai"), station.person("bao-ve")
    assert "Chưa có ai trong lịch" in guard.get("/oncall").text
    assert admin.post("/oncall/duties", **DUTY).headers["location"] == "/oncall"
    page = guard.get("/oncall").text
    assert "đang trực" in page and "22/11/2026 08:00" in page and "/oncall/duties/" not in page
    for wrong in (
        {"step": "9"},
        {"name": "can-bo"},
        {"ends": "2026-11-21T20:00"},
        {"starts": "mai"},
        {"step": "x"},
    ):
        answer = admin.post("/oncall/duties", **{**DUTY, **wrong})
        assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert guard.post("/oncall/duties", **DUTY).status_code == 403
    duty = admin.get("/oncall").text.split('action="/oncall/duties/')[1].split("/")[0]
    admin.post(f"/oncall/duties/{duty}/remove")
    assert "Chưa có ai trong lịch" in admin.get("/oncall").text


def test_an_address_of_ones_own(station: Station) -> None:
    guard = station.person("bao-ve")
    assert guard.post("/oncall/reach", email="truc").status_code == 422
    guard.post("/oncall/reach", email="truc@example.vn")
    assert 'value="truc@example.vn"' in guard.get("/oncall").text
    assert "truc@example.vn" not in station.person("quan-tri-hai").get("/oncall").text


def test_an_alarm_rings_on_the_overview_until_it_is_answered(station: Station) -> None:
    case = station.case(context=Context.VICTIM, urgent=True)
    station.desk.oncall.run()
    guard = station.person("bao-ve")
    assert "Khẩn cấp, chưa ai nhận: 1" in guard.get("/").text
    assert "Khẩn cấp, chưa ai nhận" not in station.person("can-bo").get("/").text
    assert guard.post(f"/oncall/{case.id}/answer").headers["location"] == f"/cases/{case.id}"
    assert "Khẩn cấp, chưa ai nhận" not in guard.get("/").text
    assert "1 báo động, 1 đã có người nhận, 1 trong 15 phút" in guard.get("/oncall").text
