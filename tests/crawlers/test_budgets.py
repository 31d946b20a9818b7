"""Budgets on a real local site: pages and bytes, a run and a day; hours; one source's budget is not another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lachan.domain.budget import HANOI, Budget
from lachan.domain.post import Source
from lachan.pipeline.crawl_status import crawl_status
from lachan.pipeline.ports import Counter
from lachan.pipeline.spending import Spending
from tests.crawlers.crawl_child import clock
from tests.crawlers.hostile_site import Site, answer, listing, serve, thread
from tests.crawlers.world import World, source

THREADS = 12
LONG = "một bài dài về buổi cắm trại của lớp, " * 60
PATHS = {
    "/": listing(*(f"/threads/{n}/" for n in range(THREADS))),
    **{f"/threads/{n}/": answer(thread(f"Bài số {n}: {LONG}")) for n in range(THREADS)},
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def pages(site: Site) -> int:
    """Requests but those for robots.txt."""
    return site.hits.total() - site.hits["/robots.txt"]


def placed(world: World, site: Site, budget: Budget) -> Source:
    made = replace(source("place", site.url), budget=budget)
    world.register(made)
    return made


def test_a_run_asks_for_no_more_pages_than_its_budget_and_the_next_goes_on(world: World) -> None:
    with serve(PATHS) as site:
        placed(world, site, Budget(pages_run=4))
        done, _ = world.crawl("place")
        assert pages(site) == done["pages"] == 4
        assert any("budget_pages_run" in problem for problem in done["problems"])
        for _ in range(3):
            world.crawl("place")
        assert world.totals("place")[Counter.INBOXED] == THREADS, "all of it in the end, once"


def test_a_day_asks_for_no_more_pages_however_many_runs(world: World) -> None:
    with serve(PATHS) as site:
        placed(world, site, Budget(pages_day=5))
        for _ in range(3):
            world.crawl("place")
        assert pages(site) == 5
        with world.database.read() as unit:
            (status,) = crawl_status(unit, clock())
        assert (status.pages_today, status.held_back) == (5, "budget_pages_day")
        assert status.bytes_today == world.totals("place")[Counter.BYTES] > 0


def test_bytes_are_overstepped_by_the_pages_under_way_at_most(world: World) -> None:
    with serve(PATHS) as site:
        placed(world, site, Budget(bytes_day=3 * len(LONG.encode())))
        world.crawl("place")
        spent, asked = world.totals("place")[Counter.BYTES], pages(site)
        assert 3 * len(LONG.encode()) <= spent and asked <= 4 + 8
        world.crawl("place")
        assert pages(site) == asked, "the day is over for this place"


def test_outside_its_hours_a_place_is_left_alone(world: World) -> None:
    hour = clock().astimezone(HANOI).hour
    with serve(PATHS) as site, serve(PATHS) as beside:
        placed(world, site, Budget(from_hour=(hour + 3) % 24, to_hour=(hour + 6) % 24))
        world.register(source("beside", beside.url))
        world.crawl("place", "beside")
        assert pages(site) == 0 and pages(beside) == 1 + THREADS
        with world.database.write() as unit:
            open_now = Budget(from_hour=(hour - 1) % 24, to_hour=(hour + 3) % 24)
            unit.sources.save(replace(unit.sources.get("place"), budget=open_now))
        world.crawl("place")
        assert pages(site) == 1 + THREADS


def test_a_new_day_has_a_new_budget() -> None:
    now = clock()
    moved = Spending(lambda: now)
    made = replace(source("place", "http://127.0.0.1:9/"), budget=Budget(pages_day=2, bytes_run=10))
    for _ in range(2):
        assert moved.held_back(made) is None
        moved.asking("place")
    assert moved.held_back(made) == "budget_pages_day"
    now += timedelta(days=1)
    assert moved.held_back(made) is None
    moved.fetched("place", 10)
    now += timedelta(days=1)
    assert moved.held_back(made) == "budget_bytes_run", "a run is a run, however long"
