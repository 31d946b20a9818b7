"""The directory and the referral that uses it, in Chromium: two people, the keyboard, a telephone, axe clean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from lachan.app.town_directory import PROVINCE, fill_directory
from lachan.domain.account import Account, Actor, Role
from lachan.domain.referral import ReferralState
from lachan.domain.taxonomy import Context
from tests.browser.test_reports_from_people import Served, seen, served
from tests.browser.test_reports_pages import at_desk

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture

COMMUNE = "Xã Gò Mây, Bến Sông"


def filled(served: Served) -> None:
    station = served.station
    writer, other = (
        Actor(Account(name, Role.ADMIN), interactive=True) for name in ("quan-tri", "quan-tri-hai")
    )
    fill_directory(station.desk.directory, station.database, writer, other)


def test_one_writes_another_verifies_by_keyboard(browser: Browser, served: Served) -> None:
    with at_desk(browser, served, "quan-tri", width=1280) as page:
        page.goto(f"{served.url}/directory")
        page.locator("form[action='/directory'][method=post] [name=kind]").focus()
        page.keyboard.type("Y")  # the native list finds it by its letter
        page.locator("form[method=post] [name=kind]").select_option("health")
        page.get_by_label("Tên cơ quan").fill("Nguyễn Văn Mẫu")
        page.locator("form[action='/directory'][method=post] [name=province]").select_option(PROVINCE)
        page.get_by_label("Xã, phường, đặc khu (để trống").fill("Gò Mây")
        page.get_by_label("Số điện thoại cơ quan").fill("0900 000 205")
        page.keyboard.press("Enter")
        expect(page.locator("#refusal")).to_contain_text("không ghi tên người")
        expect(page.get_by_label("Số điện thoại cơ quan")).to_have_value("0900 000 205")
        seen(page, "directory-refused")
        page.get_by_label("Tên cơ quan").fill("Trạm y tế xã Gò Mây")
        page.keyboard.press("Enter")
        page.wait_for_url("**/directory/1")
        expect(page.locator("main")).to_contain_text("một người khác phải xác nhận")
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(f"{served.url}/directory")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/directory/1")
        page.locator("form[action$='/verify'] button").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Đã xác nhận, đến")
        seen(page, "directory-entry")


@pytest.mark.parametrize(("scheme", "language"), [("light", "vi"), ("dark", "en")])
def test_on_a_telephone(browser: Browser, served: Served, scheme: str, language: str) -> None:
    filled(served)
    child = served.station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM)
    with at_desk(browser, served, "bao-ve", width=360, scheme=scheme) as page:
        page.context.add_cookies([{"name": "lachan-language", "value": language, "url": served.url}])
        for path in ("/directory", f"/directory?province={PROVINCE}", "/directory/1", "/oncall"):
            page.goto(f"{served.url}{path}")
            seen(page, f"directory{path.replace('/', '-')}-{scheme}", width=360)
        page.goto(f"{served.url}/cases/{child.id}")
        page.locator("[data-claim] button").click()
        page.locator("#decide").wait_for()
        page.goto(f"{served.url}/cases/{child.id}?province={PROVINCE}&commune={COMMUNE}")
        seen(page, f"refer-{scheme}", width=360)


def test_help_is_chosen_near_and_the_next_is_named(browser: Browser, served: Served) -> None:
    filled(served)
    station = served.station
    child = station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM)
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(f"{served.url}/cases/{child.id}")
        page.keyboard.press("c")
        page.locator("#decide").wait_for()
        page.locator(".area [name=province]").select_option(PROVINCE)
        page.locator(".area button").click()
        page.locator(".area [name=commune]").select_option(COMMUNE)
        page.locator(".area button").click()
        offered = page.locator(".refer input[name=entry]")
        expect(offered.first).to_be_checked()
        names = page.locator(".refer label.check strong").all_inner_texts()
        assert names[0].endswith("111") and "Gò Mây" in names[1]
        page.locator("#harm-school").check()
        expect(page.locator(".refer .to-school").first).to_be_hidden()
        page.locator("#harm-police").check()
        expect(page.locator(".refer .to-school").first).to_be_visible()
        expect(page.locator(".refer .to-commune_police").first).to_be_hidden()
        seen(page, "refer")
        page.get_by_label("Trẻ cần gì").fill("Cần người gọi lại và một nơi an toàn tối nay.")
        page.get_by_role("button", name="Chuyển thông tin ngay").click()
        expect(page.locator(".done")).to_contain_text("đã chuyển thông tin")
    station.clock.forward(timedelta(hours=2, minutes=5))
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(f"{served.url}/referrals")
        named = page.locator(".note strong").inner_text()
        form = page.locator("form:has(input[value=send_next])")
        assert named in form.locator("option:checked").inner_text()
        seen(page, "referral-late")
        form.locator("button").click()
        expect(page.locator("main")).to_contain_text("Đã hỏi trước đó")
        seen(page, "referral-next")
    with station.database.read() as unit:
        (referral,) = unit.referrals.of_case(child.id)
    assert referral.state is ReferralState.SENT
    assert [used.contact.office for used in referral.contacts][1] == named
