"""Killing a demo where it hurts: at a share of a stage, told by what its database says, the whole group at once."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tests.app.conftest import Installation
from tests.app.sums import check_sums

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 150.0  # seconds for a stage to come on a slow machine
#: What must be as if nobody had been killed. Posts read twice are duplicates; a page may be fetched again.
#: Not the categories: people correct them, and a demo cut off while it decides goes on with other cases.
SAME: Final = ("inboxed", "dropped", "stored", "expired", "failed", "inbox_left")
_PAGES: Final = 110  # about as many pages as the town has
_DECISIONS: Final = 26
_TAIL: Final = 0.6  # seconds that a stage without a count of its own is followed


class Stage(StrEnum):
    """In the order in which a demo goes through them."""

    CRAWL = "crawl"
    ASSESS = "assess"
    DECIDE = "decide"
    PUBLISH = "publish"


@dataclass(frozen=True, order=True)
class Point:
    """A moment: `share` (0 to 1) of the stage with this place in the order."""

    order: int
    share: float

    @property
    def stage(self) -> Stage:
        return list(Stage)[self.order]

    def __str__(self) -> str:
        return f"{self.stage} {self.share:.2f}"


def points(seed: int, number: int) -> list[Point]:
    """Random moments of one demo in the order in which they come; every stage has its share of them."""
    dice = random.Random(seed)
    return sorted(Point(i % len(Stage), dice.random()) for i in range(number))


def ask(folder: Path, question: str) -> int:
    """A number out of the demo's database; 0 while there is none."""
    try:
        connection = sqlite3.connect(f"file:{folder / 'data' / 'lachan.db'}?mode=ro", uri=True, timeout=5)
        try:
            return int(connection.execute(question).fetchone()[0] or 0)
        finally:
            connection.close()
    except sqlite3.Error:
        return 0


DONE: Final = "SELECT count(*) FROM frontier WHERE state = 'done'"
_EVENTS: Final = "SELECT count(*) FROM audit_links WHERE action = '{}'"
_HELD: Final = "SELECT count(*) FROM inbox WHERE leased_by IS NOT NULL"
_DECIDED: Final = "SELECT count(*) FROM state WHERE name = 'demo_decided'"


class Victim:
    """A `lachan demo --once --json` in a process group of its own."""

    def __init__(self, installation: Installation, **environment: str) -> None:
        self._folder = installation.folder
        self._start = {q: ask(self._folder, q) for q in (DONE, *map(_EVENTS.format, ("case:decide",)))}
        self._finished = ask(self._folder, _EVENTS.format("crawl:finish"))
        self._words = (self._folder / "victim.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lachan.app.cli", "demo", "--once", "--json"],
            cwd=self._folder,
            env={**installation.environment, "PYTHONPATH": str(ROOT), **environment},
            stdout=self._words,
            stderr=self._words,
            start_new_session=True,
        )

    def kill_at(self, point: Point) -> bool:
        """Kill it there; False when it came to its end before."""
        deadline = time.monotonic() + PATIENCE
        while not self._reached(point):
            if self.process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.005)
        else:
            if point.stage in (Stage.ASSESS, Stage.PUBLISH):
                time.sleep(point.share * _TAIL)
        alive = self.process.poll() is None
        if alive:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._words.close()
        return alive

    def _reached(self, point: Point) -> bool:
        folder, decide = self._folder, _EVENTS.format("case:decide")
        match point.stage:
            case Stage.CRAWL:
                start = self._start[DONE]
                if start >= _PAGES:  # read already: the second reading of the listings
                    return ask(folder, _EVENTS.format("crawl:begin")) > self._finished
                return ask(folder, DONE) >= start + max(1, int(point.share * (_PAGES - start)))
            case Stage.ASSESS:
                read = ask(folder, _EVENTS.format("crawl:finish")) > self._finished
                return read and (ask(folder, _HELD) > 0 or ask(folder, _EVENTS.format("inbox:assess")) > 0)
            case Stage.DECIDE:
                start = self._start[decide]
                wanted = start + max(1, int(point.share * max(1, _DECISIONS - start)))
                return ask(folder, decide) >= wanted
            case Stage.PUBLISH:
                return ask(folder, _DECIDED) > 0


def kill_and_resume(installation: Installation, moments: list[Point]) -> tuple[int, dict[str, Any]]:
    """Kill a demo at each of the moments, then let it end; (how often it died, what it counted at the end)."""
    died = sum(Victim(installation).kill_at(point) for point in moments)
    ran = installation.run("demo", "--once", "--json")
    assert ran.code == 0, ran.err
    return died, json.loads(ran.out)


def check_whole(installation: Installation, counts: dict[str, Any], undisturbed: dict[str, Any]) -> None:
    """Nothing lost, nothing doubled, the chain whole, the index in step."""
    check_sums(counts)
    for name in SAME:
        assert counts[name] == undisturbed[name], f"{name}: {counts[name]}, undisturbed {undisturbed[name]}"
    routes, wanted = counts["cases"]["by_route"], undisturbed["cases"]["by_route"]
    assert routes == wanted, f"cases: {routes}, undisturbed {wanted}"
    for name in ("audit", "index"):
        ran = installation.run(name, "verify")
        assert ran.code == 0, f"{name} verify: {ran.out}{ran.err}"
    database = installation.folder / "data" / "lachan.db"
    connection = sqlite3.connect(database)
    try:
        twice = connection.execute(
            "SELECT case_id FROM notices WHERE state NOT IN ('rejected', 'withdrawn')"
            " GROUP BY case_id HAVING count(*) > 1"
        ).fetchall()
        assert not twice, f"two letters for one decision: cases {twice}"
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        connection.close()
