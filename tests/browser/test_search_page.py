"""The search page in Chromium: by keyboard, narrowed by a click, axe in light, dark and at 360 px."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from index import open_index
from lachan.pipeline.ports import IndexDocument
from lachan.pipeline.search import Search
from lachan.reports import Counts
from review_ui import create_app
from tests.index.sentences import document
from tests.review_ui.station import Station, found, open_station
from tests.review_ui.test_search import _confirmed

pytestmark = pytest.mark.browser


WEEK = "2026-11-22"  # the last that the counted cases lie in


@dataclass
class Served:
    address: str
    cookie: str
    page: Page


def _counted(station: Station) -> list[IndexDocument]:
    """Cases that are only counted, over nine weeks and three kinds of source."""
    now = station.clock()
    return [
        document(
            1000 + number,
            "pod vi dau cho hoc sinh",
            at=now - timedelta(days=(number * number) % 61),
            kind=("forum", "feed", "school_page")[number % 3],
            places=("xa-a",) if number % 2 else (),
        )
        for number in range(60)
    ]


@pytest.fixture
def served(tmp_path: Path, browser: Browser) -> Iterator[Served]:
    folder = tmp_path / "station"
    folder.mkdir()
    station = open_station(folder, found(folder))
    _confirmed(station)
    index = open_index(str(tmp_path / "index"))
    index.rebuild([*station.index.documents.values(), *_counted(station)])
    search = Search(station.database, index, station.clock, None, Counts())
    config = uvicorn.Config(create_app(replace(station.desk, search=search)), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    cookie = station.person("phan-tich").client.cookies["lachan"]
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    yield Served(f"http://127.0.0.1:{port}", cookie, page)
    page.context.close()
    server.should_exit = True
    thread.join()


def _looked_at(page: Page, name: str) -> None:
    """axe finds nothing, nothing is wider than the screen; a picture where one is wanted."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()  # colours change slowly, axe looks at once
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} {scheme} {width}: {found.generate_report()}"
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} {width}"
        folder = os.environ.get("LACHAN_PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_words_counts_and_pages_by_keyboard(served: Served) -> None:
    page, told = served.page, []
    page.on("console", lambda message: told.append(message.text))
    page.context.add_cookies([{"name": "lachan", "value": served.cookie, "url": served.address}])
    page.goto(f"{served.address}/search")
    page.keyboard.type("pod học sinh")  # the field has the focus
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="61").wait_for()
    assert page.locator("svg.histogram rect").count() == 9
    assert page.locator("mark").all_text_contents()[:1] == ["pod"]
    _looked_at(page, "search")
    narrow = page.get_by_role("link", name="Trang của trường").first
    name = narrow.text_content()
    narrow.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Đang lọc:").wait_for()
    assert page.locator("ul.facet [aria-current=true]").text_content() == name
    page.get_by_role("link", name="Bỏ lọc").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Bảng số liệu").click()
    week = page.locator("details table a").first
    week.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Từ ngày").first.wait_for()
    assert "from=" in page.url and "to=" in page.url
    page.goto(f"{served.address}/search?q=&place=xa-a")
    page.get_by_role("note").filter(has_text="địa bàn").wait_for()
    assert page.locator(".hits li").count() == 0
    _looked_at(page, "search-by-place")
    page.goto(f"{served.address}/search/places?week={WEEK}")
    page.get_by_role("rowheader", name="xa-a").wait_for()
    assert page.locator("thead th").count() == 14  # the place, twelve weeks, all together
    _looked_at(page, "places-by-week")
    page.get_by_role("rowheader", name="xa-a").get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.get_by_role("note").filter(has_text="địa bàn").wait_for()
    assert told == []  # nothing the content policy had to stop
