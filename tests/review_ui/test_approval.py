"""The second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.account import Role
from lachan.domain.case import Case, CaseState
from lachan.domain.notice import NoticeState
from tests.review_ui.station import Station
from tests.review_ui.test_case import REMOVAL, basis_of


@pytest.fixture
def waiting(station: Station) -> Case:
    """A takedown that `can-bo` decided on."""
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    officer.post(
        f"/cases/{case.id}/decide", **REMOVAL, **{"basis.removal_request": basis_of(officer, case.id)}
    )
    return station.now(case)


def test_check_then_approve_then_letter(station: Station, waiting: Case) -> None:
    approver = station.person("phe-duyet")
    assert waiting.number in approver.get("/queue/approvals").text
    early = approver.post(f"/cases/{waiting.id}/approve")
    assert early.status_code == 409 and "Xem lại trang" in early.text
    assert approver.post(f"/cases/{waiting.id}/check").status_code == 303
    assert "Bài còn nguyên" in approver.get(f"/cases/{waiting.id}").text
    issued = approver.post(f"/cases/{waiting.id}/approve")
    assert issued.headers["location"].startswith("/notices/")
    assert station.now(waiting).state is CaseState.CLOSED
    assert "Đã phê duyệt và ban hành" in approver.get(issued.headers["location"]).text


def test_the_approver_does_not_see_whose_decision_it_is(station: Station, waiting: Case) -> None:
    page = station.person("phe-duyet").get(f"/cases/{waiting.id}").text
    assert "can-bo" not in page
    assert "một cán bộ khác" in page
    assert waiting.reason and waiting.reason in page
    with station.database.read() as unit:
        notice = unit.notices.of_case(waiting.id)[0]
    for path in ("/queue/approvals", "/notices", f"/notices/{notice.id}"):
        assert "can-bo" not in station.person("phe-duyet").get(path).text, path


def test_nobody_approves_their_own_decision(station: Station, waiting: Case) -> None:
    """Neither as an officer nor after becoming an approver."""
    officer = station.person("can-bo")
    for act in ("check", "approve", "return"):
        assert officer.post(f"/cases/{waiting.id}/{act}", note="x").status_code == 403
    with station.database.write() as unit:
        unit.accounts.save(replace(unit.accounts.get("can-bo"), role=Role.APPROVER))
    station.person("phe-duyet").post(f"/cases/{waiting.id}/check")
    for act in ("approve", "return"):
        answer = officer.post(f"/cases/{waiting.id}/{act}", note="đồng ý")
        assert answer.status_code == 403
        assert "người khác phải" in answer.text
    assert waiting.number not in officer.get("/queue/approvals").text
    assert station.now(waiting).state is CaseState.AWAITING_APPROVAL


def test_what_is_gone_cannot_be_approved(station: Station, waiting: Case) -> None:
    approver = station.person("phe-duyet")
    station.pages.texts = dict.fromkeys(station.pages.texts)
    approver.post(f"/cases/{waiting.id}/check")
    answer = approver.post(f"/cases/{waiting.id}/approve")
    assert answer.status_code == 403
    assert "Bài không còn nữa" in answer.text


def test_a_look_holds_for_an_hour(station: Station, waiting: Case) -> None:
    approver = station.person("phe-duyet")
    approver.post(f"/cases/{waiting.id}/check")
    station.clock.forward(timedelta(minutes=61))
    assert approver.post(f"/cases/{waiting.id}/approve").status_code == 409


def test_sending_back_needs_a_note_and_the_officer_reads_it(station: Station, waiting: Case) -> None:
    approver = station.person("phe-duyet")
    assert approver.post(f"/cases/{waiting.id}/return", note=" ").status_code == 422
    answer = approver.post(f"/cases/{waiting.id}/return", note="Hãy dùng <nhãn> trước")
    assert answer.headers["location"] == f"/?done=returned&case={waiting.id}"
    officer = station.person("can-bo-hai")
    assert waiting.number in officer.get("/queue/returned").text
    page = officer.get(f"/cases/{waiting.id}").text
    assert "Hãy dùng &lt;nhãn&gt; trước" in page
    with station.database.read() as unit:
        assert unit.notices.of_case(waiting.id)[0].state is NoticeState.REJECTED


NO = "Chủ bài đã tự gỡ số liên hệ, nhắc là đủ."


def test_disagreement_goes_to_a_third_person_unseen(station: Station, waiting: Case) -> None:
    first_no = station.person("phe-duyet")
    assert first_no.post(f"/cases/{waiting.id}/disagree", note=" ").status_code == 422
    answer = first_no.post(f"/cases/{waiting.id}/disagree", note=NO)
    assert answer.headers["location"] == f"/?done=disputed&case={waiting.id}"
    assert "người thứ ba" in first_no.get(answer.headers["location"]).text
    assert waiting.number not in first_no.get("/queue/approvals").text
    page = first_no.get(f"/cases/{waiting.id}").text
    assert "Bạn đã tham gia" in page and "/refuse" not in page
    third = station.person("phe-duyet-hai")
    assert "Chờ người thứ ba" in third.get("/queue/approvals").text
    page = third.get(f"/cases/{waiting.id}").text
    assert NO in page and waiting.reason and waiting.reason in page
    assert "can-bo" not in page and 'phe-duyet"' not in page and ">phe-duyet<" not in page
    third.post(f"/cases/{waiting.id}/check")
    assert third.post(f"/cases/{waiting.id}/approve").headers["location"].startswith("/notices/")
    assert station.now(waiting).state is CaseState.CLOSED
    assert "case:disagree" in station.actions(f"case:{waiting.id}")


def test_a_third_person_can_say_no(station: Station, waiting: Case) -> None:
    station.person("phe-duyet").post(f"/cases/{waiting.id}/disagree", note=NO)
    third = station.person("phe-duyet-hai")
    answer = third.post(f"/cases/{waiting.id}/refuse", note="Cũng thấy nhắc là đủ.")
    assert answer.headers["location"] == f"/?done=refused&case={waiting.id}"
    officer = station.person("can-bo-hai")
    page = officer.get(f"/cases/{waiting.id}").text
    assert NO in page and "Cũng thấy nhắc là đủ." in page
    officer.post(f"/cases/{waiting.id}/claim")
    again = REMOVAL | {"reason": "Bài còn đó sau một tuần, ba học sinh nữa đã hỏi mua dưới bài này."}
    refused = officer.post(
        f"/cases/{waiting.id}/decide", **again, **{"basis.removal_request": list(waiting.citations)}
    )
    assert refused.status_code == 403 and "Hai người đã không đồng ý" in refused.text


def test_nobody_left_is_said_to_who_asks_and_to_who_can_help(station: Station, waiting: Case) -> None:
    station.person("phe-duyet").post(f"/cases/{waiting.id}/disagree", note=NO)
    assert "chờ người thứ ba mà không còn" not in station.person("quan-tri").get("/").text
    until = station.clock.now + timedelta(days=2)
    station.desk.accounts.leave(station.desk.accounts.named("quan-tri"), "phe-duyet-hai", until)
    for name in ("phe-duyet", "can-bo"):
        page = station.person(name).get(f"/cases/{waiting.id}").text
        assert "Không còn người phê duyệt nào chưa tham gia" in page, name
    assert "1 vụ việc chờ người thứ ba" in station.person("quan-tri").get("/").text
    assert station.person("phe-duyet").post(f"/cases/{waiting.id}/approve").status_code == 403
    assert station.now(waiting).state is CaseState.DISPUTED
