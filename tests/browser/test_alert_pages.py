"""The alerts in Chromium: made by keyboard, told, opened, ended; axe in light, dark and at 360 px."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from index import open_index
from lachan.domain.taxonomy import Category
from lachan.pipeline.alerts import Alerts
from lachan.pipeline.ports import SearchIndex
from lachan.pipeline.search import Search
from lachan.pipeline.telling import Telling
from lachan.reports import Counts
from review_ui import create_app
from tests.browser.test_search_page import _looked_at
from tests.index.sentences import document
from tests.review_ui.station import Station, found, open_station

pytestmark = pytest.mark.browser

PLACE = "Xã Bãi Mây, Bến Sông"


@dataclass
class Served:
    address: str
    station: Station
    index: SearchIndex
    page: Page

    def confirm(self, first: int, count: int) -> None:
        """Cases that are only counted."""
        given = {"categories": (Category.DRUGS_TO_MINORS,), "places": (PLACE,)}
        at = self.station.clock() - timedelta(minutes=1)
        self.index.apply([document(first + n, "pod", at=at, **given) for n in range(count)], [])  # type: ignore[arg-type]

    def tell(self) -> int:
        return Telling(self.station.database, self.index, self.station.clock).run().told


@pytest.fixture
def served(tmp_path: Path, browser: Browser) -> Iterator[Served]:
    folder = tmp_path / "station"
    folder.mkdir()
    station = open_station(folder, found(folder))
    index = open_index(str(tmp_path / "index"))
    desk = replace(
        station.desk,
        search=Search(station.database, index, station.clock, None, Counts()),
        alerts=Alerts(station.database, index, station.clock, station.desk.alerts.ways),
    )
    server = uvicorn.Server(uvicorn.Config(create_app(desk), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    made = Served(f"http://127.0.0.1:{port}", station, index, page)
    made.confirm(1000, 9)
    cookie = station.person("phan-tich").client.cookies["lachan"]
    page.context.add_cookies([{"name": "lachan", "value": cookie, "url": made.address}])
    yield made
    page.context.close()
    server.should_exit = True
    thread.join()
    index.close()


def test_an_alert_from_the_search_page_to_its_end(served: Served) -> None:
    page, said = served.page, list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{served.address}/search?q=&category=drugs_to_minors")
    page.get_by_role("link", name="Nhắc tôi khi có thêm").focus()
    page.keyboard.press("Enter")
    form = page.locator("form[action='/alerts']")
    form.wait_for()
    assert form.get_by_label("Loại nội dung").input_value() == "drugs_to_minors"
    assert PLACE in form.get_by_label("Địa bàn").inner_text()
    form.get_by_label("Thư điện tử").check()
    form.get_by_label("Yên lặng từ").select_option("22")
    form.get_by_label("Yên lặng đến").select_option("6")
    form.get_by_label("Cần cho việc gì").fill("Theo dõi việc rao bán trước cổng trường trong tháng")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Đã đặt lời nhắc").wait_for()
    assert served.tell() == 0
    served.confirm(2000, 7)
    assert served.tell() == 1
    page.goto(f"{served.address}/alerts?category=selfharm")
    assert page.get_by_text("chưa xem", exact=True).count() == 1
    _looked_at(page, "alerts")
    page.get_by_role("navigation").get_by_text("Nhắc số liệu").first.wait_for()
    page.locator("a[href^='/alerts/told/']").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Số liệu mới").wait_for()
    assert page.locator("tbody td").nth(1).inner_text() == "7"
    _looked_at(page, "alerts-told")
    page.locator("tbody a").click()
    page.get_by_role("status").filter(has_text="16").wait_for()
    page.goto(f"{served.address}/alerts")
    assert page.get_by_text("chưa xem", exact=True).count() == 0
    page.get_by_role("button", name="Kết thúc lời nhắc 1").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="Lời nhắc đã kết thúc").wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Set an alert").wait_for()
    assert not [line for line in said if "Content Security Policy" in line]
