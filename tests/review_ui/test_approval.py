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
