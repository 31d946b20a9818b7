"""Pictures of the main pages in a real browser: `python -m tests.review_ui.take_pictures FOLDER [PAGE ...]`.

Chromium is looked for where Debian puts it; nothing leaves this machine.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from lachan.domain.account import Actor
from lachan.domain.case import CaseState
from lachan.domain.taxonomy import Route
from lachan.pipeline.ports import CaseFilter
from lachan.reports.letters import Letters
from lachan.reports.writer import Reports
from review_ui import DemoAccount, DemoInfo, create_app
from tests.review_ui.station import PASSWORD, PEOPLE, Station, found, open_station
from tests.review_ui.town import fill

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
PORT = 8741
LONG = ("queue", "protect-queue", "audit")  # the first screen says it all


def serve(folder: Path) -> Station:
    """A filled demo station, answering on loopback in a thread of this process."""
    station = open_station(folder, found(folder))
    fill(station)
    demo = DemoInfo(
        tuple(DemoAccount(name, role, PASSWORD, station.secrets[name]) for name, role in PEOPLE.items())
    )
    writers = {"reports": Reports(station.database, station.clock), "letters": Letters()}
    station.desk = replace(station.desk, demo=demo, **writers)  # type: ignore[arg-type]
    station.app = create_app(station.desk)
    server = uvicorn.Server(uvicorn.Config(station.app, port=PORT, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return station


def main(folder: Path, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as play:
        station = serve(Path(data))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        shoot(station, browser, folder, only)
        browser.close()


def shoot(station: Station, browser: Browser, folder: Path, only: list[str]) -> None:
    ids = {}
    with station.database.read() as unit:
        for name, state in (
            ("open", CaseState.OPEN),
            ("mine", CaseState.CLAIMED),
            ("approval", CaseState.AWAITING_APPROVAL),
            ("closed", CaseState.CLOSED),
        ):
            ids[name] = unit.cases.find(CaseFilter(route=Route.REVIEW, states=(state,)), limit=1)[0].id
        child = unit.cases.find(CaseFilter(route=Route.PROTECT, states=(CaseState.OPEN,)), limit=1)[0].id
        notice = unit.notices.find(limit=1)[0].id
    station.desk.review.claim(_actor(station, "bao-ve"), child)
    plan = [
        ("login", None, "/login"),
        ("overview", "can-bo", "/"),
        ("queue", "can-bo", "/queue/review"),
        ("case", "can-bo", f"/cases/{ids['mine']}"),
        ("approval", "phe-duyet", f"/cases/{ids['approval']}"),
        ("notice", "phe-duyet", f"/notices/{notice}"),
        ("protect-queue", "bao-ve", "/queue/protect"),
        ("protect-case", "bao-ve", f"/cases/{child}"),
        ("referrals", "bao-ve", "/referrals"),
        ("overview-protect", "bao-ve", "/"),
        ("search", "phan-tich", "/search?q=hoc+sinh"),
        ("report", "phan-tich", "/reports/weekly"),
        ("audit", "kiem-tra", "/audit"),
        ("sources", "quan-tri-hai", "/admin/sources"),
        ("accounts", "quan-tri-hai", "/admin/accounts"),
        ("stop", "can-bo", "/stop"),
        ("appeal", None, "/appeal"),
        ("help", "can-bo", "/help"),
        ("support", "can-bo", "/support"),
        ("keys", "can-bo", "/account/keys"),
        ("account", "can-bo", "/account"),
        ("appeals", "phe-duyet-hai", "/appeals"),
        ("notices", "can-bo", "/notices"),
        ("oncall", "bao-ve", "/oncall"),
        ("reports-from-people", "bao-ve", "/public-reports"),
        ("tell", None, "/report"),
    ]
    plan = [row for row in plan if not only or row[0] in only]
    looks = {"light": ("light", 1280), "dark": ("dark", 1280), "phone": ("light", 360)}
    for look, (scheme, width) in looks.items():
        for name, who, path in plan:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            if who:
                token = station.person(who).client.cookies["lachan"]
                context.add_cookies([{"name": "lachan", "value": token, "url": f"http://127.0.0.1:{PORT}"}])
            page = context.new_page()
            page.on("console", partial(_tell, name))
            page.goto(f"http://127.0.0.1:{PORT}{path}")
            if page.locator("#show-text").count():
                page.locator("label.show-text").click()
            _wide(page, name, look)
            page.screenshot(path=str(folder / f"{name}-{look}.png"), full_page=name not in LONG)
            context.close()


def _tell(name: str, message: ConsoleMessage) -> None:
    print(f"{name}: {message.text}")


def _wide(page: Page, name: str, look: str) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        print(f"{name}-{look}: {over} px too wide")


def _actor(station: Station, name: str) -> Actor:
    actor = station.desk.accounts.actor(station.person(name).client.cookies["lachan"])
    assert actor is not None
    return actor


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
