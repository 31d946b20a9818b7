"""axe (WCAG 2.2 A and AA among its rules) finds nothing on any page: every GET route that answers with a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from lachan.domain.account import PERMISSIONS, Role
from lachan.domain.taxonomy import Context
from lachan.reports import Letters
from review_ui.permissions import ROUTES
from tests.browser.test_reports_from_people import Served, seen, served
from tests.browser.test_reports_pages import at_desk
from tests.browser.test_roles import issued, token_of
from tests.review_ui.station import PEOPLE

pytestmark = pytest.mark.browser

__all__ = ["served"]  # the fixture

#: Answers without a page of ours: data, files, forms of another page, the way to a provider that is not there.
NO_PAGE: Final = frozenset(
    {
        "/healthz", "/readyz", "/queue/looking", "/search/table", "/public-reports/ledger/file",
        "/reports/weekly/file", "/api/v1/search", "/api/v1/queues", "/api/v1/openapi.json", "/report/leave",
        "/notices/{notice_id}/letter.docx", "/sso/start", "/sso/callback", "/reports", "/training", "/training/enter",
    }
)  # fmt: skip
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
PAGES: Final = sorted(
    route.removeprefix("GET ") for route in ROUTES if route.startswith("GET ") and route[4:] not in NO_PAGE
)


def _filled(served: Served) -> dict[str, str]:
    """Something of everything; what stands for the numbers in the addresses."""
    station = served.station
    station.app.state.desk = replace(station.desk, letters=Letters())  # no letter on paper: what is sent
    case, notice = issued(served)
    station.desk.appeals.submit(notice.code, "Bài này nhắc học sinh tránh xa.")
    station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM, urgent=True)
    open_case = station.case("bán vape cho học sinh lớp 7, ship tận nơi, gọi 0900 000 123 lấy liền")
    officer = station.desk.accounts.actor(token_of(served, "can-bo"))
    assert officer
    station.desk.review.claim(officer, open_case.id)
    station.case("bán vape cho học sinh lớp 9, ib mình chỉ chỗ, để lại lời nhắn nhé các bạn")
    return {
        "case_id": str(open_case.id), "case": str(case.id), "notice_id": str(notice.id), "appeal_id": "1",
    }  # fmt: skip


def _reader(path: str) -> str | None:
    """Who may read it: the first of the station's people; None for everybody."""
    needed = ROUTES[f"GET {path}"]
    if needed is None or not needed:
        return None
    return next(name for name, role in PEOPLE.items() if not needed.isdisjoint(PERMISSIONS[role]))


def test_every_page_is_clean(browser: Browser, served: Served) -> None:
    numbers = _filled(served)
    by_reader: dict[str | None, list[str]] = {}
    for path in PAGES:
        by_reader.setdefault(_reader(path), []).append(path)
    by_reader.setdefault("bao-ve", []).append("/")
    by_reader.setdefault("phe-duyet", []).append("/")
    looked = 0
    for name, paths in by_reader.items():
        if name is None:
            context = browser.new_context()
            page = context.new_page()
            looked += sum(_look(page, served, path, numbers) for path in paths)
            context.close()
            continue
        with at_desk(browser, served, name, width=1280) as page:
            looked += sum(_look(page, served, path, numbers) for path in paths)
    assert looked >= len(PAGES) - 2
    assert Role.ADMIN in PEOPLE.values()


def _look(page: Page, served: Served, path: str, numbers: dict[str, str]) -> bool:
    """False for an address of something that is not there (a report, a bulletin)."""
    try:
        address = path.format(**numbers)
    except KeyError:
        return False
    if path.endswith("letter.html"):  # under a policy that lets no script run, axe's neither
        page.goto("about:blank")
        page.set_content(page.request.get(f"{served.url}{address}").text())
        # Laid out by NĐ 30/2020, which knows no landmarks: the rules of WCAG alone.
        found = Axe().run(page, options={"runOnly": WCAG})
        assert found.violations_count == 0, found.generate_report()
        return True
    answer = page.goto(f"{served.url}{address}")
    assert answer and answer.status == 200, (path, answer and answer.status)
    seen(page, path)
    return True


def test_the_case_pages_in_hand_are_clean(browser: Browser, served: Served) -> None:
    """What only who holds a case sees: the decision, the referral, a refusal beside the form."""
    station = served.station
    review = station.case()
    child = station.case("em muốn có người giúp, em không dám về nhà nữa", context=Context.VICTIM)
    for name, case in (("can-bo", review), ("bao-ve", child)):
        with at_desk(browser, served, name, width=1280) as page:
            page.goto(f"{served.url}/cases/{case.id}")
            page.locator("[data-claim] button").click()
            page.locator("#decide").wait_for()
            seen(page, f"{name} in hand")
            if name == "can-bo":
                page.locator("#m-removal_request").check()
                page.locator("#decide button.primary").click()
                page.locator("#refusal").wait_for()
                seen(page, "refused")
                page.keyboard.press("?")
                page.locator("dialog#keys[open]").wait_for()
                seen(page, "keys")
