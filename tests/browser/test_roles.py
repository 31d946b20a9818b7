"""Whole flows in Chromium for the roles beside officer and approver: protection, audit, administration, appeals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from lachan.domain.case import Case, CaseState
from lachan.domain.measure import Measure
from lachan.domain.notice import Notice, NoticeState
from lachan.domain.referral import ReferralState
from lachan.domain.taxonomy import Context
from lachan.pipeline.review import Decision
from tests.browser.test_reports_from_people import Served, served
from tests.browser.test_reports_pages import at_desk
from tests.review_ui.station import NECESSITY, PASSWORD

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture

BASIS = ("L116-13-4-đ", "L116-16-3-b", "L116-25-2-b")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def issued(served: Served) -> tuple[Case, Notice]:
    """A takedown of two people, by the use cases."""
    desk, case = served.station.desk, served.station.case()
    officer, approver = (
        served.station.desk.accounts.actor(token_of(served, n)) for n in ("can-bo", "phe-duyet")
    )
    assert officer and approver
    desk.review.claim(officer, case.id)
    decision = Decision(Measure.REMOVAL_REQUEST, NECESSITY, BASIS, recipient="Ban quản trị")
    desk.review.decide(officer, case.id, decision)
    desk.review.check_page(approver, case.id)
    return case, desk.review.approve(approver, case.id)


def token_of(served: Served, name: str) -> str:
    return served.station.desk.accounts.sign_in(name, PASSWORD, served.station.code(name))[0]


def test_a_referral_from_the_cry_to_its_end(browser: Browser, served: Served) -> None:
    station = served.station
    child = station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM)
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(served.url)
        page.keyboard.press("n")
        page.wait_for_url(f"**/cases/{child.id}")
        page.get_by_label("Trẻ cần gì").fill("Cần người gọi lại và một nơi an toàn tối nay.")
        press(page, "Chuyển thông tin ngay")
        expect(page.locator(".done")).to_contain_text("đã chuyển thông tin")
        page.goto(f"{served.url}/referrals")
        for act in ("accept", "reach"):
            page.locator(f"form:has(input[value={act}]) button").click()
            expect(page.locator(f"input[value={act}]")).to_have_count(0)
    for wait, closes in ((timedelta(hours=25), False), (timedelta(days=7), True)):
        station.clock.forward(wait)
        with at_desk(browser, served, "bao-ve", width=1280) as page:
            page.goto(f"{served.url}/referrals")
            expect(page.get_by_role("alert")).to_contain_text("Đến lúc hỏi thăm lại")
            page.locator("form:has(input[value=follow_up]) button").click()
            expect(page.locator("main")).to_contain_text("Đã hỏi thăm")
            if closes:
                page.locator("form:has(input[value=close]) button").click()
                expect(page.locator(".empty")).to_contain_text("Không có việc chuyển thông tin nào đang mở")
    with station.database.read() as unit:
        assert [referral.state for referral in unit.referrals.of_case(child.id)] == [ReferralState.CLOSED]


def test_the_auditor_verifies_and_sees_no_case(browser: Browser, served: Served) -> None:
    case, _ = issued(served)
    with at_desk(browser, served, "kiem-tra", width=1280) as page:
        page.goto(served.url)
        page.get_by_role("link", name="Mở nhật ký").click()
        press(page, "Kiểm tra toàn bộ nhật ký")
        expect(page.get_by_role("status")).to_contain_text("nguyên vẹn")
        expect(page.locator("tbody")).to_contain_text("Phê duyệt")
        page.goto(f"{served.url}/cases/{case.id}")
        expect(page.locator("h1")).not_to_contain_text(case.number)
        page.goto(f"{served.url}/reports/weekly")
        expect(page.locator("h1")).to_contain_text("Báo cáo")
        assert page.locator("nav a[href='/queue/review'], nav a[href='/queue/protect']").count() == 0


def test_two_admins_make_a_source_and_an_account(browser: Browser, served: Served) -> None:
    with at_desk(browser, served, "quan-tri", width=1280) as page:
        page.goto(f"{served.url}/admin/sources")
        for name, words in (
            ("key", "cau-lac-bo"),
            ("title", "Diễn đàn Câu lạc bộ"),
            ("url", "https://clb.example/"),
            ("legal_basis", "Luật Trẻ em Điều 54"),
            ("contact", "Ban quản trị"),
        ):
            page.locator(f"form[action='/admin/sources'] [name={name}]").fill(words)
        press(page, "Đề nghị")
        card = page.locator("section", has=page.locator("#s-cau-lac-bo"))
        expect(card).to_contain_text("Chờ")
        card.get_by_role("button", name="Xác nhận").click()
        expect(page.locator("main")).to_contain_text("quản trị viên khác phải xác nhận")
    with at_desk(browser, served, "quan-tri-hai", width=1280) as page:
        page.goto(f"{served.url}/admin/sources")
        card = page.locator("section", has=page.locator("#s-cau-lac-bo"))
        card.get_by_role("button", name="Xác nhận").click()
        expect(page.locator("section", has=page.locator("#s-cau-lac-bo"))).to_contain_text("Đang đọc")
        page.goto(f"{served.url}/admin/accounts")
        page.locator("[name=name]").fill("phe-duyet-ba")
        page.locator("[name=role]").select_option("approver")
        page.locator("[name=password]").fill("mot cau dai khac de nho lau")
        press(page, "Lập tài khoản")
        expect(page.get_by_role("status")).to_contain_text("Đã lập tài khoản phe-duyet-ba")
        assert len(page.locator("code.secret").inner_text()) == 32
        page.reload()
        assert page.locator("code.secret").count() == 0, "shown once"


def test_an_appeal_from_the_public_page_to_the_withdrawn_letter(browser: Browser, served: Served) -> None:
    case, notice = issued(served)
    outside = browser.new_context().new_page()
    outside.goto(f"{served.url}/appeal")
    outside.locator("[name=code]").fill(notice.code.lower())
    outside.locator("[name=reason]").fill("Bài này là của nhà trường, nhắc học sinh tránh xa.")
    press(outside, "Gửi khiếu nại")
    expect(outside.get_by_role("button", name="Gửi khiếu nại")).to_have_count(0)
    outside.context.close()
    with at_desk(browser, served, "phe-duyet", width=1280) as page:
        page.goto(f"{served.url}/appeals/1")
        press(page, "Nhận giải quyết")
        expect(page.locator("#refusal, main > [role=alert]:visible").first).to_contain_text(
            "người khác phải giải quyết"
        )
    with at_desk(browser, served, "phe-duyet-hai", width=1280) as page:
        page.goto(f"{served.url}/appeals/1")
        press(page, "Nhận giải quyết")
        page.get_by_label("Hủy thông báo; yêu cầu được thu hồi").check()
        page.get_by_label("Trả lời người khiếu nại").fill("Đúng là bài nhắc nhở; thông báo được thu hồi.")
        press(page, "Gửi kết quả")
        page.wait_for_load_state()
        expect(page.locator("main")).to_contain_text("thông báo được thu hồi")
    with served.station.database.read() as unit:
        assert unit.notices.of_case(case.id)[0].state is NoticeState.WITHDRAWN
        assert unit.cases.get(case.id).overturned
        assert unit.cases.get(case.id).state is CaseState.CLOSED


def test_a_disagreement_settled_by_a_third_person(browser: Browser, served: Served) -> None:
    case = served.station.case()
    desk = served.station.desk
    officer = desk.accounts.actor(token_of(served, "can-bo"))
    assert officer
    desk.review.claim(officer, case.id)
    desk.review.decide(
        officer, case.id, Decision(Measure.REMOVAL_REQUEST, NECESSITY, BASIS, recipient="Ban quản trị")
    )
    with at_desk(browser, served, "phe-duyet", width=1280) as page:
        page.goto(f"{served.url}/cases/{case.id}")
        page.get_by_label("Cần sửa điều gì").fill("Nhắc chủ tài khoản là đủ.")
        press(page, "Không đồng ý, chuyển người thứ ba")
        expect(page.locator(".done")).to_contain_text("người thứ ba")
    with at_desk(browser, served, "phe-duyet-hai", width=1280) as page:
        page.goto(f"{served.url}/queue/approvals")
        page.locator(f"a[href='/cases/{case.id}']").first.click()
        expect(page.locator("#approve")).to_contain_text("Nhắc chủ tài khoản là đủ.")
        assert "can-bo" not in page.locator("main").inner_text()
        press(page, "Xem lại trang")
        press(page, "Phê duyệt và ban hành")
        page.wait_for_url("**/notices/*")
    assert served.station.now(case).approved_by == "phe-duyet-hai"
