"""kill -9, at six random moments of a demo, and once in the middle of a crawl watched from the site's side."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from lachan.app.bootstrap import open_application
from lachan.app.demo import claim_folder, register_places
from lachan.app.demo_accounts import make_accounts
from lachan.app.settings import read_settings
from lachan.app.town_server import serve_town
from lachan.pipeline.ports import Counter
from tests.app.conftest import Demo, Installation
from tests.faults.killing import DONE, ROOT, Stage, ask, check_whole, kill_and_resume, points


@pytest.mark.slow
def test_killed_at_six_random_moments_nothing_is_lost_or_doubled(
    demo: Demo, installation: Installation
) -> None:
    seed = secrets.randbelow(2**32)
    moments = points(seed, 6)
    print(f"seed {seed}: {', '.join(map(str, moments))}")  # shown when it fails
    assert {point.stage for point in moments} == set(Stage)
    died, counts = kill_and_resume(installation, moments)
    assert died >= 5, (installation.folder / "victim.log").read_text("utf-8")
    check_whole(installation, counts, demo.counts)


@pytest.mark.slow
def test_a_crawl_killed_again_and_again_loses_no_page_that_was_acknowledged(
    installation: Installation,
) -> None:
    """Watched from the site's side: what the site served and what the rows say agree."""
    environment = {**installation.environment, "PYTHONPATH": str(ROOT)}
    with serve_town(now=datetime.now(UTC)) as town:
        with open_application(read_settings(environment, installation.folder)) as application:
            claim_folder(application)
            register_places(application, town, make_accounts(application))
        for wanted in (10, 45, 80):
            crawl = subprocess.Popen(
                [sys.executable, "-m", "lachan.app.cli", "crawl"],
                cwd=installation.folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            while ask(installation.folder, DONE) < wanted:
                assert crawl.poll() is None, "it ended before it could be killed"
                time.sleep(0.005)
            os.killpg(crawl.pid, signal.SIGKILL)
            crawl.wait()
        ended = installation.run("crawl")
        assert ended.code == 0, ended.err
        served = {path for path in town.hits if path not in ("/robots.txt", "/noi-bo/")}
        planted = {permalink.partition("#")[0] for permalink in town.truth()}
        with open_application(read_settings(environment, installation.folder)) as application:
            secret = application.keys.secret("frontier")
            with application.database.read() as unit:
                counts = unit.frontier.counts()
                sums = unit.sources.totals()
        assert all(of_source["pending"] == of_source["leased"] == 0 for of_source in counts.values())
        rows = _done_hashes(installation)
        marks = {hmac.new(secret, (town.url + path).encode(), hashlib.sha256).hexdigest() for path in served}
        refused = sums[Counter.ROBOTS]
        assert len(rows - marks) <= refused, "a page that was never served is marked as read"
        assert {hmac.new(secret, page.encode(), hashlib.sha256).hexdigest() for page in planted} <= rows, (
            "a page with posts was not read"
        )
        assert sums[Counter.INBOXED] == len(town.truth())
        assert sums[Counter.EXTRACTED] == sums[Counter.DUPLICATES] + sums[Counter.INBOXED]


def _done_hashes(installation: Installation) -> set[str]:
    connection = sqlite3.connect(installation.folder / "data" / "lachan.db")
    try:
        return {row[0] for row in connection.execute("SELECT url_hash FROM frontier WHERE state = 'done'")}
    finally:
        connection.close()
