from __future__ import annotations

import gzip
from datetime import UTC, datetime

from crawlers.extract import Fetched
from crawlers.feed import looks_like_feed, read_feed
from crawlers.spiders import READERS
from lachan.domain.post import SourceKind
from lachan.pipeline.ports import Link, PageKind

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
URL = "https://bao.example/rss.xml"
LONG = "Một đoạn văn đủ dài để là toàn bài chứ không phải lời mời đọc tiếp. " * 8
RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Báo</title>
<item><title>Một</title><link>/mot.html?utm_source=rss</link><description>Mời đọc</description></item>
<item><title>Hai</title><link>https://bao.example/hai.html</link><dc:creator>Thu Cúc</dc:creator>
<pubDate>Mon, 12 Oct 2026 08:15:00 +0700</pubDate><content:encoded><![CDATA[<p>{LONG}</p>]]></content:encoded></item>
</channel></rss>"""
SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>https://bao.example/a.html</loc><lastmod>2026-10-12</lastmod></url><url><loc>javascript:x</loc></url></urlset>"""


def test_teasers_are_links_and_whole_texts_are_posts() -> None:
    found = read_feed(Fetched(URL, RSS.encode(), NOW))
    assert found.links == (Link("https://bao.example/mot.html", PageKind.ARTICLE),)
    (post,) = found.posts
    assert (post.url, post.title, post.author) == ("https://bao.example/hai.html", "Hai", "Thu Cúc")
    assert post.text == LONG.strip() and post.published_at == datetime(2026, 10, 12, 1, 15, tzinfo=UTC)


def test_sitemaps_packed_or_not() -> None:
    wanted = (Link("https://bao.example/a.html", PageKind.ARTICLE, "2026-10-11T17:00:00+00:00"),)
    for body in (SITEMAP.encode(), gzip.compress(SITEMAP.encode())):
        assert looks_like_feed(body)
        assert read_feed(Fetched(URL, body, NOW)).links == wanted
    index = (
        SITEMAP.replace("urlset", "sitemapindex")
        .replace("<url>", "<sitemap>")
        .replace("</url>", "</sitemap>")
    )
    assert [link.kind for link in read_feed(Fetched(URL, index.encode(), NOW)).links] == [PageKind.LISTING]


def test_the_entries_of_a_comment_feed_are_posts_however_short() -> None:
    entries = "".join(
        f"<entry><title>Comment #{n}</title><link href='https://bao.example/bai.html#isso-{n}'/><author><name>An</name>"
        f"</author><updated>2026-10-12T01:15:0{n}Z</updated>"
        f"<content type='html'>&lt;p&gt;Vui {n}&lt;/p&gt;</content></entry>"
        for n in (1, 2)
    )
    found = read_feed(
        Fetched(URL, f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode(), NOW)
    )
    assert [(p.url, p.text, p.author, p.title, p.thread_url) for p in found.posts] == [
        (f"https://bao.example/bai.html#isso-{n}", f"Vui {n}", "An", None, "https://bao.example/bai.html")
        for n in (1, 2)
    ]
    assert found.links == ()


def test_a_page_leads_to_the_feed_of_its_own_comments_alone() -> None:
    head = "".join(
        f'<link rel="alternate" type="application/atom+xml" href="{href}">'
        for href in (
            "/isso/feed?uri=/bai/mot.html",
            "/rss.xml",
            "https://khac.example/x",
            "/search/feed?uri=/bai/mot.html",
        )
    )
    page = f"<html><head>{head}</head><body><article><h1>Một</h1><div class='entry-content'>{LONG}</div></article>"
    url = "https://bao.example/bai/mot.html"
    found = READERS[SourceKind.FEED](Fetched(url, page.encode(), NOW), PageKind.ARTICLE)
    assert [link.url for link in found.links] == ["https://bao.example/isso/feed?uri=/bai/mot.html"]
    assert len(found.posts) == 1
    about = '<b class="fn">An</b><time datetime="2026-10-12">x</time>'
    said = f'<div class="comment" id="comment-1">{about}<p>Vui quá.</p></div>'
    found = READERS[SourceKind.FEED](Fetched(url, (page + said).encode(), NOW), PageKind.ARTICLE)
    assert found.links == () and [post.title for post in found.posts] == ["Một", None]


def test_a_sitemap_names_lists_and_persons_too() -> None:
    places = ("/", "/category/tin/", "/author/lan/", "/tag/he/", "/2026/10/chuyen-lang/")
    entries = "".join(f"<url><loc>https://bao.example{path}</loc></url>" for path in places)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    links = read_feed(Fetched(URL, body.encode(), NOW)).links
    assert [(link.url.removeprefix("https://bao.example"), link.kind) for link in links] == [
        ("/", PageKind.LISTING), ("/category/tin/", PageKind.LISTING), ("/2026/10/chuyen-lang/", PageKind.ARTICLE),
    ]  # fmt: skip


def test_entities_and_files_are_not_opened() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + SITEMAP.split("?>")[1].replace(
        "a.html", "&x;.html"
    )
    assert all("hostname" not in link.url for link in read_feed(Fetched(URL, bomb.encode(), NOW)).links)
    assert read_feed(Fetched(URL, b"/etc/hostname", NOW)).posts == ()


def test_html_is_no_feed() -> None:
    assert not looks_like_feed(b"<!doctype html><html><body>x</body></html>")
