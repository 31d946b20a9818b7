"""Undo, handing over, and who speaks, as the pages offer them."""

from __future__ import annotations

from lachan.domain.case import CaseState
from lachan.domain.taxonomy import Context, Route
from tests.review_ui.station import NECESSITY, Station


def test_a_quick_dismissal_is_taken_back_from_the_next_case(station: Station) -> None:
    first, second = station.case(), station.case("bán pod cho lớp 9 chiều nay, ai lấy nhắn lại")
    officer = station.person("can-bo")
    officer.post(f"/cases/{first.id}/claim")
    gone = officer.post(f"/cases/{first.id}/decide", quick="Là tin tức", then="next").headers["location"]
    assert gone == f"/cases/{second.id}?done=dismissed&case={first.id}"
    page = officer.get(gone).text
    assert f"{first.number}:" in page and f'action="/cases/{first.id}/undo"' in page
    answer = officer.post(f"/cases/{first.id}/undo")
    assert answer.headers["location"] == f"/cases/{first.id}?done=undone&case={first.id}"
    assert station.now(first).state is CaseState.CLAIMED
    again = officer.post(f"/cases/{first.id}/undo")
    assert again.status_code == 403 and "Không còn bước nào để hoàn tác" in again.text
    last = officer.post(f"/cases/{second.id}/decide", quick="Là tin tức", then="next").headers["location"]
    assert last == f"/?done=dismissed&case={second.id}"


def test_what_is_said_comes_from_a_closed_list(station: Station) -> None:
    officer = station.person("can-bo")
    for query in (
        "done=%3Cb%3E&case=3",
        "done=held&case=x",
        "done=held",
        "done=closed&case=99999999999999999999",
    ):
        assert 'class="done' not in officer.get(f"/?{query}").text
    assert "data-undo" not in officer.get("/?done=closed&case=3").text
    assert "data-undo" in officer.get("/?done=held&case=3").text


def test_a_case_and_a_shift_are_handed_over(station: Station) -> None:
    first, second = station.case(), station.case("bán pod cho lớp 9 chiều nay, ai lấy nhắn lại")
    officer, colleague = station.person("can-bo"), station.person("can-bo-hai")
    for case in (first, second):
        officer.post(f"/cases/{case.id}/claim")
    page = officer.get(f"/cases/{first.id}").text
    assert '<option value="can-bo-hai">' in page and '<option value="phe-duyet">' not in page
    officer.post(f"/cases/{first.id}/hand", to="can-bo-hai")
    assert station.now(first).claimed_by == "can-bo-hai"
    assert first.number in colleague.get("/queue/mine").text
    shift = officer.get("/handover").text
    assert second.number in shift and first.number not in shift
    assert officer.post("/handover").status_code == 422
    assert officer.post("/handover", to="bao-ve").status_code == 422
    assert officer.post("/handover", to="-").headers["location"] == "/handover?handed=1"
    assert "Đã bàn giao 1 vụ việc" in officer.get("/handover?handed=1").text
    assert station.now(second).state is CaseState.OPEN


def test_a_copy_that_came_after_the_decision_is_shown_and_stops_the_approval(station: Station) -> None:
    case = station.case()
    officer, approver = station.person("can-bo"), station.person("phe-duyet")
    officer.post(f"/cases/{case.id}/claim")
    officer.post(
        f"/cases/{case.id}/decide",
        **{
            "measure": "removal_request",
            "reason": NECESSITY,
            "recipient": "Ban quản trị",
            "basis.removal_request": ["L116-13-4-đ", "L116-16-3-b", "L116-25-2-b"],
        },
    )
    assert "đến sau khi đã quyết định" not in approver.get(f"/cases/{case.id}").text
    approver.post(f"/cases/{case.id}/check")
    with station.database.write() as unit:
        first = unit.cases.posts(case.id)[0]
        unit.cases.join(case.id, station.post_like(first, "bán pod cho học sinh lớp 9"), first.assessment)
    page = approver.get(f"/cases/{case.id}").text
    assert "đến sau khi đã quyết định" in page
    refused = approver.post(f"/cases/{case.id}/approve")
    assert refused.status_code == 409 and "Có bài gần giống mới đến" in refused.text
    approver.post(f"/cases/{case.id}/check")
    assert approver.post(f"/cases/{case.id}/approve").headers["location"].startswith("/notices/")


def test_a_cry_for_help_is_moved_by_one_and_a_victim_unmade_by_two(station: Station) -> None:
    case = station.case()
    officer, guard, approver = (station.person(name) for name in ("can-bo", "bao-ve", "phe-duyet"))
    officer.post(f"/cases/{case.id}/claim")
    assert officer.post(f"/cases/{case.id}/protect", context="other").status_code == 422
    assert (
        officer.post(f"/cases/{case.id}/protect", context="victim")
        .headers["location"]
        .startswith("/?done=prot")
    )
    assert station.now(case).route is Route.PROTECT
    guard.post(f"/cases/{case.id}/claim")
    assert approver.get(f"/cases/{case.id}").status_code == 403
    assert guard.post(f"/cases/{case.id}/speaker", reason=" ").status_code == 422
    guard.post(f"/cases/{case.id}/speaker", reason="Người viết rao bán, không phải người bị hại.")
    assert case.number in approver.get("/queue/approvals").text
    page = approver.get(f"/cases/{case.id}").text
    assert "Người viết rao bán" in page and "0900" not in page and "bao-ve" not in page
    assert approver.post(f"/cases/{case.id}/speaker/refuse", note="").status_code == 422
    approver.post(f"/cases/{case.id}/speaker/accept")
    assert (station.now(case).route, station.now(case).context) == (Route.REVIEW, Context.PROMOTING)
