"""How reading goes, per source, over both backends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lachan.domain.budget import Budget
from lachan.domain.post import SourceKind, SourceState
from lachan.pipeline.crawl_status import SILENT, Silence, SourceStatus, crawl_status
from lachan.pipeline.ports import Counter, Link, PageKind
from tests.world import World, source


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
    assert one.errors == {"http_503": 1} and one.silent is None


def count(world: World, ago: int, **amounts: int) -> None:
    """Counters of a day that many days ago."""
    with world.database.write() as unit:
        day = world.clock().date() - timedelta(days=ago)
        unit.sources.count("town", day, {Counter[name.upper()]: amount for name, amount in amounts.items()})


def test_a_source_that_stops_yielding_is_told_and_a_quiet_one_is_not(world: World) -> None:
    assert status(world).silent is None  # never read
    world.receive("Hôm nay trời đẹp")
    world.clock.move(hours=SILENT / timedelta(hours=1))
    assert status(world).silent is Silence.NOT_READ
    count(world, 0, unchanged=1)
    assert status(world).silent is None


@pytest.mark.parametrize(
    ("lately", "seen"),
    [
        ({"pages": 3}, Silence.NO_POSTS),
        ({"pages": 3, "errors": 9}, Silence.NO_POSTS),
        ({"errors": 2, "robots": 1}, Silence.FAILING),
        ({"robots": 1}, Silence.REFUSED),
        ({}, Silence.NOT_READ),
        ({"extracted": 1}, None),
    ],
)
def test_the_alarm_says_what_is_seen(world: World, lately: dict[str, int], seen: Silence | None) -> None:
    count(world, 5, extracted=2, pages=1)
    count(world, 1, **lately)
    assert status(world).silent is seen


def test_a_steady_source_is_missed_sooner(world: World) -> None:
    for ago in range(2, 14):
        count(world, ago, extracted=1)
    assert status(world).silent is Silence.NOT_READ
    count(world, 1, extracted=1)
    assert status(world).silent is None


def test_a_source_that_is_stopped_or_read_from_files_rings_never(world: World) -> None:
    count(world, 5, extracted=2)
    with world.database.write() as unit:
        unit.sources.save(replace(unit.sources.get("town"), kind=SourceKind.IMPORT))
    assert status(world).silent is None
    with world.database.write() as unit:
        unit.sources.save(source(state=SourceState.STOPPED))
    assert status(world).silent is None


def test_what_is_spent_today_stands_beside_the_budget(world: World) -> None:
    count(world, 0, pages=3, unchanged=1, errors=1, bytes=700)
    count(world, 1, pages=100, bytes=10**6)
    with world.database.write() as unit:
        unit.sources.save(replace(unit.sources.get("town"), budget=Budget(pages_day=5)))
    one = status(world)
    assert (one.pages_today, one.bytes_today, one.held_back) == (5, 700, "budget_pages_day")
