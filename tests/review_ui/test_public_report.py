"""The public report pages and POST /api/v1/reports."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from lachan.domain.report import MAX_TEXT, Quarantine, ReportDesk, ReportOutcome, ReportState
from review_ui.application import CODE_TRIES, REPORTS
from tests.review_ui.station import Station

WORDS = "ở lớp em có bạn bị chụp ảnh rồi đem ra trêu"
FORM = {"reporter": "child", "text": WORDS, "contact": "nhắn cô Lan sau 17 giờ"}


def send(client: TestClient, **fields: str) -> Response:
    return client.post("/report", data={**FORM, **fields})


def code_of(page: Response) -> str:
    found = re.search(r'<p class="code"[^>]*>([a-z ]+)</p>', page.text)
    assert found, page.text
    return found.group(1)


def reports(station: Station) -> list[tuple[str, ReportState, ReportDesk]]:
    with station.database.read() as unit:
        found = unit.public_reports.find(tuple(ReportDesk), tuple(ReportState))
        return [(report.words[0] if report.words else "", report.state, report.desk) for report in found]


def test_it_works_without_cookies_script_or_account(station: Station) -> None:
    client = station.browser()
    page = client.get("/report")
    assert page.status_code == 200
    assert "<script" not in page.text and "set-cookie" not in page.headers
    for number in ("tel:111", "tel:113"):
        assert page.text.index(number) < page.text.index("<form")
    sent = send(client)
    assert (sent.status_code, sent.headers.get("set-cookie")) == (200, None)
    assert reports(station) == [(WORDS, ReportState.RECEIVED, ReportDesk.PROTECT)]
    assert WORDS not in sent.text
    code = code_of(sent)
    followed = client.post("/report/follow", data={"code": code.upper().replace(" ", "-")})
    assert followed.status_code == 200 and "PA-000001" in followed.text
    assert WORDS not in followed.text and "Lan" not in followed.text, "whoever finds the code reads no words"
    added = client.post("/report/add", data={"code": code, "text": "hôm nay lại thế, cứu em"})
    assert added.status_code == 200 and "Đã nhận phần viết thêm" in added.text
    unsure = client.post("/report/withdraw", data={"code": code})
    assert unsure.status_code == 422 and reports(station)[0][0] == WORDS
    gone = client.post("/report/withdraw", data={"code": code, "sure": "yes"})
    assert gone.status_code == 200 and "Đã rút lại" in gone.text
    assert reports(station) == [("", ReportState.WITHDRAWN, ReportDesk.PROTECT)]
    assert client.post("/report/follow", data={"code": code}).status_code == 422


def test_the_answer_stands_behind_the_code(station: Station) -> None:
    client = station.browser()
    code = code_of(send(client))
    helper = station.desk.accounts.actor(station.person("bao-ve").client.cookies["lachan"])
    assert helper is not None
    station.desk.public_reports.read(helper, 1)
    station.desk.public_reports.settle(helper, 1, ReportOutcome.ADVISED, "Cảm ơn em <3 Hãy gọi 111.")
    page = client.post("/report/follow", data={"code": code, "lang": "en"}).text
    assert "Cảm ơn em &lt;3 Hãy gọi 111." in page
    assert "Advice was given" in page and "bao-ve" not in page


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(station: Station) -> None:
    client = station.browser()
    for fields, said in (
        ({"reporter": ""}, "Hãy cho biết bạn là ai."),
        ({"wants_removal": "yes"}, "Hãy dán địa chỉ trang cần gỡ."),
        ({"reporter": "teacher", "wants_removal": "yes", "url": "https://a.example/1"}, "người giám hộ mới"),
    ):
        page = send(client, **fields)
        assert page.status_code == 422
        assert said in page.text and WORDS in page.text and "nhắn cô Lan" in page.text
    assert send(client, text="a" * (MAX_TEXT + 1)).status_code == 422
    assert client.post("/report", data={"reporter": "child"}).status_code == 422
    assert reports(station) == []


def test_english_is_the_second_language(station: Station) -> None:
    client = station.browser()
    page = client.get("/report?lang=en").text
    assert '<html lang="en">' in page and "Tell us what happened" in page
    assert '<html lang="en">' in send(client, lang="en").text
    assert '<html lang="vi">' in client.get("/report?lang=xx").text


def test_urgent_words_bring_the_numbers_again(station: Station) -> None:
    client = station.browser()
    assert "đừng chờ" in send(client, danger_now="yes").text
    assert "đừng chờ" in send(client, text="cứu em với").text
    assert "đừng chờ" not in send(client).text


def test_a_flood_and_a_machine_wait_apart_and_hear_the_same(station: Station) -> None:
    client = station.browser()
    assert send(client, homepage="http://spam.example").status_code == 200
    for _ in range(REPORTS + 2):
        assert code_of(send(client))
    with station.database.read() as unit:
        apart = unit.public_reports.find(tuple(ReportDesk), (ReportState.QUARANTINED,))
    assert [report.quarantine for report in apart] == [Quarantine.TRAP, *[Quarantine.FLOOD] * 3]
    assert len(reports(station)) == REPORTS + 3, "none was refused"
    station.clock.forward(timedelta(minutes=2))
    send(client)
    assert len([row for row in reports(station) if row[1] is ReportState.RECEIVED]) == REPORTS


def test_codes_cannot_be_tried_without_end(station: Station) -> None:
    client = station.browser()
    tried = [
        client.post("/report/follow", data={"code": "sen tre gio"}).status_code for _ in range(CODE_TRIES + 1)
    ]
    assert tried == [422] * CODE_TRIES + [429]


@pytest.mark.parametrize("name", ["can-bo", "bao-ve", "quan-tri", "kiem-tra"])
def test_people_who_work_here_do_not_report_to_themselves(station: Station, name: str) -> None:
    person = station.person(name)
    assert person.client.post("/report", data=FORM).status_code == 403
    answer = person.client.post("/api/v1/reports", json=FORM)
    assert answer.status_code == 403 and "đăng xuất" in answer.json()["detail"].lower()
    assert reports(station) == []


def test_leaving_leads_elsewhere_and_asks_the_browser_to_forget(station: Station) -> None:
    answer = station.browser().get("/report/leave")
    assert answer.status_code == 303 and answer.headers["location"].startswith("https://vi.wikipedia.org")
    assert "cookies" in answer.headers["clear-site-data"]
    assert "clear-site-data" not in station.person("can-bo").get("/report/leave").headers
    for site in ("cross-site", "same-site"):  # an officer's strict cookie does not come with these
        foreign = station.browser().get("/report/leave", headers={"sec-fetch-site": site})
        assert foreign.status_code == 303 and "clear-site-data" not in foreign.headers


def test_other_sites_do_not_send_the_form(station: Station) -> None:
    client = station.browser()
    answer = client.post("/report", data=FORM, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403 and WORDS in answer.text
    assert reports(station) == []


def test_the_interface_for_programmes(station: Station) -> None:
    client = station.browser()
    answer = client.post("/api/v1/reports", json={**FORM, "danger_now": True})
    assert answer.status_code == 201 and "set-cookie" not in answer.headers
    body = answer.json()
    assert (body["number"], body["hotline"], len(body["code"].split())) == ("PA-000001", "111", 7)
    assert client.post("/report/follow", data={"code": body["code"]}).status_code == 200
    for bad in (
        {},
        {"reporter": "police"},
        {**FORM, "name": "x"},
        {**FORM, "text": 3},
        {"reporter": "child"},
    ):
        refused = client.post("/api/v1/reports", json=bad)
        assert refused.status_code == 422, bad
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["status"] == 422
    assert (
        client.post("/api/v1/reports", content=b"{", headers={"content-type": "application/json"}).status_code
        == 422
    )
    assert len(reports(station)) == 1
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/reports"]["post"]
    assert set(described["responses"]) >= {"201", "403", "422"}
