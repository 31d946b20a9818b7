"""A real Chromium before the real demo: the town and the desk as `lachan demo` serves them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app.conftest import Installation

FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


@dataclass(frozen=True)
class DeskSite:
    """A running demo."""

    url: str
    installation: Installation
    browser: Browser

    def sign_in(self, name: str, *, width: int = 1280) -> Page:
        """A browser of its own, signed in with what the log-in page shows."""
        page = self.browser.new_context(viewport={"width": width, "height": 900}).new_page()
        page.goto(f"{self.url}/login")
        shown = re.search(
            rf"{re.escape(name)}\nMật khẩu\n(\S+)(?:\nMã lúc này\n(\d{{6}}))?", page.inner_text("main")
        )
        assert shown, f"{name} is not on the log-in page"
        form = page.locator("form#login")
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=password]").fill(shown[1])
        if shown[2]:
            form.locator("input[name=code]").fill(shown[2])
        form.locator("button").click()
        page.wait_for_url(f"{self.url}/")
        return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; that it is missing is a failure, not a skip."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "install chromium (apt-get install chromium)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSite]:
    installation = Installation(tmp_path_factory.mktemp("desk"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (installation.folder / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "lachan.app.cli", "demo", "--port", str(port)],
        cwd=installation.folder,
        env={**installation.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process, Path(log.name))
        yield DeskSite(url, installation, browser)
        # Ctrl-C leaves nothing broken: it ends, and says nothing but what it did.
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (0, 130, -signal.SIGINT)
        assert "Traceback" not in Path(log.name).read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())
