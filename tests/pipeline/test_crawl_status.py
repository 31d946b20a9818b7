"""How reading goes, per source, over both backends."""

from __future__ import annotations

from datetime import timedelta

from lachan.domain.post import SourceState
from lachan.pipeline.crawl_status import SILENT, SourceStatus, crawl_status
from lachan.pipeline.ports import Counter, Link, PageKind
from tests.world import World


def status(world: World) -> SourceStatus:
    with world.database.read() as unit:
        (one,) = [one for one in crawl_status(unit, world.clock()) if one.key == "town"]
    return one


def test_what_is_read_waits_and_fails(world: World) -> None:
    world.receive("Hôm nay trời đẹp", "Ngày mai đi học")
    read_at = world.clock()
    with world.database.write() as unit:
        links = [Link(f"https://town.example/f/{n + 5}", PageKind.THREAD) for n in range(3)]
        unit.frontier.add("town", "town.example", links, world.clock())
        page = unit.frontier.lease("w", world.clock(), world.clock() + timedelta(minutes=30), 1, ["town"])[0]
        unit.frontier.retry(page, world.clock(), world.clock() + timedelta(hours=1), "http_503")
        unit.sources.count("town", world.clock().date(), {Counter.ROBOTS: 4})
    one = status(world)
    assert (one.state, one.last_success, one.pages) == (SourceState.ACTIVE, read_at, 1)
    assert (one.posts, one.new, one.robots_refused, one.backlog) == (2, 2, 4, 3)
    assert one.errors == {"http_503": 1} and not one.silent


def test_a_source_that_stops_yielding_is_told_and_a_quiet_one_is_not(world: World) -> None:
    assert not status(world).silent  # never read
    world.receive("Hôm nay trời đẹp")
    world.clock.move(hours=SILENT / timedelta(hours=1))
    assert status(world).silent
    with world.database.write() as unit:
        unit.sources.count("town", world.clock().date(), {Counter.UNCHANGED: 1})
    assert not status(world).silent
