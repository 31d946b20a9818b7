"""kill -9 while a webhook is being told: the same bytes under the same key once more, and never a third time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from lachan.app.bootstrap import KIND, LIVE, Application, clock, open_application
from lachan.app.push import ALERTS_SECRET, sign
from lachan.app.settings import read_settings
from lachan.domain.account import Role
from lachan.domain.alert import AlertPace, AlertWay, Watch
from lachan.domain.bulletin import UNDERWAY_FOR
from lachan.domain.taxonomy import Category
from tests.app.conftest import Installation
from tests.faults.killing import ROOT
from tests.index.sentences import document

WHY = "Theo dõi việc rao bán trước cổng trường, theo kế hoạch tháng"
PASSWORD = "mot-mat-khau-that-dai"


@dataclass
class Receiver:
    """Takes what is told, and kills who tells it instead of answering."""

    victim: subprocess.Popen[bytes] | None = None
    killing: bool = True
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((dict(self.headers), body))
            if made.killing and made.victim is not None:
                os.killpg(made.victim.pid, signal.SIGKILL)
                made.victim.wait()
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/told"
    yield made
    server.shutdown()
    server.server_close()


def _confirm(application: Application, first: int, count: int) -> None:
    drugs = (Category.DRUGS_TO_MINORS,)
    at = clock() - timedelta(minutes=1)
    application.index.apply([document(first + n, "pod", at=at, categories=drugs) for n in range(count)], [])


def _later(database: Path) -> None:
    """Five minutes pass for what is under way."""
    micros = int(UNDERWAY_FOR.total_seconds() * 1_000_000)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE sendings SET next_at = next_at - ?", (micros,))
    connection.close()


@pytest.mark.slow
def test_killed_while_it_tells_it_tells_twice_at_most(installation: Installation, receiver: Receiver) -> None:
    environment = {**installation.environment, "PYTHONPATH": str(ROOT), "LACHAN_ALERTS_WEBHOOK": receiver.url}
    settings = read_settings(environment, installation.folder)

    def alerts() -> int:
        receiver.victim = subprocess.Popen(
            [sys.executable, "-m", "lachan.app.cli", "alerts"],
            cwd=installation.folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        return receiver.victim.wait(60)

    with open_application(settings) as application:
        with application.database.write() as unit:
            unit.state.set(KIND, LIVE)
        application.accounts.first_admin("admin", PASSWORD)
        application.accounts.create(application.accounts.named("admin"), "mai", Role.ANALYST, PASSWORD)
        _confirm(application, 1000, 9)
        analyst = application.accounts.named("mai")
        watch = Watch(category=Category.DRUGS_TO_MINORS)
        application.alerts.make(analyst, watch, WHY, AlertPace.AT_ONCE, [AlertWay.WEBHOOK])
        assert application.telling.run().told == 0, "what was there before is not news"
        _confirm(application, 2000, 6)
        statuses = []
        for _ in range(3):
            statuses.append(alerts())
            _later(settings.data / "lachan.db")
        assert statuses == [-signal.SIGKILL, -signal.SIGKILL, 0]
        (first, body), (second, again) = receiver.got
        assert body == again and first["Idempotency-Key"] == second["Idempotency-Key"]
        secret = application.keys.secret(ALERTS_SECRET)
        for headers, given in receiver.got:
            assert headers["X-Lachan-Signature"] == sign(secret, headers["X-Lachan-Timestamp"], given)
        (bulletin,) = application.alerts.told(analyst)
        assert [line.count for line in bulletin.lines] == [6], "at the desk it stands once"
        receiver.killing = False
        _confirm(application, 3000, 5)
        assert application.telling.run().sent == 1 and len(receiver.got) == 3, "the next one is told as ever"
        with application.database.read() as unit:
            verdicts = [link.event.action for link in unit.audit.of_subject(f"bulletin:{bulletin.id}")]
        assert verdicts == ["alert:give_up", "alert:tell"]
