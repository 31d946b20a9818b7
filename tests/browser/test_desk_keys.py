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


def test_a_clock_turns_red_and_raises_an_alarm_while_the_page_is_open(site: DeskSite) -> None:
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
    expect(page.get_by_role("alert")).to_have_count(0)
    page.evaluate("document.querySelector('.clock[data-late]').dataset.late = '1'")
    page.clock.run_for(20_000)
    expect(clock).to_have_class("clock late")
    number = clock.locator("xpath=ancestor::tr").get_by_role("rowheader").inner_text()
    expect(page.get_by_role("alert")).to_have_text(f"Vừa quá hạn: {number}")
    assert page.title().startswith("⏰ ")


def test_keys_are_changed_without_a_mouse_and_taken_back(site: DeskSite) -> None:
    page = site.sign_in("kiem-toan")
    page.goto(f"{site.url}/account")
    page.get_by_role("link", name="Phím tắt của tôi").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/keys")
    page.locator("input[name=home]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("j")
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_contain_text("Phím j không thể làm hai việc")
    page.locator("input[name=home]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("y")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/keys?changed=1")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys kbd", has_text="y")).to_be_visible()
    expect(page.locator("dialog#keys kbd").filter(has_text="g")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("y")
    page.wait_for_url(f"{site.url}/")
    page.goto(f"{site.url}/account/keys")
    page.get_by_role("button", name="Dùng lại phím ban đầu").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/keys?changed=1")
    page.keyboard.press("g")
    page.wait_for_url(f"{site.url}/")
