"""Single sign-on in Chromium, between two sites: the strict session cookie comes along, whatever the way back was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from lachan.app.oidc import Provider
from lachan.pipeline.sso import SingleSignOn
from tests.app.test_single_sign_on import issuer
from tests.browser.test_reports_from_people import Served, seen, served

pytestmark = pytest.mark.browser

__all__ = ["issuer", "served"]  # fixtures


@pytest.fixture
def signed_on(served: Served, issuer: str) -> Iterator[Served]:
    """`served`, with a provider on `localhost`, which to a browser is another site than 127.0.0.1."""
    station = served.station
    station.clock.now = datetime.now(UTC)
    provider = Provider(
        issuer=issuer.replace("127.0.0.1", "localhost"),
        client_id="lachan",
        client_secret="bi-mat",
        redirect_uri=f"{served.url}/sso/callback",
        desk_url=served.url,
        clock=station.clock,
    )
    sso = SingleSignOn(station.database, station.clock, station.desk.accounts, provider)
    sso.link(station.desk.accounts.named("quan-tri-hai"), "can-bo", "nguoi-9")
    station.app.state.desk = replace(station.desk, sso=sso)
    yield served


def test_there_and_back_with_our_code(browser: Browser, signed_on: Served) -> None:
    page = browser.new_context().new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(f"{signed_on.url}/queue/review")
    page.wait_for_url("**/login?next=*")
    seen(page, "login with single sign-on")
    page.get_by_role("link", name="Đăng nhập bằng tài khoản cơ quan").click()
    page.locator("input[name=sub]").fill("nguoi-9")
    page.get_by_role("button", name="Authorize").click()
    expect(page.locator("h1")).to_have_text("Mã trên điện thoại")
    seen(page, "our code")
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Đăng nhập").click()
    page.locator("input[name=code]").fill(signed_on.station.code("can-bo") or "")
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/queue/review")
    expect(page.locator("header")).to_contain_text("can-bo")
    page.goto(f"{signed_on.url}/")
    expect(page.locator("header")).to_contain_text("can-bo")
    assert [line for line in told if "Content Security" in line or "Refused" in line] == []
    page.context.close()
