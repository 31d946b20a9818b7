from __future__ import annotations

import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest

from crawlers.fetch_once import OncePageFetcher
from lachan.domain.errors import SourceRefused
from tests.crawlers.hostile_site import Act, Site, answer, redirect, serve, thread
from tests.crawlers.world import source


def fetcher(site: Site, *, allow_loopback: bool = True, deadline: float = 2.0) -> OncePageFetcher:
    place = source("s", f"{site.url}/forum/")
    return OncePageFetcher(
        lambda: [place],
        lambda: datetime.now(UTC),
        contact="https://example.invalid",
        allow_loopback=allow_loopback,
        deadline=deadline,
    )


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"a")
        time.sleep(0.05)


def test_visible_text_or_gone() -> None:
    pages: dict[str, Act] = {
        "/forum/a": answer(thread("vẫn còn đây")),
        "/forum/gone": answer("", status=410),
        "/forum/moved": redirect("/forum/a"),
    }
    with serve(pages) as site:
        assert "vẫn còn đây" in (fetcher(site).text_of(f"{site.url}/forum/a") or "")
        assert fetcher(site).text_of(f"{site.url}/forum/gone") is None
        assert fetcher(site).text_of(f"{site.url}/forum/none") is None
        assert "vẫn còn đây" in (fetcher(site).text_of(f"{site.url}/forum/moved") or "")
        assert site.hits["/forum/a"] == 2 and all("LaChan/" in agent for agent in site.agents)


def test_only_registered_places_and_public_addresses() -> None:
    pages = {"/forum/out": redirect("/elsewhere/"), "/forum/meta": redirect("http://169.254.169.254/")}
    with serve(pages) as site:
        for path in ("/elsewhere/", "/forum/out", "/forum/meta", "/forum/../x"):
            with pytest.raises(SourceRefused):
                fetcher(site).text_of(site.url + path)
        with pytest.raises(SourceRefused):
            fetcher(site, allow_loopback=False).text_of(f"{site.url}/forum/a")
        assert "/elsewhere/" not in site.hits


def test_robots_is_obeyed() -> None:
    rules = answer("User-agent: lachan\nDisallow: /forum/\n", kind="text/plain")
    with serve({"/robots.txt": rules, "/forum/a": answer("x")}) as site:
        with pytest.raises(SourceRefused, match=r"robots\.txt"):
            fetcher(site).text_of(f"{site.url}/forum/a")
        assert set(site.hits) == {"/robots.txt"}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (answer("", status=500), "answered 500"),
        (answer("", status=429), "answered 429"),
        (answer("x" * 6_000_000), "larger than"),
        (redirect("/forum/a"), "redirects"),
        (_drip, "cut short|cannot be read"),
    ],
    ids=["500", "429", "large", "loop", "drip"],
)
def test_what_cannot_be_read_now(act: Act, words: str) -> None:
    with serve({"/forum/a": act}) as site, pytest.raises(OSError, match=words):
        fetcher(site, deadline=0.7).text_of(f"{site.url}/forum/a")


def test_an_unreachable_server() -> None:
    with serve({}) as site:
        once = fetcher(site)
    with pytest.raises(OSError):
        once.text_of(f"{site.url}/forum/a")
