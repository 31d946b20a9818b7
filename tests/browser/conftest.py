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
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.app.conftest import Installation

FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


@dataclass(frozen=True)
class DeskSite:
    """A running demo."""

    url: str
    installation: Installation
    browser: Browser
    sessions: dict[str, StorageState] = field(default_factory=dict)

    def sign_in(self, name: str, *, width: int = 1280) -> Page:
        """A browser of its own, signed in with what the log-in page shows.

        A second browser of the same person takes over the first one's session: a code of six digits is good
        for one log-in, and the next one comes half a minute later.
        """
        known = self.sessions.get(name)
        context = self.browser.new_context(viewport={"width": width, "height": 900}, storage_state=known)
        page = context.new_page()
        page.goto(f"{self.url}/" if known else f"{self.url}/login")
        if known:
            return page
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
        self.sessions[name] = context.storage_state()
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
