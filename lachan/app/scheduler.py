"""The scheduler: one leader by lease, a table of jobs, each a child process running one of our commands."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from lachan.app.bootstrap import clock
from lachan.pipeline.ports import Database, ScheduledJob
from lachan.pipeline.sources import STOP

LEASE_NAME: Final = "scheduler"
LEASE: Final = timedelta(seconds=60)
TICK: Final = 5.0  # seconds
#: name, command, seconds between runs
JOBS: Final = (
    ("oncall", ("oncall",), 30),
    ("assess", ("assess",), 30),
    ("publish", ("publish",), 30),
    ("alerts", ("alerts",), 300),
    ("crawl", ("crawl",), 900),
    ("recheck", ("recheck",), 3600),
    ("watch", ("crawl", "--status"), 3600),  # a source that fell silent is an error in the journal
    ("retain", ("retain",), 3600),
)
#: What goes on while everything is stopped: nothing is read, but children wait no longer, and what is due is deleted.
ALWAYS: Final = frozenset({"oncall", "retain", "publish"})

log = logging.getLogger(__name__)


class Child(Protocol):
    """A started command, as `subprocess.Popen` is one."""

    def poll(self) -> int | None: ...

    def terminate(self) -> None: ...

    def wait(self) -> int: ...


Start = Callable[[Sequence[str]], Child]


def start_command(command: Sequence[str]) -> Child:
    """Start `lachan COMMAND` as a child in a session of its own: Ctrl-C reaches it through us alone."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "-m", "lachan.app.cli", *command], start_new_session=True
    )


class Scheduler:
    """Starts jobs when due, each beside the others, none twice. A second scheduler stands by and takes over
    when the leader's lease runs out; the leader renews it at every tick, however long a crawl takes."""

    def __init__(self, database: Database, owner: str, start: Start = start_command) -> None:
        self._database = database
        self._owner = owner
        self._start = start
        self._running: dict[str, Child] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        """Work until SIGINT or SIGTERM; jobs under way are asked to end, and waited for."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ended.set())
        while not self._ended.is_set():
            self.tick()
            self._ended.wait(TICK)
        for child in self._running.values():
            child.terminate()
        for child in self._running.values():
            child.wait()
        with self._database.write() as unit:
            unit.leases.release(LEASE_NAME, self._owner)

    def tick(self) -> list[str]:
        """Note what ended, start what is due, if we lead; returns the names of the jobs that were started."""
        self._reap()
        started = []
        for job in self._due():
            self._running[job.name] = self._start(job.command)
            started.append(job.name)
        return started

    def _reap(self) -> None:
        """Jobs that ended: their next run counts from now."""
        for name, child in list(self._running.items()):
            status = child.poll()
            if status is None:
                continue
            del self._running[name]
            error = None if status == 0 else f"exit status {status}"
            if error:
                log.error("job %s: %s", name, error)
            now = clock()
            with self._database.write() as unit:
                job = next(job for job in unit.schedule.all() if job.name == name)
                after = now + timedelta(seconds=job.every_seconds)
                unit.schedule.save(replace(job, last_at=now, last_error=error, next_at=after))

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
        due = (
            job
            for job in known.values()
            if job.next_at <= now and job.name not in self._running and (not stopped or job.name in ALWAYS)
        )
        return sorted(due, key=lambda job: job.next_at)
