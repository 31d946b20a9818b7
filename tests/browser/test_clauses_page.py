"""Clauses in Chromium: one admin ends one by the keyboard, another confirms; on a telephone; axe clean."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_reports_from_people import Served, seen, served
from tests.browser.test_reports_pages import at_desk

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture

CLAUSE = "L116-25-2-b"
WHY = "Nghị định mới bãi bỏ điều khoản này, đăng Công báo số 15 ngày 20/11/2026."


def test_one_ends_it_another_confirms(browser: Browser, served: Served) -> None:
    with at_desk(browser, served, "quan-tri", width=1280) as page:
        page.goto(f"{served.url}/clauses")
        seen(page, "clauses")
        page.get_by_role("link", name="điểm b khoản 2 Điều 25 Luật An ninh mạng").click()
        page.get_by_label("Ngày đầu tiên không còn hiệu lực").fill("2026-11-22")
        page.get_by_label("Vì sao").fill(f"Vì sao: {' ' * 40} bãi bỏ")
        page.get_by_role("button", name="Đề nghị ghi hết hiệu lực").press("Enter")
        expect(page.locator("#refusal")).to_contain_text("ít nhất 40 ký tự")
        expect(page.get_by_label("Ngày đầu tiên không còn hiệu lực")).to_have_value("2026-11-22")
        seen(page, "clause-refused")
        page.get_by_label("Vì sao").fill(WHY)
        page.get_by_role("button", name="Đề nghị ghi hết hiệu lực").press("Enter")
        expect(page.locator("main")).to_contain_text("một quản trị viên khác phải xác nhận")
        seen(page, "clause-proposed")
    with at_desk(browser, served, "quan-tri-hai", width=1280) as page:
        page.goto(f"{served.url}/clauses")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/clauses/{CLAUSE}")
        expect(page.locator("main")).to_contain_text("phải dựa vào điều khoản này")
        seen(page, "clause-waiting")
        page.get_by_role("button", name="Xác nhận hết hiệu lực").press("Enter")
        expect(page.locator("main")).to_contain_text("hết hiệu lực từ 22/11/2026")
        seen(page, "clause-ended")
        page.goto(f"{served.url}/clauses")
        seen(page, "clauses-ended")


@pytest.mark.parametrize(("scheme", "language"), [("light", "vi"), ("dark", "en")])
def test_on_a_telephone(browser: Browser, served: Served, scheme: str, language: str) -> None:
    with at_desk(browser, served, "quan-tri", width=360, scheme=scheme) as page:
        page.context.add_cookies([{"name": "lachan-language", "value": language, "url": served.url}])
        page.goto(f"{served.url}/clauses/{CLAUSE}")
        page.locator("[name=ends]").fill("2026-11-22")
        page.locator("[name=why]").fill(WHY)
        page.locator("form[action$='/end'] button").click()
        page.locator("#waiting-title").wait_for()
    with at_desk(browser, served, "quan-tri-hai", width=360, scheme=scheme) as page:
        page.context.add_cookies([{"name": "lachan-language", "value": language, "url": served.url}])
        for path in ("/clauses", f"/clauses/{CLAUSE}"):
            page.goto(f"{served.url}{path}")
            seen(page, f"{path.strip('/').replace('/', '-')}-{scheme}", width=360)
