"""Log-in, lock-out, log-out, and the demo accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from lachan.domain.account import Role
from lachan.domain.case import CaseState
from lachan.pipeline.ports import CaseFilter
from review_ui import DemoAccount, DemoInfo, create_app
from tests.review_ui.station import PASSWORD, Station, form_token


def _log_in(client: TestClient, name: str, password: str, code: str | None, **more: str) -> Response:
    token = form_token(client.get("/login"))
    fields = {"csrf": token, "name": name, "password": password, "code": code or "", **more}
    return client.post("/login", data=fields)


def test_password_and_code_open_the_desk(station: Station) -> None:
    client = station.browser()
    answer = _log_in(client, "can-bo", PASSWORD, station.code("can-bo"), next="/queue/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue/review")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("lachan="))
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    assert "can-bo" in client.get("/").text


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("can-bo", "sai", None),
        ("can-bo", PASSWORD, None),
        ("can-bo", PASSWORD, "000000"),
        ("ai-do", "x", "1"),
    ],
)
def test_what_does_not_fit_is_not_said(station: Station, name: str, password: str, code: str | None) -> None:
    client = station.browser()
    answer = _log_in(client, name, password, code)
    assert answer.status_code == 401
    assert "Tên, mật khẩu hoặc mã không đúng" in answer.text
    assert password not in answer.text or password == "x"
    assert client.get("/").status_code == 303


def test_five_failures_lock_the_account(station: Station) -> None:
    client = station.browser()
    for _ in range(5):
        assert _log_in(client, "can-bo", "sai", "000000").status_code == 401
    assert _log_in(client, "can-bo", PASSWORD, station.code("can-bo")).status_code == 401
    station.clock.forward(timedelta(minutes=16))
    assert _log_in(client, "can-bo", PASSWORD, station.code("can-bo")).status_code == 303


def test_one_address_tries_ten_times_a_minute(station: Station) -> None:
    client = station.browser()
    statuses = [_log_in(client, f"ai-do-{n}", "sai", "0").status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    station.clock.forward(timedelta(minutes=2))
    assert _log_in(client, "can-bo", PASSWORD, station.code("can-bo")).status_code == 303


def test_next_never_leads_away(station: Station) -> None:
    code = station.code("can-bo")
    answer = _log_in(station.browser(), "can-bo", PASSWORD, code, next="//elsewhere.example/")
    assert answer.headers["location"] == "/"


def test_log_in_changes_the_session(station: Station) -> None:
    client = station.browser()
    client.cookies.set("lachan", "planted-by-somebody", domain="desk.example")
    _log_in(client, "can-bo", PASSWORD, station.code("can-bo"))
    assert client.cookies["lachan"] != "planted-by-somebody"
    assert station.desk.accounts.actor("planted-by-somebody") is None


def test_log_out_ends_the_session_on_the_server(station: Station) -> None:
    person = station.person("can-bo")
    token = person.client.cookies["lachan"]
    assert person.post("/logout").headers["location"] == "/login"
    assert station.desk.accounts.actor(token) is None


def test_log_out_gives_back_the_case(station: Station) -> None:
    station.case()
    person = station.person("can-bo")
    person.post("/queue/review/next")
    mine = CaseFilter(states=(CaseState.CLAIMED,), claimed_by="can-bo")
    with station.desk.database.read() as unit:
        assert unit.cases.count(mine) == 1
    person.post("/logout")
    with station.desk.database.read() as unit:
        assert unit.cases.count(mine) == 0


def test_a_log_in_form_needs_its_token(station: Station) -> None:
    fields = {"name": "can-bo", "password": PASSWORD, "code": station.code("can-bo") or ""}
    assert station.browser().post("/login", data=fields).status_code == 403


def test_the_demo_shows_working_codes_and_says_so_everywhere(station: Station) -> None:
    account = DemoAccount("can-bo", Role.OFFICER, PASSWORD, station.secrets["can-bo"])
    app = create_app(replace(station.desk, demo=DemoInfo((account,))))
    for _ in range(2):  # a second log-in within the same half minute gets the next code
        client = TestClient(app, base_url="http://desk.example", follow_redirects=False)
        page = client.get("/login")
        assert PASSWORD in page.text
        assert "Bản chạy thử" in page.text
        totp = pyotp.TOTP(account.totp_secret or "")
        now = int(station.clock.now.timestamp())
        code = next(c for c in (totp.at(now), totp.at(now + 30)) if c in page.text)
        fields = {"csrf": form_token(page), "name": "can-bo", "password": PASSWORD, "code": code}
        assert client.post("/login", data=fields).status_code == 303
        assert "Bản chạy thử" in client.get("/queue/review").text


def test_a_live_desk_shows_no_accounts(station: Station) -> None:
    page = station.browser().get("/login").text
    assert PASSWORD not in page and "Bản chạy thử" not in page
