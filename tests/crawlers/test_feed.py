from __future__ import annotations

import gzip
from datetime import UTC, datetime

from crawlers.extract import Fetched
from crawlers.feed import looks_like_feed, read_feed
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


def test_entities_and_files_are_not_opened() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + SITEMAP.split("?>")[1].replace(
        "a.html", "&x;.html"
    )
    assert all("hostname" not in link.url for link in read_feed(Fetched(URL, bomb.encode(), NOW)).links)
    assert read_feed(Fetched(URL, b"/etc/hostname", NOW)).posts == ()


def test_html_is_no_feed() -> None:
    assert not looks_like_feed(b"<!doctype html><html><body>x</body></html>")
