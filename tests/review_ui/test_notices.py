"""Notices and letters; appeals against them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lachan.domain.case import Case
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from tests.review_ui.station import NECESSITY, Station, form_token
from tests.review_ui.test_case import REMOVAL, basis_of


def _notice(station: Station, case: Case) -> Notice:
    with station.database.read() as unit:
        return unit.notices.of_case(case.id)[0]


@pytest.fixture
def draft(station: Station) -> Notice:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    basis = {"basis.removal_request": basis_of(officer, case.id)}
    officer.post(f"/cases/{case.id}/decide", **REMOVAL, **basis)
    return _notice(station, case)


@pytest.fixture
def issued(station: Station, draft: Notice) -> Notice:
    approver = station.person("phe-duyet")
    approver.post(f"/cases/{draft.case}/check")
    approver.post(f"/cases/{draft.case}/approve")
    with station.database.read() as unit:
        return unit.notices.get(draft.id)


def test_a_draft_is_shown_and_not_handed_out(station: Station, draft: Notice) -> None:
    officer = station.person("can-bo")
    assert officer.get(f"/notices/{draft.id}/letter.docx").status_code == 403
    shown = officer.get(f"/notices/{draft.id}/letter.html?save=true")
    assert "content-disposition" not in shown.headers
    assert draft.code not in officer.get(f"/notices/{draft.id}").text


def test_an_issued_letter_is_handed_out(station: Station, issued: Notice) -> None:
    officer = station.person("can-bo")
    word = officer.get(f"/notices/{issued.id}/letter.docx")
    assert word.content == b"PK" + issued.number.encode()
    assert word.headers["content-disposition"] == f"attachment; filename*=UTF-8''{issued.number}.docx"
    page = officer.get(f"/notices/{issued.id}/letter.html?save=true")
    assert page.headers["content-disposition"].endswith(".html")


def test_a_document_runs_under_its_own_policy(station: Station, issued: Notice) -> None:
    policy = (
        station.person("can-bo").get(f"/notices/{issued.id}/letter.html").headers["content-security-policy"]
    )
    assert "script-src" not in policy and "default-src 'none'" in policy and "sandbox" in policy
    assert "style-src 'sha256-" in policy and "unsafe-inline" not in policy


def test_the_answer_clock_runs_from_receipt(station: Station, issued: Notice) -> None:
    officer = station.person("can-bo")
    path = f"/notices/{issued.id}"
    assert officer.post(f"{path}/act", act="deliver").status_code == 303
    assert "Hạn trả lời" in officer.get(path).text
    officer.post(f"{path}/act", act="acknowledge")
    assert officer.post(f"{path}/act", act="comply").status_code == 303
    assert "Đã thực hiện" in officer.get("/notices?state=complied").text
    assert officer.post(f"{path}/act", act="comply").status_code == 403
    assert officer.post(f"{path}/act", act="issue").status_code == 422
    assert officer.get("/notices?state=nothing").status_code == 422


def test_a_warning_of_one_person_is_issued_at_once(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    basis = {"basis.public_advisory": basis_of(officer, case.id, "public_advisory")}
    fields = {"measure": "public_advisory", "reason": NECESSITY, "recipient": "Các trường"}
    officer.post(f"/cases/{case.id}/decide", **fields, **basis)
    made = _notice(station, case)
    assert (made.measure, made.state) == (Measure.PUBLIC_ADVISORY, NoticeState.ISSUED)


def test_an_appeal_without_name_is_heard_by_somebody_else(station: Station, issued: Notice) -> None:
    client = station.browser()
    token = form_token(client.get("/appeal"))
    wrong = client.post("/appeal", data={"csrf": token, "code": "KHONGCO", "reason": "Tôi <b>không</b> bán"})
    assert wrong.status_code == 404
    assert "Tôi &lt;b&gt;không&lt;/b&gt; bán" in wrong.text
    spaced = f"{issued.code[:4].lower()}-{issued.code[4:8]} {issued.code[8:]}"
    fields = {"csrf": token, "code": spaced, "reason": "Tôi <b>không</b> bán"}
    assert "Đã nhận khiếu nại" in client.post("/appeal", data=fields).text
    with station.database.read() as unit:
        appeal = unit.appeals.pending()[0]
    path = f"/appeals/{appeal.id}"
    took_part = station.person("phe-duyet").post(f"{path}/take")
    assert took_part.status_code == 403 and "người khác phải giải quyết" in took_part.text
    judge = station.person("phe-duyet-hai")
    assert "&lt;b&gt;không&lt;/b&gt;" in judge.get(path).text
    assert judge.post(f"{path}/decide", outcome="overturn", answer="Đúng vậy").status_code == 409
    assert judge.post(f"{path}/take").status_code == 303
    assert judge.post(f"{path}/decide", outcome="", answer="x").status_code == 422
    assert judge.post(f"{path}/decide", outcome="overturn", answer=" ").status_code == 422
    assert judge.post(f"{path}/decide", outcome="overturn", answer="Bạn nói đúng.").status_code == 303
    with station.database.read() as unit:
        assert unit.notices.get(issued.id).state is NoticeState.WITHDRAWN
        assert unit.cases.get(issued.case).overturned


def test_appeals_are_limited_by_the_minute(station: Station) -> None:
    client = station.browser()
    token = form_token(client.get("/appeal"))
    fields = {"csrf": token, "code": "X", "reason": "y"}
    statuses = [client.post("/appeal", data=fields).status_code for _ in range(6)]
    assert statuses == [404] * 5 + [429]
    station.clock.forward(timedelta(minutes=2))
    assert client.post("/appeal", data=fields).status_code == 404
