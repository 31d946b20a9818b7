"""A place read again: what did not change is not sent again, what did is; and at the pace that the site asks for."""

from __future__ import annotations

import hashlib
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from protego import Protego

from crawlers.robots import seconds_between
from lachan.pipeline.ports import Counter
from tests.crawlers.hostile_site import Act, answer, serve, thread
from tests.crawlers.world import World, source

LONG = "Sáng nay cả lớp ra sân trồng cây, ai cũng lấm lem bùn đất mà vui. " * 20


class Conditional:
    """Pages that answer 304 to whoever has them; `sent` counts the bytes of bodies."""

    def __init__(self, *, etag: bool, modified: bool) -> None:
        self.pages: dict[str, str] = {}
        self.sent = 0
        self.asked_with: list[tuple[str | None, str | None]] = []
        self._etag, self._modified = etag, modified

    def act(self, handler: BaseHTTPRequestHandler) -> None:
        body = self.pages[handler.path].encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        when = "Sun, 01 Nov 2026 08:00:00 GMT"
        asked = handler.headers.get("If-None-Match"), handler.headers.get("If-Modified-Since")
        self.asked_with.append(asked)
        same = asked[0] == tag if self._etag else asked[1] == when
        handler.send_response(304 if same else 200)
        if self._etag:
            handler.send_header("ETag", tag)
        if self._modified:
            handler.send_header("Last-Modified", when)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        handler.send_header("Content-Length", "0" if same else str(len(body)))
        handler.end_headers()
        if not same:
            handler.wfile.write(body)
            self.sent += len(body)

    def routes(self) -> dict[str, Act]:
        return dict.fromkeys(self.pages, self.act)

    def section(self, replies: int) -> None:
        rows = "".join(
            f'<li><a href="/threads/t{n}/">chủ đề {n}</a> {replies if n == 3 else 2} trả lời</li>'
            for n in range(30)
        )
        self.pages["/"] = f"<html><body><h1>Mục</h1><ul>{rows}</ul></body></html>"


def _site(**said: bool) -> Conditional:
    site = Conditional(**said)
    site.section(2)
    for number in range(30):
        site.pages[f"/threads/t{number}/"] = thread(f"{number}: {LONG}", f"{number}. {LONG}")
    return site


def _reread(folder: Path, site: Conditional) -> tuple[World, dict[str, Any], int, int]:
    """The world, the second summary, and the bytes of both crawls."""
    world = World(folder)
    with serve(site.routes()) as served:
        world.register(source("s", f"{served.url}/"))
        world.crawl("s")
        first, site.sent = site.sent, 0
        assert len(world.inbox()) == 60
        summary, _ = world.crawl("s")
    return world, summary, first, site.sent


def test_an_unchanged_site_costs_nearly_nothing(tmp_path: Path) -> None:
    world, summary, first, second = _reread(tmp_path, _site(etag=True, modified=True))
    assert first > 100_000 and second <= first * 0.05
    assert (summary["pages"], summary["unchanged"], summary["errors"]) == (0, 1, 0)
    assert world.totals("s")[Counter.UNCHANGED] == 1


def test_without_validators_the_marks_alone_keep_it_small(tmp_path: Path) -> None:
    _, summary, first, second = _reread(tmp_path, _site(etag=False, modified=False))
    assert second <= first * 0.05  # the section, and none of its threads
    assert (summary["pages"], summary["inboxed"]) == (1, 0)


def test_a_last_modified_is_sent_back_as_it_came_and_a_new_reply_is_read(tmp_path: Path) -> None:
    site = _site(etag=False, modified=True)
    world = World(tmp_path)
    with serve(site.routes()) as served:
        world.register(source("s", f"{served.url}/"))
        world.crawl("s")
        assert set(site.asked_with) == {(None, None)}
        site.section(3)
        site.pages["/threads/t3/"] = thread(f"3: {LONG}", f"3. {LONG}", "Em cũng muốn trồng cây nữa.")
        site._modified = False  # a server that says nothing of the date any more sends the page
        site.asked_with.clear()
        site._etag = True
        summary, _ = world.crawl("s")
    assert (None, "Sun, 01 Nov 2026 08:00:00 GMT") in site.asked_with
    assert (summary["pages"], summary["inboxed"]) == (2, 1)


def test_new_posts_on_the_last_page_of_a_thread_are_found(tmp_path: Path) -> None:
    """The section's row says that the thread grew; what is new stands on a page that the row does not name."""
    site = Conditional(etag=False, modified=False)
    site.section(2)
    pager = '<a href="/threads/t3/page-2">2</a>'
    site.pages |= {f"/threads/t{n}/": thread(f"{n}. {LONG}", more=pager if n == 3 else "") for n in range(30)}
    site.pages["/threads/t3/page-2"] = thread(f"trang hai: {LONG}")
    world = World(tmp_path)
    with serve(site.routes()) as served:
        world.register(source("s", f"{served.url}/"))
        world.crawl("s")
        site.section(3)
        site.pages["/threads/t3/page-2"] = thread(f"trang hai: {LONG}", "Mai lớp mình họp lúc mấy giờ ạ?")
        summary, _ = world.crawl("s")
    assert summary["inboxed"] == 1


def test_a_crawl_delay_is_kept(tmp_path: Path) -> None:
    times: list[float] = []

    def page(handler: BaseHTTPRequestHandler) -> None:
        times.append(time.monotonic())
        answer(thread(LONG))(handler)

    rules = "User-agent: *\nCrawl-delay: 0.5\n"
    links = "".join(f'<a href="/threads/t{n}/">x</a>' for n in range(4))
    routes = {f"/threads/t{n}/": page for n in range(4)}
    world = World(tmp_path)
    with serve({"/": answer(links), "/robots.txt": answer(rules, kind="text/plain"), **routes}) as served:
        world.register(source("s", f"{served.url}/"))
        summary, _ = world.crawl("s")
    assert summary["pages"] == 5
    # no faster in all than it asks for: a single gap may be shorter where a request was slow to arrive
    assert times[-1] - times[0] >= 3 * 0.5 - 0.4


def test_a_site_that_wants_long_pauses_gets_them(tmp_path: Path) -> None:
    rules = "User-agent: *\nCrawl-delay: 3600\n"
    links = "".join(f'<a href="/threads/t{n}/">x</a>' for n in range(2))
    routes: dict[str, Act] = {f"/threads/t{n}/": answer(thread(f"{n} {LONG}")) for n in range(2)}
    world = World(tmp_path)
    with serve({"/": answer(links), "/robots.txt": answer(rules, kind="text/plain"), **routes}) as served:
        world.register(source("s", f"{served.url}/"))
        # the section; one of its threads; then nothing for an hour
        pages = [world.crawl("s")[0]["pages"] for _ in range(3)]
        assert pages == [1, 1, 0]
        assert served.hits["/threads/t0/"] + served.hits["/threads/t1/"] == 1
    assert world.counts("s")["pending"] == 2


def test_what_robots_txt_says_of_the_pace() -> None:
    def seconds(text: str) -> float:
        return seconds_between(Protego.parse(text))

    assert seconds("User-agent: *\nCrawl-delay: 7\n") == 7
    assert seconds("User-agent: lachan\nCrawl-delay: 2\n\nUser-agent: *\nCrawl-delay: 7\n") == 2
    assert seconds("User-agent: *\nRequest-rate: 1/30\n") == 30
    assert seconds("User-agent: *\nCrawl-delay: -4\n") == 0
    assert seconds("User-agent: *\nCrawl-delay: 99999999\n") == 86_400
    assert seconds("User-agent: *\nCrawl-delay: nan\n") == 0
    assert seconds("User-agent: *\nDisallow:\n") == 0
