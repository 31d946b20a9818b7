"""Clauses at the desk: two admins end one, approvers and auditors read, a waiting letter says what to do."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from lachan.domain.citation import allowlist, get
from tests.review_ui.station import NECESSITY, PASSWORD, Person, Station, form_token
from tests.world import takedown

CLAUSE = "L116-13-4-đ"
PATH = f"/clauses/{quote(CLAUSE)}"
WHY = "Nghị định mới bãi bỏ điều khoản này, đăng Công báo số 15."


def propose(person: Person, ends: str = "2026-11-22", why: str = WHY) -> None:
    answer = person.post(f"{PATH}/end", ends=ends, why=why)
    assert (answer.status_code, answer.headers.get("location")) == (303, PATH), answer.text


def test_one_admin_proposes_another_confirms(station: Station) -> None:
    first, second = station.person("quan-tri"), station.person("quan-tri-hai")
    propose(first)
    page = first.get(PATH).text
    assert "một quản trị viên khác phải xác nhận" in page and "/confirm" not in page and WHY in page
    assert first.post("/clauses/proposals/1/confirm").status_code == 403
    assert first.post("/clauses/proposals/1/refuse").status_code == 403
    assert "Căn cứ chờ người thứ hai" in second.get("/").text
    assert "/clauses/proposals/1/confirm" in second.get(PATH).text
    assert second.post("/clauses/proposals/1/confirm").status_code == 303
    again = second.post("/clauses/proposals/1/refuse")
    assert again.status_code == 409 and "Đã có người trả lời" in again.text
    for reader in ("quan-tri", "kiem-tra", "phe-duyet"):
        page = station.person(reader).get(PATH).text
        assert "hết hiệu lực từ 22/11/2026" in page and WHY in page
        assert "Đề nghị: quan-tri" in page and "xác nhận: quan-tri-hai" in page
        assert "Xác nhận một căn cứ hết hiệu lực" in page
        listed = station.person(reader).get("/clauses").text
        assert listed.index(get(CLAUSE).place) == min(listed.index(row.place) for row in allowlist())
    assert station.actions(f"clause:{CLAUSE}") == ["clause:end", "clause:propose_end"]
    assert "clause:L116-13-4-đ" in station.person("kiem-tra").get("/audit").text


def test_a_refused_one_and_one_brought_back(station: Station) -> None:
    first, second = station.person("quan-tri"), station.person("quan-tri-hai")
    propose(first)
    assert second.post("/clauses/proposals/1/refuse").status_code == 303
    assert "đang có hiệu lực" in second.get(PATH).text
    early = second.post(f"{PATH}/bring-back", why=WHY)
    assert early.status_code == 422 and "không có gì để khôi phục" in early.text
    propose(second)
    first.post("/clauses/proposals/2/confirm")
    later = first.post(f"{PATH}/end", ends="2026-12-01", why=WHY)
    assert later.status_code == 422 and "Chỉ ghi được một ngày sớm hơn" in later.text
    assert second.post(f"{PATH}/bring-back", why=WHY).status_code == 303
    assert "Khôi phục như bản phát hành" in first.get(PATH).text
    assert first.post("/clauses/proposals/3/confirm").status_code == 303
    page = first.get(PATH).text
    assert "đang có hiệu lực" in page and page.count(WHY) == 3, "the log keeps why, also of what was refused"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ends": "", "why": WHY}, "ngày đầu tiên"),
        ({"ends": "22/11/2026", "why": WHY}, "ngày đầu tiên"),
        ({"ends": "2020-01-01", "why": WHY}, "có hiệu lực từ 01/07/2026. Hãy chọn"),
        ({"ends": "2026-11-22", "why": "bãi bỏ rồi"}, "ít nhất 40 ký tự"),
        ({"ends": "2026-11-22", "why": ""}, "ít nhất 40 ký tự"),
    ],
)
def test_a_wrong_field_is_said_and_what_was_typed_stays(
    station: Station, fields: dict[str, str], said: str
) -> None:
    answer = station.person("quan-tri").post(f"{PATH}/end", **fields)
    assert answer.status_code == 422 and said in answer.text
    assert f">{fields['why']}</textarea>" in answer.text and f'value="{fields["ends"]}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert station.actions(f"clause:{CLAUSE}") == []


def test_a_waiting_letter_says_what_to_do_and_an_issued_one_keeps_its_clause(station: Station) -> None:
    officer, approver = station.person("can-bo"), station.person("phe-duyet")
    paths = []
    for number in range(2):
        case = station.case(f"hàng mới về cho học sinh số {number}, nhắn lại mình chỉ chỗ, bên dưới nhé")
        officer.post(f"/cases/{case.id}/claim")
        officer.post(
            f"/cases/{case.id}/decide",
            measure="removal_request",
            reason=f"{NECESSITY} Vụ {number}.",
            recipient="Ban quản trị",
            **{"basis.removal_request": list(takedown().citations)},
        )
        approver.post(f"/cases/{case.id}/check")
        paths.append(f"/cases/{case.id}")
    issued = approver.post(f"{paths[0]}/approve").headers["location"]
    propose(station.person("quan-tri"))
    station.person("quan-tri-hai").post("/clauses/proposals/1/confirm")
    assert "văn bản không phê duyệt được" in approver.get(paths[1]).text
    answer = approver.post(f"{paths[1]}/approve")
    assert answer.status_code == 422 and "Hãy trả vụ việc lại" in answer.text
    assert "hết hiệu lực từ 22/11/2026" in approver.get(issued).text
    page = approver.get(PATH).text
    assert 'href="/notices/2">TB-000002</a>' in page and 'href="/notices/1">TB-000001</a>' in page
    assert 'href="/notices/' not in station.person("quan-tri").get(PATH).text, "admins read no letters"
    approver.post(f"{paths[1]}/return", note="Căn cứ hết hiệu lực.")
    officer.post(f"{paths[1]}/claim")
    page = officer.get(paths[1]).text
    assert f'value="{CLAUSE}"' not in page and 'value="LTE-6-9"' in page
    station.person("can-bo-hai")


def test_who_hears_an_appeal_sees_what_has_ended(station: Station) -> None:
    case = station.case()
    officer, approver = station.person("can-bo"), station.person("phe-duyet")
    officer.post(f"/cases/{case.id}/claim")
    basis = {"basis.removal_request": list(takedown().citations)}
    officer.post(
        f"/cases/{case.id}/decide",
        measure="removal_request",
        reason=NECESSITY,
        recipient="Ban quản trị",
        **basis,
    )
    approver.post(f"/cases/{case.id}/check")
    approver.post(f"/cases/{case.id}/approve")
    with station.database.read() as unit:
        (issued,) = unit.notices.of_case(case.id)
    path = f"/appeals/{station.desk.appeals.submit(issued.code, 'Tôi không bán gì.').id}"
    judge = station.person("phe-duyet-hai")
    assert get(CLAUSE).place in judge.get(path).text and "hết hiệu lực" not in judge.get(path).text
    propose(station.person("quan-tri"), "2026-11-01")
    station.person("quan-tri-hai").post("/clauses/proposals/1/confirm")
    assert "hết hiệu lực từ 01/11/2026" in judge.get(path).text


def test_who_may_read_and_who_may_not(station: Station) -> None:
    for name in ("can-bo", "bao-ve", "phan-tich"):
        assert station.person(name).get("/clauses").status_code == 403
        assert station.person(name).get(PATH).status_code == 403
        assert 'href="/clauses"' not in station.person(name).get("/").text
    for name in ("phe-duyet", "kiem-tra"):
        page = station.person(name).get(PATH).text
        assert f'action="/clauses/{quote(CLAUSE)}/end"' not in page
        assert station.person(name).post(f"{PATH}/end", ends="2026-11-22", why=WHY).status_code == 403
        assert 'href="/clauses"' in station.person(name).get("/").text
    for path in ("/clauses/BLHS-331", "/clauses/khong-co", "/clauses/proposals"):
        assert station.person("quan-tri").get(path).status_code == 404


def test_without_the_forms_token_nothing_is_done(station: Station) -> None:
    admin = station.person("quan-tri")
    for token in ("", "0" * 64):
        answer = admin.client.post(f"{PATH}/end", data={"csrf": token, "ends": "2026-11-22", "why": WHY})
        assert answer.status_code == 403
    assert station.actions(f"clause:{CLAUSE}") == []


def test_an_admin_without_a_code_does_not_come_in(station: Station) -> None:
    browser = station.browser()
    given = {"csrf": form_token(browser.get("/login")), "name": "quan-tri", "password": PASSWORD}
    for code in ({}, {"code": ""}, {"code": "000000"}):
        assert browser.post("/login", data={**given, **code}).status_code == 401
    assert station.browser().get("/clauses").headers["location"].startswith("/login")


def test_a_companion_says_what_stops_with_it(station: Station) -> None:
    first, second = station.person("quan-tri"), station.person("quan-tri-hai")
    first.post("/clauses/L116-25-2-b/end", ends="2026-11-22", why=WHY)
    assert "phải dựa vào điều khoản này" in second.get("/clauses/L116-25-2-b").text
    propose(first)
    assert "phải dựa vào điều khoản này" not in second.get(PATH).text


def test_the_page_in_english(station: Station) -> None:
    admin = station.person("quan-tri")
    admin.client.cookies.set("lachan-language", "en")
    propose(admin)
    page = admin.get(PATH).text
    assert "You proposed this: another admin must confirm it." in page and "Proposed to end a clause" in page
    assert "Letters may cite these clauses" in admin.get("/clauses").text
