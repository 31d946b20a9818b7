"""Reading, claiming, correcting, deciding a case."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from lachan.domain.case import CaseState
from lachan.domain.measure import Measure
from lachan.domain.notice import NoticeState
from lachan.domain.taxonomy import AgeBand, Category, Context
from tests.review_ui.station import NECESSITY, Person, Station

REMOVAL = {"measure": "removal_request", "reason": NECESSITY, "recipient": "Ban quản trị"}


def basis_of(person: Person, case_id: int, measure: str = "removal_request") -> list[str]:
    """The clauses that the form ticks beforehand."""
    found = re.findall(
        rf'name="basis\.{measure}" value="([^"]+)" checked', person.get(f"/cases/{case_id}").text
    )
    assert found
    return found


def test_claim_next_opens_the_most_urgent(station: Station) -> None:
    station.case()
    urgent = station.case(urgent=True)
    answer = station.person("can-bo").post("/queue/review/next")
    assert answer.headers["location"] == f"/cases/{urgent.id}"
    assert station.now(urgent).claimed_by == "can-bo"


def test_one_of_two_gets_it_and_the_other_is_told(station: Station) -> None:
    case = station.case()
    assert station.person("can-bo").post(f"/cases/{case.id}/claim").status_code == 303
    answer = station.person("can-bo-hai").post(f"/cases/{case.id}/claim")
    assert answer.status_code == 409
    assert "người giữ: can-bo" in answer.text


def test_the_address_is_shown_to_who_holds_the_claim_and_logged(station: Station) -> None:
    case = station.case(url="https://dien-dan.example/bai/dia-chi-that")
    officer = station.person("can-bo")
    assert "dia-chi-that" not in officer.get(f"/cases/{case.id}").text
    officer.post(f"/cases/{case.id}/claim")
    assert "dia-chi-that" in officer.get(f"/cases/{case.id}").text
    assert "dia-chi-that" not in station.person("can-bo-hai").get(f"/cases/{case.id}").text
    assert "case:read_address" in station.actions(f"case:{case.id}")


def test_an_address_that_is_no_web_address_is_no_link(station: Station) -> None:
    case = station.case(url="javascript:alert(1)")
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    assert 'href="javascript' not in officer.get(f"/cases/{case.id}").text


def test_text_is_blurred_until_asked_for(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    assert 'id="show-text" class="hidden">' in officer.get(f"/cases/{case.id}").text
    officer.post("/settings", blur="off", next=f"/cases/{case.id}")
    assert 'id="show-text" class="hidden" checked>' in officer.get(f"/cases/{case.id}").text


def test_reasons_and_scores_are_words(station: Station) -> None:
    text = station.person("can-bo").get(f"/cases/{station.case().id}").text
    assert "Bài nêu lớp học của người dưới 18" in text
    assert "Dấu hiệu: chua_ai_biet" in text
    assert "nhiều khả năng" in text and "87 %" in text
    assert "<mark" in text


def test_a_detail_is_revealed_for_a_reason_and_logged(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    assert "0900 000 123" not in officer.get(f"/cases/{case.id}").text
    officer.post(f"/cases/{case.id}/claim")
    with station.database.read() as unit:
        post = unit.cases.posts(case.id)[0].id
    fields = {"post": str(post), "detail": "0"}
    assert officer.post(f"/cases/{case.id}/reveal", **fields, why="").status_code == 422
    assert "0900 000 123" not in officer.get(f"/cases/{case.id}").text
    assert officer.post(f"/cases/{case.id}/reveal", **fields, why="identify_place").status_code == 303
    assert "0900 000 123" in officer.get(f"/cases/{case.id}").text
    assert "0900 000 123" not in station.person("can-bo-hai").get(f"/cases/{case.id}").text
    with station.database.read() as unit:
        event = unit.audit.of_subject(f"case:{case.id}")
    logged = next(item.event for item in event if item.event.action == "case:reveal")
    assert (logged.details["kind"], logged.details["reason"]) == ("phone", "identify_place")
    officer.post(f"/cases/{case.id}/release")
    officer.post(f"/cases/{case.id}/claim")
    assert "0900 000 123" not in officer.get(f"/cases/{case.id}").text  # a new claim starts masked


def test_without_the_claim_nothing_is_revealed(station: Station) -> None:
    case = station.case()
    answer = station.person("can-bo").post(
        f"/cases/{case.id}/reveal", post="1", detail="0", why="identify_place"
    )
    assert answer.status_code == 409
    assert "case:reveal" not in station.actions(f"case:{case.id}")


def test_victims_stay_masked(station: Station) -> None:
    told = station.case(
        "bạn Lê Thị Mẫu lớp 8a trường Gò Mây bị rủ rê", Category.GROOMING_SOLICITATION, reason="minor_word"
    )
    officer = station.person("can-bo")
    officer.post(f"/cases/{told.id}/claim")
    page = officer.get(f"/cases/{told.id}").text
    assert "Lê Thị Mẫu" not in page and " 8a " not in page and "<summary>[" not in page
    with station.database.read() as unit:
        post = unit.cases.posts(told.id)[0].id
    answer = officer.post(f"/cases/{told.id}/reveal", post=str(post), detail="0", why="safety")
    assert answer.status_code == 403


def test_labels_are_corrected(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    fields = {"categories": ["child_violence", "selfharm"], "age": "minor_u18", "urgent": "1"}
    assert officer.post(f"/cases/{case.id}/correct", **fields).status_code == 303
    now = station.now(case)
    assert now.categories == (Category.CHILD_VIOLENCE, Category.SELFHARM)
    assert (now.urgent, now.age) == (True, AgeBand.MINOR_U18)
    assert officer.post(f"/cases/{case.id}/correct", age="minor_u18").status_code == 422
    assert officer.post(f"/cases/{case.id}/correct", categories=["politics"], age="x").status_code == 422


def test_the_least_intrusive_measure_is_preselected(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    page = officer.get(f"/cases/{case.id}").text
    assert 'id="m-dismiss" value="dismiss" checked>' in page
    assert page.count('name="measure"') == 7
    assert 'value="referral"' not in page


def test_quick_dismissal_takes_the_next_case(station: Station) -> None:
    case, other = station.case(), station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    answer = officer.post(f"/cases/{case.id}/decide", quick="Là tin tức", then="next")
    assert answer.headers["location"] == f"/cases/{other.id}?done=dismissed&case={case.id}"
    assert (station.now(case).measure, station.now(case).reason) == (Measure.DISMISS, "Là tin tức")


def test_a_takedown_waits_for_a_second_person(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    fields = {**REMOVAL, "basis.removal_request": basis_of(officer, case.id)}
    answer = officer.post(f"/cases/{case.id}/decide", **fields)
    assert answer.headers["location"] == f"/?done=submitted&case={case.id}"
    assert "đã trình duyệt" in officer.get(answer.headers["location"]).text
    assert station.now(case).state is CaseState.AWAITING_APPROVAL
    again = officer.post(f"/cases/{case.id}/decide", **fields)  # the back button, sent once more
    assert again.status_code == 409
    with station.database.read() as unit:
        assert [notice.state for notice in unit.notices.of_case(case.id)] == [NoticeState.SUBMITTED]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": "Vì nguy hiểm."}, "ít nhất 40 ký tự"),
        ({"basis.removal_request": []}, "Hãy chọn căn cứ pháp lý"),
        ({"recipient": ""}, "Hãy ghi nơi nhận"),
        ({"measure": "nothing"}, "Hãy chọn một biện pháp"),
        ({"basis.removal_request": ["L116-7-1-a"]}, "không có trong danh mục"),
    ],
)
def test_a_refusal_keeps_what_was_typed(
    station: Station, changed: dict[str, str | list[str]], said: str
) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    fields = {**REMOVAL, "basis.removal_request": basis_of(officer, case.id), **changed}
    answer = officer.post(f"/cases/{case.id}/decide", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert str(fields["reason"]) in answer.text
    assert answer.text.count('id="refusal"') == 1
    if fields["measure"] == "removal_request":
        assert 'value="removal_request" checked' in answer.text
    assert station.now(case).state is CaseState.CLAIMED


def test_a_lost_claim_keeps_what_was_typed(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    station.clock.forward(timedelta(minutes=21))
    station.desk.review.expire_claims()
    assert officer.client.post(f"/cases/{case.id}/heartbeat").status_code == 403  # no token
    beat = officer.post(f"/cases/{case.id}/heartbeat")
    assert beat.status_code == 409
    assert "Bạn chưa giữ hoặc không còn giữ" in beat.json()["sentence"]
    answer = officer.post(f"/cases/{case.id}/decide", measure="dismiss", reason="Không có gì đáng lo ở đây.")
    assert answer.status_code == 409
    assert "Không có gì đáng lo ở đây." in answer.text
    assert answer.text.count('id="refusal"') == 1


def test_the_heartbeat_lengthens_the_claim(station: Station) -> None:
    case = station.case()
    officer = station.person("can-bo")
    officer.post(f"/cases/{case.id}/claim")
    station.clock.forward(timedelta(minutes=15))
    assert officer.post(f"/cases/{case.id}/heartbeat").json()["until"] == "22/11/2026 14:40"


def test_hold_escalate_resume(station: Station) -> None:
    case = station.case()
    officer, other = station.person("can-bo"), station.person("can-bo-hai")
    officer.post(f"/cases/{case.id}/claim")
    officer.post(f"/cases/{case.id}/hold")
    assert other.post(f"/cases/{case.id}/resume").status_code == 409
    assert officer.post(f"/cases/{case.id}/resume").status_code == 303
    officer.post(f"/cases/{case.id}/escalate")
    asked = other.get(f"/cases/{case.id}").text
    assert "Vụ việc này cần ý kiến của bạn" in asked and f"/cases/{case.id}/resume" not in asked
    assert other.post(f"/cases/{case.id}/resume").status_code == 409
    assert f"/cases/{case.id}/answer" not in officer.get(f"/cases/{case.id}").text
    approver = station.person("phe-duyet")
    assert "Ai đã góp ý thì không phê duyệt" in approver.get(f"/cases/{case.id}").text
    assert case.number in approver.get("/queue/review?show=asked").text
    assert approver.post(f"/cases/{case.id}/answer", note=" ").status_code == 422
    assert approver.post(f"/cases/{case.id}/answer", note="Gắn nhãn là đủ <nhé>").status_code == 303
    assert case.number not in approver.get("/queue/review?show=asked").text
    assert "Gắn nhãn là đủ &lt;nhé&gt;" in officer.get(f"/cases/{case.id}").text
    assert officer.post(f"/cases/{case.id}/resume").status_code == 303
    assert station.now(case).claimed_by == "can-bo"


@pytest.mark.parametrize("act", ["", "hold", "escalate"])
def test_all_that_i_have_is_among_my_own(station: Station, act: str) -> None:
    case = station.case()
    officer, other = station.person("can-bo"), station.person("can-bo-hai")
    officer.post(f"/cases/{case.id}/claim")
    if act:
        officer.post(f"/cases/{case.id}/{act}")
    overview = officer.get("/").text
    mine = overview[overview.index("Bạn đang giữ") :]
    assert case.number in mine and "Bạn đang giữ" not in other.get("/").text
    for page in ("/queue/mine", "/handover"):
        assert case.number in officer.get(page).text and case.number not in other.get(page).text


@pytest.mark.parametrize("context", [Context.PROMOTING, Context.VICTIM])
def test_stored_texts_are_never_markup(station: Station, context: Context) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'&{{ 7*7 }} lớp 8"
    case = station.case(attack, context=context, reason="<b>code</b>")
    name = "can-bo" if context is Context.PROMOTING else "bao-ve"
    person = station.person(name)
    person.post(f"/cases/{case.id}/claim")
    refused = person.post(
        f"/cases/{case.id}/decide" if name == "can-bo" else f"/cases/{case.id}/refer",
        measure="removal_request",
        reason=attack,
        recipient=attack,
        need=attack,
        harm_source="unknown",
    )
    for page in (person.get(f"/cases/{case.id}"), refused):
        assert "<script>alert" not in page.text and "<img src=x" not in page.text
        assert "<b>code</b>" not in page.text
        assert "&lt;img src=x" in page.text
