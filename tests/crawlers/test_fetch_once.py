from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetch_once import OncePageFetcher, written
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
        for path in ("/elsewhere/", "/forum/out", "/forum/meta", "/forum/../x", "/forum/%2e%2e/x"):
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
        (redirect("http://[::1"), "no address"),
        (_drip, "cut short|cannot be read"),
    ],
    ids=["500", "429", "large", "loop", "nowhere", "drip"],
)
def test_what_cannot_be_read_now(act: Act, words: str) -> None:
    with serve({"/forum/a": act}) as site, pytest.raises(OSError, match=words):
        fetcher(site, deadline=0.7).text_of(f"{site.url}/forum/a")


def test_an_unreachable_server() -> None:
    with serve({}) as site:
        once = fetcher(site)
    with pytest.raises(OSError):
        once.text_of(f"{site.url}/forum/a")


def test_letters_in_addresses_and_redirects() -> None:
    slug = "/forum/chuy%E1%BB%87n-l%C3%A0ng"
    raw = "/forum/chuyện-làng".encode().decode("latin-1")  # as many servers send it
    pages = {
        slug: answer(thread("vẫn còn đây")),
        "/forum/old": redirect(raw),
        "/forum/space": redirect("/forum/a b"),
    }
    with serve(pages) as site:
        for path in ("/forum/chuyện-làng", slug, "/forum/old", "/forum/chuyện-làng#post-1"):
            assert "vẫn còn đây" in (fetcher(site).text_of(site.url + path) or ""), path
        assert fetcher(site).text_of(f"{site.url}/forum/space") is None
        assert site.hits["/forum/a%20b"] == 1 and site.hits["/robots.txt"] == 5  # once for each look


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "https://diễn-đàn.vn/chuyện?tên=é",
            "https://xn--din-n-uqa65at14r.vn/chuy%E1%BB%87n?t%C3%AAn=%C3%A9",
        ),
        ("http://[::1]:8080/a%20b", "http://[::1]:8080/a%20b"),
        ("http://127.0.0.1/\r\nX: y", "http://127.0.0.1/X:%20y"),
        ("https://f.example", "https://f.example/"),
    ],
)
def test_an_address_as_it_goes_over_the_line(url: str, said: str) -> None:
    assert written(url) == said and said.isascii()
    assert written(said) == said


@pytest.mark.parametrize(
    "url",
    [
        "https://" + "ă" * 80 + ".vn/",
        "https://a..vn/",
        "http://f.example:99999/",
        "http://[::1/",
        "mailto:a@b",
        "https:///x",
    ],
)
def test_no_address_at_all(url: str) -> None:
    with pytest.raises(SourceRefused):
        written(url)


@given(st.text(max_size=60))
def test_any_redirect_is_an_address_or_refused(target: str) -> None:
    try:
        said = written(urljoin("https://f.example/forum/", target))
    except (SourceRefused, ValueError):
        return
    assert said.isascii() and " " not in said and "\n" not in said


def test_a_name_that_no_server_has_is_refused_without_asking() -> None:
    place = source("s", "https://" + "ă" * 80 + ".vn/")
    once = OncePageFetcher(lambda: [place], lambda: datetime.now(UTC), contact="https://example.invalid")
    with pytest.raises(SourceRefused):
        once.text_of(place.url)


def test_robots_txt_may_have_moved() -> None:
    rules = answer("User-agent: *\nDisallow: /forum/a\n", kind="text/plain")
    page = answer(thread("x"))
    moved = {"/robots.txt": redirect("/rules"), "/rules": rules, "/forum/a": page}
    with serve(moved) as site, pytest.raises(SourceRefused, match=r"robots\.txt"):
        fetcher(site).text_of(f"{site.url}/forum/a")
    for away in ("http://169.254.169.254/robots.txt", "/robots.txt"):
        with serve({"/robots.txt": redirect(away), "/forum/a": page}) as site:
            with pytest.raises(OSError, match=r"robots\.txt"):
                fetcher(site).text_of(f"{site.url}/forum/a")
            assert "/forum/a" not in site.hits


def test_the_deadline_is_for_everything() -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.4)
        redirect("/forum/a")(handler)

    with serve({"/forum/a": slow}) as site, pytest.raises(OSError):
        began = time.monotonic()
        fetcher(site, deadline=0.7).text_of(f"{site.url}/forum/a")
    assert sum(count for path, count in site.hits.items() if path == "/forum/a") <= 2 and began > 0


def test_a_page_packed_unasked() -> None:
    packed = gzip.compress(thread("vẫn còn đây").encode())
    bomb = gzip.compress(b"0" * 20_000_000)
    pages = {
        "/forum/a": answer(packed, Content_Encoding="gzip"), "/forum/bomb": answer(bomb, Content_Encoding="gzip"),
        "/forum/torn": answer(b"abc", Content_Encoding="gzip"), "/forum/odd": answer(b"abc", Content_Encoding="br"),
    }  # fmt: skip
    with serve(pages) as site:
        assert "vẫn còn đây" in (fetcher(site).text_of(f"{site.url}/forum/a") or "")
        for path, words in (("bomb", "larger than"), ("torn", "cannot be opened"), ("odd", "not asked for")):
            with pytest.raises(OSError, match=words):
                fetcher(site).text_of(f"{site.url}/forum/{path}")
