from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.extract import Extraction, Fetched
from crawlers.spiders import READERS
from lachan.domain.post import RawPost, SourceKind
from lachan.pipeline.ports import PageKind
from tests.crawlers.test_feed import RSS, SITEMAP
from tests.crawlers.test_thread import BARE, MICRODATA, NESTED, PHPBB, VBULLETIN, XENFORO

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
URL = "https://f.example/threads/a.1/"
PAGES = [page.encode() for page in (XENFORO, PHPBB, VBULLETIN, MICRODATA, BARE, NESTED, RSS, SITEMAP)]
fragments = st.sampled_from(
    [b"<div class=post id=p1>", b"</div>", b"<article>", b"<time datetime=2026-10-12>", b"<!--", b"-->",
    b"<![CDATA[", b"]]>",
     b"<blockquote>", b"<a href='//[::1'>", b"<a href=?page=2>", b"<h1>", b"<rss><channel><item>",
     b"<urlset><url><loc>",
     b"&#0;&#55296;&#x110000;", b"\x00\xff\xfe", b"<meta charset=utf-7>", b"<base href='http://['>",
     b"<table><tr><td>",
     b"<div itemscope itemtype='http://schema.org/Comment'><p itemprop=text>",
     b"12/10/2026 08:15", "chữ viết".encode(),
     b"<script type='application/ld+json'>{\"@graph\": [[[{}]]], \"@type\": 3}</script>", b"\x1f\x8b\x08",
     b"<svg><p>"]
)  # fmt: skip


def read(body: bytes, kind: SourceKind, page: PageKind, content_type: str = "") -> None:
    found = READERS[kind](Fetched(URL, body, NOW, content_type, ""), page)
    assert all(post.text and post.url.startswith("http") for post in found.posts)
    assert all(link.url.startswith("http") for link in found.links)
    for post in found.posts:
        (post.text + (post.author or "") + (post.title or "") + post.url).encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(fragments | st.binary(max_size=20), max_size=25),
    st.sampled_from(list(READERS)),
    st.sampled_from(PageKind),
)
def test_never_raises_on_broken_markup(parts: list[bytes], kind: SourceKind, page: PageKind) -> None:
    read(b"".join(parts), kind, page)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(PAGES), st.data(), st.sampled_from(list(READERS)), st.sampled_from(PageKind))
def test_never_raises_on_damaged_pages(
    body: bytes, data: st.DataObject, kind: SourceKind, page: PageKind
) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    read(
        body[:start] + data.draw(st.binary(max_size=8)) + body[end:],
        kind,
        page,
        data.draw(st.text(max_size=20)),
    )


@pytest.mark.parametrize(
    "body",
    [b"<div>" * 50_000, b"<div class='post'><time>12/10/2026</time>" * 4_000, b"<a href=/threads/x>" * 20_000,
     b"<blockquote class=quote>" * 20_000, b"<p>" + b"a" * 2_000_000, b"[" * 100_000],
    ids=["deep", "posts", "links", "quotes", "one word", "brackets"],
)  # fmt: skip
def test_large_and_deep_pages_come_to_an_end(body: bytes) -> None:
    read(body, SourceKind.FORUM, PageKind.THREAD)


@pytest.mark.parametrize(
    "body",
    [
        "<pre>" * 5_000 + "From: An\nDate: 12/10/2026\n\nlời\n" * 4_000,
        "<pre>" + "\n" * 6_000 + "> trích\n" * 6_000 + "a b c\n" * 40_000,
        "<pre>" + "From: An\n" * 10_000 + "- " * 20_000,
        "<p>lời <a href='/u/1'>An</a> 10:20 3/11/2026" * 4_000,
        "<p>lời <a href='/u/1'>An</a> <a href='/u/1'>An</a>" + " — An (a) " * 20_000,
        "<p>" + "lời <a href='/wiki/User:An'>An</a> (a) 10:20, 3/11/2026 " * 4_000,
        "<i class=t>4 giờ</i><i>11/19/2026</i>" * 6_000,
        "<div class=comment id=c1><time>12/10/2026</time><b>Shop trả lời:</b> ạ" * 4_000,
        "<div class=comment><time>12/10/2026</time><p>a</p>" + "<div>" * 200 + "<b>Shop:</b><i>b</i>" * 4_000,
        "<div class='article-body'>" + "<div>Xem thêm: <a href=/x>x</a>" * 4_000,
        "<div class=comment><time>12/10/2026</time><p>" + "<br>--" * 60_000,
        "<div data-author=An data-created=1791767700>" * 4_000,
    ],
    ids=[
        "heads", "quoted", "rules", "signed", "dashes", "one line", "ages", "answers", "leads", "related", "ends",
        "named",
    ],
)  # fmt: skip
def test_pages_made_to_cost_time_come_to_an_end(body: str) -> None:
    for kind in (SourceKind.FORUM, SourceKind.FEED):
        read(body.encode(), kind, PageKind.THREAD)


@pytest.mark.parametrize(
    "body",
    [
        "<article>" + "".join(f"<a href='/threads/x.{i}/'>x</a>{'y' * 600}" for i in range(6_000)),
        "<li><a href='/threads/x.1/'>x</a>" + "1" * 2_000_000,
        "<li><a href='/threads/x.1/'>x</a>" + "1 " * 1_000_000,
    ],
    ids=["one row of links", "one number", "numbers"],
)
def test_listings_made_to_cost_time_come_to_an_end(body: str) -> None:
    fetched = Fetched(URL, body.encode(), NOW)
    assert READERS[SourceKind.FORUM](fetched, PageKind.LISTING).links


def test_what_a_page_asks_of_robots() -> None:
    def found(head: str = "", tag: str = "") -> tuple[int, int]:
        html = f"<html><head>{head}</head><body>{XENFORO}<a href='page-2'>2</a></body></html>"
        answer = READERS[SourceKind.FORUM](Fetched(URL, html.encode(), NOW, "", tag), PageKind.THREAD)
        return len(answer.posts), len(answer.links)

    assert found() == (1, 1)
    assert found('<meta name="robots" content="noindex">') == (0, 1)
    assert found('<META NAME="ROBOTS" CONTENT="index, NOFOLLOW">') == (1, 0)
    assert found('<meta name="robots" content="none">') == found(tag="none") == (0, 0)
    assert found(tag="lachan: noindex, nofollow") == (0, 0)


def test_marks_written_as_references_are_composed() -> None:
    post = RawPost("https://f.example/a", "Me\u0323 \u01a1i", "Be\u0301 Na", None, None)
    found = Extraction((post,)).bounded().posts[0]
    assert (found.text, found.author) == ("Mẹ ơi", "Bé Na")
