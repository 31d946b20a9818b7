"""PostgreSQL goes away in the middle and comes back: a clear line, and nothing lost.

A server of its own, so that nobody else is disturbed; its binaries come with Debian's `postgresql`.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.app.conftest import Demo, Installation
from tests.app.sums import check_sums
from tests.faults.killing import SAME, Victim


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server that may be stopped."""

    folder: Path
    programs: Path
    port: int
    owner: str | None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def act(self, *arguments: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        command = [str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *arguments]
        if arguments[0] == "start":
            command += ["-l", str(self.folder / "log"), "-o", options]
        subprocess.run(command, check=True, cwd=self.folder, user=self.owner, stdout=subprocess.DEVNULL)

    def ask(self, question: str) -> int:
        try:
            with psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=5) as connection:
                row = connection.execute(question.encode()).fetchone()
            return int(row[0]) if row else 0
        except psycopg.Error:
            return 0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = shutil.which("initdb")
    programs = (
        Path(found).resolve().parent if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    )
    owner = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="lachan-pg-"))
    try:
        if owner is not None:
            record = pwd.getpwnam(owner)
            os.chown(folder, record.pw_uid, record.pw_gid)
        subprocess.run(
            [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            check=True, cwd=folder, user=owner, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        made = Cluster(folder, programs, port, owner)
        made.act("start")
        try:
            yield made
        finally:
            made.act("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


QUESTIONS = {
    "crawl": "SELECT count(*) FROM frontier WHERE state = 'done' HAVING count(*) > 20",
    "decide": "SELECT count(*) FROM audit_links WHERE action = 'case:decide' HAVING count(*) > 3",
}


@pytest.mark.slow
def test_restarted_in_the_middle(demo: Demo, installation: Installation, cluster: Cluster) -> None:
    for stage, question in QUESTIONS.items():
        victim = Victim(installation, LACHAN_DATABASE_URL=cluster.url)
        while cluster.ask(question) == 0:
            assert victim.process.poll() is None, f"it ended before {stage} came"
            time.sleep(0.02)
        cluster.act("stop", "-m", "immediate")
        code = victim.process.wait(timeout=300)
        said = (installation.folder / "victim.log").read_text("utf-8")
        cluster.act("start")
        assert code == 1, said
        last = said.splitlines()[-1]
        assert last.startswith("lachan: "), said
        assert "database" in last and "start" in last
        assert "Traceback" not in said
    ran = installation.run("demo", "--once", "--json", LACHAN_DATABASE_URL=cluster.url)
    assert ran.code == 0, ran.err
    counts = json.loads(ran.out)
    check_sums(counts)
    for name in SAME:
        assert counts[name] == demo.counts[name], name
    for name in ("audit", "index"):
        assert installation.run(name, "verify", LACHAN_DATABASE_URL=cluster.url).code == 0
