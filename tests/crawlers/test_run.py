from __future__ import annotations

import gzip
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from lachan.app.town_server import TownServer, serve_town
from lachan.domain.post import Post, SourceKind
from lachan.pipeline.ports import Counter, Link, PageKind
from tests.crawlers.hostile_site import Act, Site, answer, listing, redirect, serve, thread
from tests.crawlers.world import ROOT, World, source

SENTENCE = "Chiều nay trời mưa to, sân trường ngập nước và cả lớp phải ở lại đến tối."


def _stream(chunk: bytes, times: int, pause: float = 0.0) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for _ in range(times):
            handler.wfile.write(chunk)
            handler.wfile.flush()
            if pause:
                time.sleep(pause)
        handler.close_connection = True

    return act


def _huge_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("X-Long", "x" * 2_000_000)
    handler.end_headers()


def _good(text: str = SENTENCE) -> Act:
    return answer(thread(text))


SITES: dict[str, dict[str, Act]] = {
    "big": {
        "/": listing("/threads/big/", "/threads/good/"),
        "/threads/big/": _stream(b"<p>" + b"dai lam " * 8000, 800),
        "/threads/good/": _good(),
    },
    "loop": {
        "/": listing("/threads/a/"),
        "/threads/a/": redirect("/threads/b/"),
        "/threads/b/": redirect("/threads/a/"),
    },
    "away": {
        "/": listing("/threads/metadata/", "/threads/file/", "/threads/inside/"),
        "/threads/metadata/": redirect("http://169.254.169.254/latest/meta-data/"),
        "/threads/file/": redirect("file:///etc/hostname"),
        "/threads/inside/": redirect("/threads/target/"),
        "/threads/target/": _good(),
    },
    "drip": {"/": listing("/threads/drip/"), "/threads/drip/": _stream(b"a", 600, 0.1)},
    "charset": {
        "/": listing("/threads/old/"),
        "/threads/old/": answer(
            thread("DOI")
            .encode()
            .replace(b"DOI", "em bÞ ®¸nh ë tr­êng, kh«ng d¸m nãi víi mÑ".encode("latin-1"))
        ),
    },
    "feed": {
        "/": answer(
            "<?xml version='1.0'?><rss><channel><title>x</title><item><title>A & B &nosuch;</title>"
            "<link>/bai-viet-so-mot-hai-ba.html</link></item>"
            "<item><title>lỗi <b></title><link>/bai-viet-so-bon-nam-sau.html</link>",
            kind="application/rss+xml",
        ),
        "/bai-viet-so-mot-hai-ba.html": answer(
            f"<html><body><h1>Tin</h1><div class='article-body'><p>{SENTENCE}</p><p>{SENTENCE}</p></div></body></html>"
        ),
    },
    "errors": {
        "/": listing(
            "/threads/gone/", "/threads/broken/", "/threads/picture/", "/threads/headers/", "/threads/bomb/"
        ),
        "/threads/broken/": answer("hỏng", status=500),
        "/threads/picture/": answer(b"\x89PNG", kind="image/png"),
        "/threads/headers/": _huge_headers,
        "/threads/bomb/": answer(gzip.compress(b"0" * 60_000_000), Content_Encoding="gzip"),
    },
    "busy": {
        "/": listing(*(f"/threads/t{n}/" for n in range(40))),
        **{f"/threads/t{n}/": answer("chờ", status=429, Retry_After="3600") for n in range(40)},
    },
    "closed": {
        "/": listing("/threads/good/"),
        "/threads/good/": _good(),
        "/robots.txt": answer("User-agent: *\nDisallow: /\n", kind="text/plain"),
    },
    "norobots": {"/": listing("/threads/good/"), "/robots.txt": answer("", status=503)},
    "meta": {
        "/": listing("/threads/hidden/", "/threads/header/", "/threads/open/"),
        "/threads/hidden/": answer(thread(SENTENCE, head='<meta name="robots" content="noindex, follow">')),
        "/threads/header/": answer(thread(SENTENCE), X_Robots_Tag="noindex"),
        "/threads/open/": answer(thread(SENTENCE), Set_Cookie="a=b; Path=/"),
    },
}


@dataclass
class Aftermath:
    world: World
    sites: dict[str, Site]
    summary: dict[str, Any]
    terminal: str
    posts: list[Post]

    def problems(self, key: str) -> set[str]:
        return {p.split(": ")[1] for p in self.summary["problems"] if p.startswith(f"{key}: ")}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """One crawl over every hostile site."""
    world = World(tmp_path_factory.mktemp("hostile"))
    with ExitStack() as stack:
        sites = {key: stack.enter_context(serve(routes)) for key, routes in SITES.items()}
        for key, site in sites.items():
            kind = SourceKind.FEED if key == "feed" else SourceKind.FORUM
            world.register(source(key, f"{site.url}/", kind))
        world.register(source("nobody", "http://127.0.0.1:9/"))
        summary, terminal = world.crawl(*sites, "nobody", timeout=8)
        yield Aftermath(world, sites, summary, terminal, world.inbox())


def test_good_pages_survive_bad_neighbours(hostile: Aftermath) -> None:
    urls = {post.url for post in hostile.posts}
    for key in ("big", "away", "meta", "feed", "charset"):
        assert any(url.startswith(hostile.sites[key].url) for url in urls), key
    assert hostile.summary["extracted"] == hostile.summary["duplicates"] + hostile.summary["inboxed"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("big", {"too_large (1)"}),
        ("loop", {"too_many_redirects (1)"}),
        ("drip", {"timeout (1)"}),
        ("away", {"private_address (1)", "http_302 (1)"}),  # a redirect to file: is not even followed
        ("norobots", {"robots_unreachable (1)"}),
        ("nobody", {"robots_unreachable (1)"}),
        ("closed", set()),
        ("meta", set()),
    ],
)
def test_each_trouble_is_named(hostile: Aftermath, key: str, words: set[str]) -> None:
    assert hostile.problems(key) == words


def test_errors_are_kept_apart(hostile: Aftermath) -> None:
    problems = hostile.problems("errors")
    assert {"http_404 (1)", "http_500 (1)", "not_text (1)", "too_large (1)"} <= problems
    assert len(problems) == 5  # and the headers, whatever the client calls it
    counts = hostile.world.counts("errors")
    assert counts["failed"] == 3 and counts["pending"] == 2  # broken and headers are tried again
    assert hostile.world.totals("errors")[Counter.ERRORS] == 5


def test_a_busy_host_is_left_alone(hostile: Aftermath) -> None:
    asked = sum(count for path, count in hostile.sites["busy"].hits.items() if path.startswith("/threads/"))
    assert 1 <= asked <= 8  # those under way when the first 429 came
    assert hostile.problems("busy") == {f"http_429 ({asked})"}
    assert hostile.world.counts("busy")["pending"] == 40


def test_robots_is_obeyed_and_counted(hostile: Aftermath) -> None:
    assert set(hostile.sites["closed"].hits) == {"/robots.txt"}
    assert hostile.world.totals("closed")[Counter.ROBOTS] == 1
    assert set(hostile.sites["norobots"].hits) == {"/robots.txt"}  # unreachable rules mean no for now
    assert hostile.world.counts("norobots")["pending"] == 1


def test_noindex_in_page_and_header(hostile: Aftermath) -> None:
    base = hostile.sites["meta"].url
    urls = {post.url for post in hostile.posts if post.url.startswith(base)}
    assert urls == {f"{base}/threads/open/#post-1"}


def test_old_encoding_is_read(hostile: Aftermath) -> None:
    texts = [p.text for p in hostile.posts if p.url.startswith(hostile.sites["charset"].url)]
    assert len(texts) == 1 and texts[0].endswith("em bị đánh ở trường, không dám nói với mẹ")


def test_the_user_agent_says_who_asks_and_no_cookie_is_kept(hostile: Aftermath) -> None:
    for site in hostile.sites.values():
        assert all("LaChan/" in agent and "https://example.invalid/contact" in agent for agent in site.agents)
        assert site.cookies == []


def test_nothing_read_is_written_to_the_terminal(hostile: Aftermath) -> None:
    for word in ("http://127", "/threads/", "mưa to", "ban_1"):
        assert word not in hostile.terminal


def test_loopback_is_refused_in_a_live_crawl(tmp_path: Path) -> None:
    world = World(tmp_path)
    with serve({"/": listing("/threads/a/")}) as site:
        world.register(
            source("s", f"{site.url}/"), source("name", site.url.replace("127.0.0.1", "localhost") + "/")
        )
        summary, _ = world.crawl("s", "name", allow_loopback=False)
        assert not site.hits
    assert summary["pages"] == 0
    assert set(summary["problems"]) == {"s: private_address (1)", "name: robots_unreachable (1)"}


# --- the town ----------------------------------------------------------------------------------------------
def _register_town(world: World, town: TownServer) -> list[str]:
    for place in town.places():
        world.register(source(place.key, place.url, place.kind, place.url_prefix))
    return [place.key for place in town.places()]


def test_killed_at_random_and_resumed_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    world = World(tmp_path)
    with serve_town(now=datetime.now(UTC)) as town:
        keys = _register_town(world, town)
        for after in (15, 60):
            process = subprocess.Popen(
                world.command(keys, worker="w"),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            until = time.monotonic() + 60
            while sum(town.hits.values()) < after and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait()
        world.crawl(*keys, worker="w")
        posts = world.inbox()
        assert sorted(post.url for post in posts) == sorted(town.truth())
        assert not [path for path in town.hits if "noi-bo" in path or "members" in path or "login" in path]


def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    world = World(tmp_path)
    with serve_town(now=datetime.now(UTC)) as town:
        keys = _register_town(world, town)
        process = subprocess.Popen(
            world.command(keys, delay=0.3), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        until = time.monotonic() + 60
        while sum(town.hits.values()) < 8 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert b'"pages"' in out
        assert sum(world.counts(key)["leased"] for key in keys) == 0
        assert sum(world.counts(key)["pending"] for key in keys) > 0


def test_every_request_that_waits_for_robots_is_told_the_rules(tmp_path: Path) -> None:
    def slow_rules(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        answer("User-agent: *\nDisallow: /threads/\n", kind="text/plain")(handler)

    world = World(tmp_path)
    secret = [f"/threads/s{number}/" for number in range(6)]
    with serve({"/": listing(), "/robots.txt": slow_rules, **dict.fromkeys(secret, _good())}) as site:
        world.register(source("s", f"{site.url}/"))
        with world.database.write() as unit:
            links = [Link(site.url + path, PageKind.THREAD) for path in secret]
            unit.frontier.add("s", site.url.removeprefix("http://"), links, datetime.now(UTC))
        summary, _ = world.crawl("s")
        assert set(site.hits) == {"/", "/robots.txt"} and site.hits["/robots.txt"] == 1
    assert summary["robots_refused"] == 6
