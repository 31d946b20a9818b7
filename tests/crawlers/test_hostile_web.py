"""What a hostile server tries, each with the word by which the crawl's log and summary name it.

Elsewhere: drip, endless page, gzip bomb, redirect loops, metadata and file: redirects, robots, cookies (test_run);
addresses that are not public (test_guard); the check before approval (test_fetch_once); broken pages (test_layouts).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from crawlers.guard import GuardedResolver
from lachan.domain.post import Post
from tests.crawlers.hostile_site import Act, Site, answer, listing, redirect, serve, thread
from tests.crawlers.world import World, source

SENTENCE = "Sáng nay cả lớp ra sân trồng cây, ai cũng lấm lem bùn đất mà vui."


def _raw(*pieces: bytes, times: int = 1) -> Act:
    """These bytes as they are, the last one `times` over, then the end of the connection."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        for piece in pieces[:-1]:
            handler.wfile.write(piece)
        for _ in range(times):
            handler.wfile.write(pieces[-1])

    return act


def _ever_on(handler: BaseHTTPRequestHandler) -> None:
    path, _, step = handler.path.partition("?b=")
    redirect(f"{path}?b={int(step or 0) + 1}")(handler)


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BOMB = b"\x00" * 30_000_000
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "haha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><rss><channel><item><title>&i;</title><link>/threads/good/</link></item></channel></rss>"
)
#: path -> (what the server does, the word for it; None: read, or nothing to read, without trouble)
TRICKS: dict[str, tuple[Act, str | None]] = {
    "deflate": (answer(zlib.compress(BOMB), Content_Encoding="deflate"), "too_large"),
    "twice": (answer(gzip.compress(gzip.compress(BOMB)), Content_Encoding="gzip, gzip"), "too_large"),
    "packed": (answer(gzip.compress(b"<urlset>" + BOMB), kind="application/x-gzip"), None),
    "laughs": (answer(LAUGHS, kind="application/rss+xml"), None),
    "headers": (_raw(OK, b"X-A: " + b"b" * 4000 + b"\r\n", times=60_000), "connection_failed"),
    "long": (_raw(OK, b"X-A: " + b"b" * 2_000_000), "connection_failed"),
    "continue": (_raw(b"HTTP/1.1 100 Continue\r\n\r\n", times=200_000), "connection_failed"),
    "status": (_raw(b"HTTP/9.9 abc \xff\r\n\r\n<html>"), "connection_failed"),
    "nothing": (_raw(b""), "connection_failed"),
    "length": (_raw(OK + b"Content-Length: -5\r\n\r\nabc"), "connection_failed"),
    "lengths": (_raw(OK + b"Content-Length: 3\r\nContent-Length: 9\r\n\r\nabc"), "connection_failed"),
    "short": (_raw(OK + b"Content-Length: 900\r\n\r\nabc"), "cut_short"),
    "chunks": (_raw(OK + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc"), "cut_short"),
    "chain": (_ever_on, "too_many_redirects"),
    "elsewhere": (redirect("https://example.invalid/"), "left_source"),
    "decimal": (redirect("http://2130706433/"), "left_source"),
    "video": (answer(b"\x00\x00\x00\x18ftypmp42", kind="video/mp4"), "not_text"),
    "disguised": (answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40), None),
    "encoding": (answer(thread(SENTENCE), kind="text/html; charset=\xff\xfe-x-nosuch"), None),
    "good": (
        answer(
            thread(
                f'{SENTENCE}<img src="/anh.jpg"><video src="/phim.mp4"></video><script src="/t.js"></script>',
                head='<link rel="stylesheet" href="/s.css"><link rel="icon" href="/i.ico">',
                more='<iframe src="/khung"></iframe><img width="1" height="1" src="/dem?u=1"><a href="/anh.png">x</a>',
            ),
            Set_Cookie="theo-doi=1; Path=/",
        ),
        None,
    ),
}


@dataclass
class Aftermath:
    site: Site
    trap: Site
    summary: dict[str, Any]
    terminal: str
    posts: list[Post]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """One crawl, each trick a source of its own, so that its problems stand under its name."""
    world = World(tmp_path_factory.mktemp("hostile"))
    routes = {f"/{name}/threads/x/": act for name, (act, _) in TRICKS.items()}
    routes |= {f"/{name}/": listing(f"/{name}/threads/x/") for name in TRICKS}
    with ExitStack() as stack:
        site, trap = stack.enter_context(serve(routes)), stack.enter_context(serve(_Trap()))
        for name in TRICKS:
            world.register(source(name, f"{site.url}/{name}/"))
        world.register(source("trap", f"{trap.url}/"))
        summary, terminal = world.crawl(*TRICKS, "trap", timeout=20, log=True, memory=600)
        yield Aftermath(site, trap, summary, terminal, world.inbox())


class _Trap(dict[str, Act]):
    """Every address exists and leads on: deeper, round in circles, with a new number, with a longer query."""

    def get(self, path: str, default: Act | None = None) -> Act | None:  # type: ignore[override]
        if path == "/robots.txt":
            return None
        onward = [
            f"{path}sau/",
            f"{path}a/b/",
            f"{path}?phien={len(path)}&x=1&x=2&x=3&x=4&x=5&x=6",
            f"/khac{path}",
        ]
        links = "".join(f'<a href="{to}">x</a>' for to in onward)
        return answer(
            f"<html><body><h1>Mục</h1>{links}<a href='/lich/2026/11/?ngay=1'>lịch</a></body></html>"
        )


@pytest.mark.parametrize("name", TRICKS)
def test_each_trick_ends_and_is_named(hostile: Aftermath, name: str) -> None:
    word = TRICKS[name][1]
    assert [p for p in hostile.summary["problems"] if p.startswith(f"{name}: ")] == (
        [f"{name}: {word} (1)"] if word else []
    )
    lines = [line for line in hostile.terminal.splitlines() if f"source={name} " in line]
    assert [line.rpartition("status=")[2] for line in lines] == ([word] if word else [])


def test_nothing_but_pages_is_asked_for(hostile: Aftermath) -> None:
    asked = {
        path for path in hostile.site.hits if not path.endswith(("/", "/robots.txt")) and "?b=" not in path
    }
    assert asked == set()  # no picture, film, script, style, frame or counter
    assert hostile.site.cookies == [] and hostile.site.hits["/robots.txt"] == 1


def test_what_is_good_is_read_among_all_this(hostile: Aftermath) -> None:
    read = {post.url.removeprefix(hostile.site.url): post.text for post in hostile.posts}
    for name in ("good", "encoding"):
        assert read[f"/{name}/threads/x/#post-1"].endswith(SENTENCE)


def test_a_trap_that_leads_ever_on_is_left(hostile: Aftermath) -> None:
    assert 1 <= len(hostile.trap.hits) <= 60


class Answers:
    """A name server that says something else every time."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    def getHostByName(self, name: str, timeout: Any = ()) -> defer.Deferred[str]:
        return defer.succeed(self._addresses.pop(0))


def test_a_name_that_changes_its_answer_leads_nowhere_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was checked is the one that is connected to: there is no second look-up between."""
    changing = Answers("93.184.216.34", "169.254.169.254", "127.0.0.1", "10.0.0.7")
    monkeypatch.setattr(
        "scrapy.resolver.CachingThreadedResolver.getHostByName",
        lambda self, *given: changing.getHostByName(*given),
    )
    resolver = GuardedResolver.__new__(GuardedResolver)
    found: list[Any] = []
    for _ in range(4):
        resolver.getHostByName("f.example").addBoth(found.append)
    assert found[0] == "93.184.216.34"
    assert all(failure.check(DNSLookupError) for failure in found[1:])
