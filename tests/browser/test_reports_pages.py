"""An officer reads, classifies and answers what people told, in Chromium: by click, on a telephone, axe clean.

The public pages themselves: `test_reports_from_people.py`. LACHAN_PICTURES=folder keeps pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from lachan.domain.report import Quarantine, Reporter, ReportState, Told
from tests.browser.test_reports_from_people import PATIENCE, Served, seen, served
from tests.review_ui.station import PASSWORD

pytestmark = pytest.mark.browser

WORDS = "em bị các bạn chặn ở cổng trường và trêu mỗi ngày, em sợ lắm, cứu em"
URL = "https://dien-dan.example/bai/77"
CONTACT = "nhắn cô Lan sau 17 giờ"

__all__ = ["served"]  # the fixture


def tell(served: Served) -> str:
    """Four reports, one of each kind; the code of the first."""
    submit = served.station.desk.public_reports.submit
    code = submit(Told(Reporter.CHILD, WORDS, contact=CONTACT)).code
    submit(Told(Reporter.TEACHER, "thầy nhờ xem trang này, có bài rao bán cho học sinh", url=URL))
    submit(Told(Reporter.PARENT, "xin gỡ trang nói về con tôi", url=URL, wants_removal=True))
    submit(Told(Reporter.OTHER, "lời gửi dồn dập"), Quarantine.FLOOD)
    return code


@contextmanager
def at_desk(
    browser: Browser, served: Served, name: str, *, width: int, scheme: str = "light"
) -> Iterator[Page]:
    """Somebody who is signed in, before a screen of this width."""
    station = served.station
    token, _ = station.desk.accounts.sign_in(name, PASSWORD, station.code(name))
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "lachan", "value": token, "url": served.url}])
    yield context.new_page()
    context.close()


def state(served: Served, report: int) -> ReportState:
    with served.station.database.read() as unit:
        return unit.public_reports.get(report).state


def test_from_the_queue_to_the_answer_that_the_child_reads(browser: Browser, served: Served) -> None:
    code = tell(served)
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(f"{served.url}/public-reports")
        expect(page.locator("tbody tr").first).to_contain_text("PA-000001")
        assert WORDS not in page.content()
        seen(page, "report-queue-1280")
        page.get_by_role("button", name="Đọc phản ánh tiếp theo").click()
        expect(page.locator("h1")).to_contain_text("PA-000001")
        expect(page.locator(".passage").first).to_have_text(WORDS)
        assert CONTACT not in page.content()
        seen(page, "report-page-1280")
        page.check("#settle input[value=advised]")
        page.fill(
            "#settle textarea", "Cảm ơn em đã kể. Cô Lan sẽ ở cổng trường. Hãy gọi 111 lúc nào cũng được."
        )
        page.get_by_role("button", name="Gửi trả lời").click()
        expect(page.locator("h1")).to_contain_text("Phản ánh của người dân")
        assert state(served, 1) is ReportState.ANSWERED
        page.goto(f"{served.url}/public-reports?show=answered")
        expect(page.locator("tbody")).to_contain_text("PA-000001")
    phone = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    phone.set_default_timeout(PATIENCE)
    page = phone.new_page()
    page.goto(f"{served.url}/report/follow")
    page.fill("#code", code)
    page.click("main button")
    expect(page.locator("main")).to_contain_text("Cô Lan sẽ ở cổng trường")
    phone.close()


def test_what_is_refused_keeps_what_was_typed(browser: Browser, served: Served) -> None:
    tell(served)
    with at_desk(browser, served, "bao-ve", width=1280) as page:
        page.goto(f"{served.url}/public-reports/1")
        page.get_by_role("button", name="Đọc", exact=True).click()
        page.check("#settle input[value=child_helped]")  # needs a protection case first
        page.fill("#settle textarea", "Cảm ơn em rất nhiều, các cô chú đã nhận được.")
        page.get_by_role("button", name="Gửi trả lời").click()
        expect(page.locator("#settle [role=alert]")).to_be_visible()
        expect(page.locator("#settle textarea")).to_have_value(
            "Cảm ơn em rất nhiều, các cô chú đã nhận được."
        )
        seen(page, "report-refused-1280")
        page.fill("#protect textarea", "Một em bị trêu mỗi ngày ở trường, cần người lắng nghe.")
        page.check("#protect input[value=child_privacy_bullying]")
        page.locator("#protect").get_by_role("button", name="Mở vụ việc bảo vệ trẻ").click()
        expect(page.locator("h1")).to_contain_text("VV-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_desk_are_clean_on_a_telephone(
    browser: Browser, served: Served, scheme: str
) -> None:
    tell(served)
    with at_desk(browser, served, "bao-ve", width=360, scheme=scheme) as page:
        for show in ("waiting", "apart"):
            page.goto(f"{served.url}/public-reports?show={show}")
            seen(page, f"report-queue-{show}-{scheme}", width=360)
        page.goto(f"{served.url}/public-reports/3")
        seen(page, f"report-unread-{scheme}", width=360)
        page.get_by_role("button", name="Đọc", exact=True).click()
        for form in page.locator("details summary").all():
            if form.is_visible():
                form.click()
        seen(page, f"report-page-{scheme}", width=360)
    with at_desk(browser, served, "phan-tich", width=360, scheme=scheme) as page:
        page.goto(f"{served.url}/public-reports/ledger")
        expect(page.locator("main")).to_contain_text("PA-000004")
        seen(page, f"report-ledger-{scheme}", width=360)


def test_officers_see_no_child_and_release_nothing_that_is_not_theirs(
    browser: Browser, served: Served
) -> None:
    tell(served)
    with at_desk(browser, served, "can-bo", width=1280) as page:
        page.goto(f"{served.url}/public-reports")
        expect(page.locator("tbody")).to_contain_text("PA-000002")
        assert "PA-000001" not in page.inner_text("main")
        answer = page.goto(f"{served.url}/public-reports/1")
        assert answer is not None and answer.status == 403
        assert WORDS not in page.content()
