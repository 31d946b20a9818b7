"""The desk by keys alone: a dismissal in two presses, taken back by one; who else looks, live."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DeskSite

pytestmark = pytest.mark.browser


def test_two_keys_dismiss_and_one_takes_it_back(site: DeskSite) -> None:
    page = site.sign_in("can-bo")
    page.keyboard.press("n")
    page.wait_for_url("**/cases/*")
    first = page.locator("h1").inner_text().split()[0]
    page.keyboard.press("b")
    page.keyboard.press("1")
    page.wait_for_url("**/*done=dismissed*")
    expect(page.locator(".done")).to_contain_text(f"{first}: đã bỏ qua")
    page.keyboard.press("u")
    page.wait_for_url("**/*done=undone*")
    assert page.locator("h1").inner_text().split()[0] == first
    expect(page.locator("#decide")).to_be_visible()  # in hand again
    page.locator("form[action$='/release'] button").click()
    expect(page.locator(".done")).to_contain_text("đã trả về hàng chờ")
    page.keyboard.press("u")
    page.wait_for_url("**/*done=undone*")


def test_a_clock_turns_red_while_the_page_is_open(site: DeskSite) -> None:
    page = site.sign_in("bao-ve")
    page.clock.install()
    page.goto(f"{site.url}/queue/protect")
    clock = page.locator(".clock[data-late]").first
    late = int(clock.get_attribute("data-late") or "0")
    page.evaluate(
        "(at) => document.querySelector('.clock[data-late]').dataset.late = at", str(late + 86_400 * 9)
    )
    page.clock.run_for(20_000)
    expect(clock).not_to_have_class("clock late")
    page.evaluate("document.querySelector('.clock[data-late]').dataset.late = '1'")
    page.clock.run_for(20_000)
    expect(clock).to_have_class("clock late")
