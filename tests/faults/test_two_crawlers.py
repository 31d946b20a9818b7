"""Two workers on one PostgreSQL, each killed again and again at random, over four hosts."""

from __future__ import annotations

import contextlib
import random
import secrets
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.crawlers.hostile_site import Act, Site, answer, serve, thread
from tests.crawlers.world import ROOT, World, source
from tests.store.conftest import empty_postgresql_url, postgresql_url

__all__ = ["empty_postgresql_url", "postgresql_url"]

SITES, THREADS, POSTS, KILLS = 4, 16, 3, 5
PATIENCE = 120.0  # seconds in all


def _routes(number: int) -> dict[str, Act]:
    rows = "".join(f'<li><a href="/threads/t{n}/">chủ đề {n}</a> 2 trả lời</li>' for n in range(THREADS))
    routes = {"/": answer(f"<html><body><h1>Mục</h1><ul>{rows}</ul></body></html>")}
    for n in range(THREADS):
        for page in ("", "page-2"):
            said = (
                f"Diễn đàn {number}, chủ đề {n}{page}, câu thứ {m}: mai cả lớp đi trồng cây."
                for m in range(POSTS)
            )
            more = f'<a href="/threads/t{n}/page-2">2</a>' if not page else ""
            routes[f"/threads/t{n}/{page}"] = answer(thread(*said, more=more))
    return routes


class Worker:
    """A crawl that is started again by the same name whenever it died, as the scheduler does."""

    def __init__(self, world: World, name: str, keys: list[str]) -> None:
        self._command = world.command(keys, worker=name, delay=0.02)
        self.process = self._start()
        self.died = 0

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # fmt: skip

    def kill_and_start(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.died += 1
        self.process.wait()
        self.process = self._start()


@pytest.mark.slow
def test_every_page_is_fetched_and_every_post_stored_once(tmp_path: Path, empty_postgresql_url: str) -> None:
    seed = secrets.randbelow(2**32)
    dice = random.Random(seed)
    print(f"seed {seed}")  # shown when it fails
    world = World(tmp_path, empty_postgresql_url)
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(serve(_routes(number))) for number in range(SITES)]
        keys = [f"s{number}" for number in range(SITES)]
        world.register(*(source(key, f"{site.url}/") for key, site in zip(keys, sites, strict=True)))
        workers = [Worker(world, name, keys) for name in ("a", "b")]
        for kill in range(KILLS):
            _wait_for(sites, (kill + dice.random()) * SITES * THREADS * 2 / KILLS, workers)
            dice.choice(workers).kill_and_start()
        for worker in workers:
            worker.process.wait(PATIENCE)
        world.crawl(*keys, worker="a")
        assert sum(worker.died for worker in workers) >= KILLS // 2
        for site in sites:
            pages = {f"/threads/t{n}/{page}" for n in range(THREADS) for page in ("", "page-2")}
            assert pages <= set(site.hits), "a page was never asked for"
        urls = [post.url for post in world.inbox()]
    assert len(urls) == len(set(urls)) == SITES * THREADS * 2 * POSTS
    assert all(world.counts(key)[state] == 0 for key in keys for state in ("pending", "leased", "failed"))
    world.database.close()


def _wait_for(sites: list[Site], pages: float, workers: list[Worker]) -> None:
    until = time.monotonic() + PATIENCE / KILLS
    while sum(sum(site.hits.values()) for site in sites) < pages and time.monotonic() < until:
        if all(worker.process.poll() is not None for worker in workers):
            return
        time.sleep(0.005)
