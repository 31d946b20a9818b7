"""A child tells on a small phone, without script or cookie, and follows it up by the code.

axe looks at every public page at 360 px, in light and dark. LACHAN_PICTURES=folder keeps pictures.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lachan.pipeline import accounts
from tests.review_ui.station import Station, found, open_station

pytestmark = pytest.mark.browser

PATIENCE = 120_000.0  # milliseconds: a busy machine is slow, not wrong
WORDS = "em bị các bạn chặn ở cổng trường, em sợ lắm, cứu em"


@dataclass(frozen=True)
class Served:
    """A desk of our own making, answering on loopback."""

    url: str
    station: Station


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # nothing here measures hashing
    monkeypatch.setattr(accounts, "_hasher", cheap)
    station = open_station(tmp_path, found(tmp_path))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(station.app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Served(f"http://127.0.0.1:{port}", station)
    server.should_exit = True
    thread.join()
    station.database.close()


def seen(page: Page, name: str, *, width: int | None = None) -> None:
    """No violation of axe's rules, not wider than the screen; a picture where one is wanted."""
    folder = os.environ.get("LACHAN_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    violations = Axe().run(page).response["violations"]
    assert [(item["id"], [node["target"] for node in item["nodes"]]) for item in violations] == [], name
    if width is not None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def tell(page: Page, url: str) -> str:
    page.goto(f"{url}/report")
    page.check("input[value=child]")
    page.fill("#text", WORDS)
    page.fill("#contact", "nhắn cô Lan, sau 17 giờ")
    page.click("main button")
    return page.inner_text(".code")


def test_a_child_tells_on_an_old_phone_without_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{served.url}/report")
    assert page.locator("a[href='tel:111']").is_visible() and page.locator("a[href='tel:113']").is_visible()
    trap = page.locator("input[name=homepage]").bounding_box()
    assert trap is None or trap["x"] < 0, "people do not see the trap"
    code = tell(page, served.url)
    assert len(code.split()) == 7
    assert context.cookies() == []
    page.click("footer a[href^='/report/follow']")
    page.fill("#code", code.title())
    page.click("main button")
    expect(page.locator("h1")).to_contain_text("PA-000001")
    assert WORDS not in page.content()
    page.check("input[name=sure]")
    page.click("button.quiet")
    expect(page.locator("h1")).to_have_text("Đã rút lại")
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_public_pages_are_clean_at_360_px(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{served.url}/report")
    seen(page, f"report-{scheme}", width=360)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.locator(".leave a").bounding_box()["y"] < 100, "leaving is one touch away wherever one is"  # type: ignore[index]
    code = tell(page, served.url)
    seen(page, f"report-received-{scheme}", width=360)
    page.goto(f"{served.url}/report/follow?lang=en")
    seen(page, f"report-code-{scheme}", width=360)
    page.fill("#code", code)
    page.click("main button")
    seen(page, f"report-followed-{scheme}", width=360)
    context.close()
