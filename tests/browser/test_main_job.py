"""One case, from the queue to the letter, the search and the week, by two people in a real browser.

With LACHAN_PICTURES=folder the pages are kept as pictures (the README's come from here).
"""

from __future__ import annotations

import io
import os
import re
import time
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from lachan.pipeline.snippet import fold
from tests.browser.conftest import DeskSite

pytestmark = pytest.mark.browser

NECESSITY = (
    "Bài rao bán cho học sinh, còn công khai, nhiều em hỏi mua; nhãn cảnh báo không ngăn được việc bán."
)


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("LACHAN_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_case_from_the_queue_to_the_week(site: DeskSite) -> None:
    officer = site.sign_in("can-bo")
    picture(officer, "overview")
    officer.goto(f"{site.url}/queue/review?category=drugs_to_minors")
    picture(officer, "queue")
    officer.locator("a[href^='/cases/']").first.click()
    number = officer.locator("h1").inner_text().strip()
    case = int(number.removeprefix("VV-"))

    # Before it is claimed: the text blurred, its address not shown.
    assert "/dien-dan/" not in officer.locator("main").inner_text()
    officer.locator("form[data-claim] button").first.click()
    officer.locator("label[for=show-text]").click()
    expect(officer.locator("main mark").first).to_be_visible()  # the words that carried the judgement
    expect(officer.locator("main a[href*='/dien-dan/']").first).to_be_visible()
    query = " ".join(re.findall(r"[a-z]{3,}", fold(officer.locator(".passage").first.inner_text()))[:2])

    # Too short a necessity comes back beside the form, with what was typed.
    officer.locator("#m-removal_request").check()
    officer.locator("[name=recipient]").fill("Ban quản trị Diễn đàn Bến Sông")
    officer.locator("#decide [name=reason]").fill("Cần gỡ bài này")
    officer.locator("#decide button.primary").click()
    expect(officer.locator("#refusal")).to_be_visible()
    assert officer.locator("#decide [name=reason]").input_value() == "Cần gỡ bài này"
    officer.locator("#decide [name=reason]").fill(NECESSITY)
    officer.locator("#m-removal_request").check()
    picture(officer, "decide")
    officer.locator("#decide button.primary").click()
    officer.wait_for_url("**/*done=submitted*")
    officer.goto(f"{site.url}/cases/{case}")
    assert "hai" in officer.locator("#approve").inner_text()
    assert officer.locator("form[action$='/approve']").count() == 0, "nobody approves their own decision"

    # The second person does not learn who decided; looks at the page; approves.
    approver = site.sign_in("phe-duyet")
    approver.goto(f"{site.url}/queue/approvals")
    approver.locator(f"a[href='/cases/{case}']").first.click()
    assert "can-bo" not in approver.locator("main").inner_text()
    approver.locator("form[action$='/check'] button").click()
    expect(approver.locator(".check-result.present")).to_be_visible()
    picture(approver, "approval")
    approver.locator("form[action$='/approve'] button").click()
    approver.wait_for_load_state()

    # The letter.
    approver.goto(f"{site.url}/notices")
    approver.goto(f"{site.url}/cases/{case}")
    approver.locator("a[href^='/notices/']").first.click()
    picture(approver, "notice")
    with approver.expect_download() as waiting:
        approver.locator("a[href$='letter.docx']").first.click()
    text = _docx_text(Path(waiting.value.path()).read_bytes())
    for words in ("Kính gửi", "Ban quản trị Diễn đàn Bến Sông", "116/2025/QH15", "24 giờ", NECESSITY):
        assert words in text, words
    assert "đối tượng" not in text

    # Found in search, accent-free, once the publisher has been by.
    _until_indexed(site, case)
    analyst = site.sign_in("phan-tich")
    analyst.goto(f"{site.url}/search?q={query.replace(' ', '+')}")
    expect(analyst.locator(f"text={number}").first).to_be_visible()
    expect(analyst.locator("main mark").first).to_be_visible()
    picture(analyst, "search")

    # Counted in the week of its publication.
    week = _week_of(analyst, number)
    analyst.goto(f"{site.url}/reports/weekly?week={week}")
    picture(analyst, "week")
    frame = analyst.frame_locator("iframe").first
    expect(frame.locator("body")).to_contain_text("Ma túy")
    saved = analyst.request.get(f"{site.url}/reports/weekly/file?week={week}&form=json&save=true").json()
    counted = next(
        row for row in saved["rows"] if (row["section"], row["name"]) == ("category_any", "drugs_to_minors")
    )
    assert counted["value"] >= 1


def test_it_is_kind_to_a_phone(site: DeskSite) -> None:
    for name, path in (("can-bo", "/queue/review"), ("bao-ve", "/queue/protect"), ("bao-ve", "/")):
        page = site.sign_in(name, width=360)
        page.goto(f"{site.url}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{path} is {wide} px wide on a phone"


def test_no_page_asks_a_third_party_or_breaks_its_own_policy(site: DeskSite) -> None:
    page = site.sign_in("can-bo")
    asked: set[str] = set()
    spoken: list[str] = []
    page.on("request", lambda request: asked.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
    page.on("console", lambda message: spoken.append(message.text))
    for path in ("/", "/queue/review", "/notices", "/search?q=pod", "/reports/weekly", "/help"):
        page.goto(f"{site.url}{path}")
    assert asked == {site.url}
    assert spoken == []


def _docx_text(body: bytes) -> str:
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def _until_indexed(site: DeskSite, case: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if f'"case": {case},' in site.installation.run("search", "*", "--json", "--limit", "1000").out:
            return
        time.sleep(1)
    raise AssertionError(f"case {case} never reached the index")


def _week_of(page: Page, number: str) -> str:
    """The ISO week of the hit's day, as the search page shows it."""
    shown = page.locator(f"li:has-text('{number}'), article:has-text('{number}'), tr:has-text('{number}')")
    day, month, year = re.search(r"(\d\d)/(\d\d)/(\d{4})", shown.first.inner_text()).groups()  # type: ignore[union-attr]
    found = date(int(year), int(month), int(day)).isocalendar()
    return f"{found.year}-W{found.week:02d}"
