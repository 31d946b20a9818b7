"""The scheduler: one leader, each job once at a time, nothing read while stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lachan.app import scheduler
from lachan.app.scheduler import JOBS, Scheduler
from tests.world import World, make_world


@dataclass
class Child:
    """A command that ends when told."""

    status: int | None = None
    terminated: bool = False

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.terminated = True

    def wait(self) -> int:
        return self.status or 0


@dataclass
class Starter:
    """Remembers what was started."""

    children: dict[str, Child] = field(default_factory=dict)
    count: int = 0

    def __call__(self, command: Sequence[str]) -> Child:
        self.count += 1
        self.children[" ".join(command)] = Child()
        return self.children[" ".join(command)]


@pytest.fixture(params=("sqlite", "postgresql"))
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with make_world(request.param, tmp_path) as made:
        monkeypatch.setattr(scheduler, "clock", made.clock)
        yield made


ALL = {name for name, _, _ in JOBS}


def test_everything_is_started_once_and_again_when_due(world: World) -> None:
    starter = Starter()
    leader = Scheduler(world.database, "a", starter)
    assert set(leader.tick()) == ALL
    world.clock.move(seconds=31)
    assert leader.tick() == [], "what still runs is not started twice"
    starter.children["assess"].status = 0
    assert leader.tick() == []
    world.clock.move(seconds=31)
    assert leader.tick() == ["assess"]


def test_a_failed_job_is_noted_and_tried_again(world: World) -> None:
    starter = Starter()
    leader = Scheduler(world.database, "a", starter)
    leader.tick()
    starter.children["crawl"].status = 3
    leader.tick()
    with world.database.read() as unit:
        jobs = {job.name: job for job in unit.schedule.all()}
    assert jobs["crawl"].last_error == "exit status 3"
    world.clock.move(minutes=16)
    assert "crawl" in leader.tick()


def test_one_leads_and_keeps_leading_while_a_crawl_takes_its_time(world: World) -> None:
    first, second = Starter(), Starter()
    leader, standby = Scheduler(world.database, "a", first), Scheduler(world.database, "b", second)
    leader.tick()
    for _ in range(40):
        world.clock.move(seconds=30)
        leader.tick()
        assert standby.tick() == []
    world.clock.move(seconds=61)
    assert standby.tick() != [], "the leader is silent, so the other takes over"


def test_while_stopped_nothing_is_read_but_what_is_due_is_deleted(world: World) -> None:
    world.sources.stop(world.actor("officer"))
    assert set(Scheduler(world.database, "a", Starter()).tick()) == {"oncall", "publish", "retain"}
