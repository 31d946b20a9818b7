"""Who died holds nothing; who lives keeps what they have."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lachan.app.worker import FOLDER, Worker
from lachan.domain.errors import LachanError
from lachan.pipeline.ports import Link, PageKind
from tests.world import World, make_world

LEASE = timedelta(minutes=30)

CHILD = """
import os, sys
from pathlib import Path
from datetime import UTC, datetime
from lachan.app.worker import Worker
from lachan.store import open_database
from lachan.store.keyring import FileKeyRing

folder = Path(sys.argv[1])
database = open_database(sys.argv[2], FileKeyRing(folder / "keys" / "ring.json"), lambda: datetime.now(UTC))
worker = Worker(folder, database)
print(worker.name, flush=True)
sys.stdin.read()
os._exit(9)
"""


def _hold(world: World, name: str) -> None:
    now = world.clock()
    with world.database.write() as unit:
        assert unit.frontier.lease(name, now, now + LEASE, 10, ["town"])
        assert unit.inbox.claim(name, now, now + LEASE, 10)
        assert unit.leases.take("publisher", name, now, now + LEASE)


def _free(world: World) -> bool:
    """Whether a stranger could take all of it now."""
    now = world.clock()
    with world.database.read() as unit:
        counts = unit.frontier.counts()["town"]
        return counts["leased"] == 0 and unit.leases.holder("publisher", now) is None


def test_a_dead_process_is_found_out_at_the_next_start(tmp_path: Path) -> None:
    with make_world("sqlite", tmp_path) as world:
        world.receive("một bài")
        with world.database.write() as unit:
            link = Link("https://town.example/f/2", PageKind.THREAD)
            unit.frontier.add("town", "town.example", [link], world.clock())
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), world.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        name = child.stdout.readline().strip()
        _hold(world, name)
        Worker(tmp_path, world.database).end()
        assert not _free(world), "it lives"
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
        worker = Worker(tmp_path, world.database)
        assert _free(world)
        with world.database.write() as unit:
            (row,) = unit.inbox.claim("heir", world.clock(), world.clock() + LEASE, 10)
            assert row.tries == 2, "the claim of the dead counts"
        worker.end()
        assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("", encoding="utf-8")
    with make_world("sqlite", tmp_path) as world, pytest.raises(LachanError, match="cannot be written"):
        Worker(tmp_path, world.database)
