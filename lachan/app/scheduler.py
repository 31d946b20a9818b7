"""The scheduler: one leader by lease, a table of jobs, each a child process running one of our commands."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from lachan.app.bootstrap import clock
from lachan.pipeline.ports import Database, ScheduledJob
from lachan.pipeline.sources import STOP

LEASE_NAME: Final = "scheduler"
LEASE: Final = timedelta(seconds=60)
TICK: Final = 5.0  # seconds
#: name, command, seconds between runs
JOBS: Final = (
    ("assess", ("assess",), 30),
    ("publish", ("publish",), 30),
    ("crawl", ("crawl",), 900),
    ("retain", ("retain",), 3600),
)
#: What goes on while everything is stopped: nothing is read, but what is due is still deleted.
ALWAYS: Final = frozenset({"retain", "publish"})

Start = Callable[[Sequence[str]], int]
log = logging.getLogger(__name__)


def start_command(command: Sequence[str]) -> int:
    """Run `lachan COMMAND` as a child; returns its exit status."""
    done = subprocess.run([sys.executable, "-m", "lachan.app.cli", *command], check=False)  # noqa: S603
    return done.returncode


class Scheduler:
    """Starts jobs when due. A second one stands by and takes over when the leader's lease runs out."""

    def __init__(self, database: Database, owner: str, start: Start = start_command) -> None:
        self._database = database
        self._owner = owner
        self._start = start
        self._ended = threading.Event()

    def run(self) -> None:
        """Work until SIGINT or SIGTERM; the job under way is finished first."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ended.set())
        while not self._ended.is_set():
            self.tick()
            self._ended.wait(TICK)
        with self._database.write() as unit:
            unit.leases.release(LEASE_NAME, self._owner)

    def tick(self) -> list[str]:
        """Start what is due, if we lead; returns the names of the jobs that ran."""
        ran = []
        for job in self._due():
            status = self._start(job.command)
            now = clock()
            error = None if status == 0 else f"exit status {status}"
            if error:
                log.error("job %s: %s", job.name, error)
            with self._database.write() as unit:
                unit.schedule.save(
                    replace(
                        job,
                        last_at=now,
                        last_error=error,
                        next_at=now + timedelta(seconds=job.every_seconds),
                    )
                )
            ran.append(job.name)
        return ran

    def _due(self) -> list[ScheduledJob]:
        now = clock()
        with self._database.write() as unit:
            if not unit.leases.take(LEASE_NAME, self._owner, now, now + LEASE):
                return []
            known = {job.name: job for job in unit.schedule.all()}
            for name, command, every in JOBS:
                if name not in known:
                    known[name] = ScheduledJob(name, command, every, next_at=now)
                    unit.schedule.save(known[name])
            stopped = unit.state.get(STOP) is not None
        return sorted(
            (job for job in known.values() if job.next_at <= now and (not stopped or job.name in ALWAYS)),
            key=_when,
        )


def _when(job: ScheduledJob) -> datetime:
    return job.next_at
