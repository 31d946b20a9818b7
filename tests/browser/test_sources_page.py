"""The admins' page of sources, the public list and the line of a flood in Chromium: both languages, light and dark,
at 360 px, axe clean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from lachan.domain.budget import Budget
from lachan.domain.flood import THREAD_BOUND
from lachan.domain.post import SourceState
from lachan.pipeline.ports import Counter, Link, PageKind
from tests.browser.test_reports_from_people import Served, seen, served
from tests.browser.test_reports_pages import at_desk
from tests.review_ui.test_queues import flood

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture


def read_for_a_while(served: Served) -> None:
    """One source that fell silent, one halted."""
    now = served.station.clock.now
    with served.station.database.write() as unit:
        unit.sources.save(
            replace(unit.sources.get("dien-dan"), budget=Budget(pages_day=5000, bytes_day=500_000_000))
        )
        unit.sources.count(
            "dien-dan", (now - timedelta(days=5)).date(), {Counter.EXTRACTED: 1209, Counter.INBOXED: 77}
        )
        unit.sources.count(
            "dien-dan", now.date(), {Counter.PAGES: 12, Counter.ROBOTS: 2, Counter.BYTES: 2_500_000}
        )
        links = [Link(f"https://dien-dan.example/bai/{n}", PageKind.THREAD) for n in range(3)]
        unit.frontier.add("dien-dan", "dien-dan.example", links, now)
        (page, *_) = unit.frontier.lease("w", now, now + timedelta(minutes=30), 1, ["dien-dan"])
        unit.frontier.retry(page, now, now + timedelta(hours=1), "http_503")
        halted = replace(
            unit.sources.get("truong"),
            state=SourceState.HALTED,
            halt_reason="61 of the last 200 posts were flagged",
        )
        unit.sources.save(halted)


@pytest.mark.parametrize(("scheme", "language"), [("light", "vi"), ("dark", "en")])
def test_the_sources_page_on_a_telephone(
    browser: Browser, served: Served, scheme: str, language: str
) -> None:
    read_for_a_while(served)
    with at_desk(browser, served, "quan-tri", width=360, scheme=scheme) as page:
        page.context.add_cookies([{"name": "lachan-language", "value": language, "url": served.url}])
        page.goto(f"{served.url}/admin/sources")
        expect(page.locator(".alarm").first).to_contain_text("Diễn đàn Bến Sông")
        page.locator("#s-dien-dan ~ details summary").click()
        seen(page, f"sources-{scheme}", width=360)
        page.goto(f"{served.url}/public/sources")
        seen(page, f"sources-public-{scheme}", width=360)


def test_a_budget_is_narrowed_by_form(browser: Browser, served: Served) -> None:
    with at_desk(browser, served, "quan-tri", width=1280) as page:
        page.goto(f"{served.url}/admin/sources")
        page.locator("#s-dien-dan ~ details summary").click()
        form = page.locator("form[action='/admin/sources/dien-dan/budget']")
        form.get_by_label("Số trang mỗi ngày").fill("250")
        form.get_by_label("Chỉ đọc từ giờ (0–23)").fill("22")
        form.get_by_label("đến giờ (0–23)").fill("5")
        form.get_by_role("button").click()
        expect(page.locator("#s-dien-dan ~ details summary")).to_contain_text(
            "250 trang mỗi ngày, từ 22 đến 5 giờ"
        )
        seen(page, "sources-1280")


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_the_line_of_a_flood(browser: Browser, served: Served, scheme: str, width: int) -> None:
    flood(served.station, THREAD_BOUND + 30)
    with at_desk(browser, served, "can-bo", width=width, scheme=scheme) as page:
        page.goto(f"{served.url}/queue/review")
        line = page.locator(".note", has_text="chờ đến lượt")
        expect(line).to_contain_text("30 vụ việc")
        seen(page, f"flood-{scheme}", width=width)
        line.get_by_role("button", name="Cho vào thêm 20 vụ").click()
        expect(page.locator(".note", has_text="chờ đến lượt")).to_contain_text("10 vụ việc")
        page.locator(".note", has_text="chờ đến lượt").get_by_role("button", name="Cho vào tất cả").click()
        expect(page.locator(".note", has_text="chờ đến lượt")).to_have_count(0)
