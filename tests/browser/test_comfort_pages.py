"""Support, one's own keys and the training mark in Chromium: axe in light, dark, grey and calm, and at 360 px."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DeskSite
from tests.browser.test_reports_from_people import seen

pytestmark = pytest.mark.browser

MARK = """() => {
  document.documentElement.classList.add("training");
  document.querySelector("header").insertAdjacentHTML("afterbegin",
    '<p class="banner training" role="note"><strong>BẢN TẬP</strong> · Mọi vụ việc ở đây đều bịa ra.</p>');
}"""


@pytest.fixture
def page(site: DeskSite) -> Page:
    return site.sign_in("can-bo", width=360)


def test_they_are_readable_in_every_look(site: DeskSite, page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in ("/support", "/account/keys"):
            page.goto(f"{site.url}{path}")
            seen(page, f"{path.strip('/').replace('/', '-')}-{scheme}", width=360)
        page.goto(f"{site.url}/queue/review")
        page.evaluate(MARK)
        seen(page, f"training-{scheme}", width=360)


def test_looks_are_switched_by_keys_alone(site: DeskSite, page: Page) -> None:
    page.goto(f"{site.url}/support")
    for name in ("Bật chế độ yên tĩnh", "Chuyển sang màu xám, dịu mắt"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.locator("html")).to_have_class("grey calm")
    page.goto(f"{site.url}/queue/review")
    seen(page, "queue-calm", width=360)
    page.goto(f"{site.url}/support")
    for name in ("Tắt chế độ yên tĩnh", "Dùng màu bình thường"):
        page.get_by_role("button", name=name).click()
        page.wait_for_load_state()
    expect(page.locator("html")).not_to_have_class("grey calm")
