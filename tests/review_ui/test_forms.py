"""What is let in: tokens, origins, sizes; and the headers of every answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lachan.domain.case import CaseState
from review_ui.guard import local_path
from review_ui.size_limit import MAX_BODY
from tests.review_ui.station import NECESSITY, Station, form_token, open_station


def test_a_form_without_its_token_is_refused(station: Station) -> None:
    case = station.case()
    person = station.person("can-bo")
    for fields in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é" * 64}):
        assert person.client.post(f"/cases/{case.id}/claim", data=fields).status_code == 403
    assert station.now(case).state is CaseState.OPEN


def test_a_token_of_another_session_does_not_fit(station: Station) -> None:
    case = station.case()
    other = form_token(station.person("can-bo-hai").get("/"))
    answer = station.person("can-bo").client.post(f"/cases/{case.id}/claim", data={"csrf": other})
    assert answer.status_code == 403
    assert station.now(case).state is CaseState.OPEN


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "http://desk.example.elsewhere.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://desk.example"}, 303),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
    ],
)
def test_only_our_own_pages_send_forms(station: Station, headers: dict[str, str], status: int) -> None:
    case = station.case()
    person = station.person("can-bo")
    token = form_token(person.get("/"))
    answer = person.client.post(f"/cases/{case.id}/claim", data={"csrf": token}, headers=headers)
    assert answer.status_code == status


def test_what_was_typed_comes_back_when_the_session_has_ended(station: Station) -> None:
    case = station.case()
    client = station.browser()
    answer = client.post(f"/cases/{case.id}/decide", data={"reason": NECESSITY})
    assert answer.status_code == 401
    assert NECESSITY in answer.text


def test_large_bodies_are_refused(station: Station) -> None:
    person = station.person("can-bo")
    declared = person.client.post("/settings", data={"csrf": "x" * MAX_BODY})
    streamed = person.client.post(
        "/settings",
        content=(b"x" * 4096 for _ in range(MAX_BODY // 4096 + 2)),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert (declared.status_code, streamed.status_code) == (413, 413)


def test_files_are_not_taken(station: Station) -> None:
    person = station.person("can-bo")
    assert person.client.post("/settings", files={"next": ("a.txt", b"abc")}).status_code == 400


def test_every_answer_has_its_headers(station: Station) -> None:
    person = station.person("can-bo")
    ids = set()
    for path in ("/", "/login", "/nothing", "/static/desk.css", "/healthz", "/api/v1/queues"):
        headers = person.get(path).headers
        ids.add(headers["x-request-id"])
        policy = headers["content-security-policy"]
        assert (
            "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        )
        assert "http" not in policy  # no third party
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in headers
    assert len(ids) == 6


def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(station: Station) -> None:
    case = station.case()
    person = station.person("can-bo")
    person.post(f"/cases/{case.id}/claim")
    for path in ("/", "/queue/review", f"/cases/{case.id}", "/search?q=pod", "/help", "/login"):
        text = person.get(path).text
        assert "style=" not in text and "<style" not in text, path
        assert "onclick" not in text and "onload" not in text, path
        assert 'src="http' not in text and 'href="//' not in text, path


def test_cookies_over_https(tmp_path: Path, founded: tuple[Path, dict[str, str | None]]) -> None:
    shutil.copytree(founded[0], tmp_path, dirs_exist_ok=True)
    station = open_station(tmp_path, founded[1], secure=True)
    client = station.browser()
    token = form_token(client.get("/login"))
    answer = client.post(
        "/login",
        data={
            "csrf": token,
            "name": "can-bo",
            "password": "mot cau that dai de nho",
            "code": station.code("can-bo") or "",
        },
    )
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-lachan="))
    assert "HttpOnly" in cookie and "Secure" in cookie and "samesite=strict" in cookie.lower()
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    station.database.close()


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ("/cases/3?x=1#post-2", "/cases/3?x=1#post-2"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_no_redirect_leads_away(given: str, goes: str) -> None:
    assert local_path(given) == goes


def test_a_crash_tells_nothing(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    person = station.person("can-bo")
    monkeypatch.setattr(station.database, "read", lambda: (_ for _ in ()).throw(ValueError("secret words")))
    answer = person.get("/help")
    assert answer.status_code == 500
    assert "secret words" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
