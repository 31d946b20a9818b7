from __future__ import annotations

from crawlers.links import kind_of, page_links, page_number, thread_of
from crawlers.markup import clean_url, parse_html
from lachan.pipeline.ports import Link, PageKind

URL = "https://f.example/forums/hoc-duong.3/"
HTML = """<base href="/"><a href="threads/a.1/">A</a>
<li><a href="/threads/b.2/">B</a><span>12 trả lời</span></li>
<a href="/threads/c.3/" rel="nofollow">C</a><a href="/members/an.1/">An</a><a href="/search/?q=x">Tìm</a>
<a href="/threads/b.2/reply?quote=1&action=reply">Trả lời</a><a href="/forums/hoc-duong.3/page-2">2</a>
<a href="/forums/khac.4/?sid=abc">Khác</a><a href="mailto:a@b.c">thư</a><a href="/anh.jpg">ảnh</a>
<a href="/calendar.php?day=1">lịch</a><a href="http://[::1">hỏng</a><a>không</a>"""


def test_a_section_leads_to_threads_and_its_further_pages() -> None:
    found = {
        link.url.removeprefix("https://f.example"): link
        for link in page_links(parse_html(HTML), URL, PageKind.LISTING)
    }
    assert {path: (link.kind, link.mark) for path, link in found.items()} == {
        "/threads/a.1/": (PageKind.THREAD, ""),
        "/threads/b.2/": (PageKind.THREAD, "12"),
        "/forums/hoc-duong.3/page-2": (PageKind.LISTING, ""),
        "/forums/khac.4/": (PageKind.LISTING, ""),
    }


def test_a_thread_leads_to_its_own_pages_only() -> None:
    tree = parse_html(
        '<a href="/threads/a.1/page-2">2</a><a href="/threads/a.1/">1</a><a href="/threads/z.9/">z</a>'
    )
    assert page_links(tree, "https://f.example/threads/a.1/", PageKind.THREAD) == [
        Link("https://f.example/threads/a.1/page-2", PageKind.THREAD)
    ]


def test_pages_and_threads() -> None:
    assert [page_number(f"https://f.example/t/1{x}") for x in ("", "?page=3", "/page-4", "?start=20", "?page=x")] == [
        1, 3, 4, 21, 1,
    ]  # fmt: skip
    assert thread_of("https://f.example/threads/a.1/page-4#p9") == "https://f.example/threads/a.1/"
    assert thread_of("https://f.example/viewtopic.php?t=7&start=20") == "https://f.example/viewtopic.php?t=7"
    assert kind_of("https://f.example/showthread.php?t=1") is PageKind.THREAD
    assert kind_of("https://f.example/mot-bai-viet-rat-dai.html") is PageKind.ARTICLE
    assert kind_of("https://f.example/topic/active/") is PageKind.LISTING
    assert kind_of("https://f.example/gioi-thieu") is None
    assert page_number("https://f.example/bai-viet/comment-page-2/") == 2


def test_traps_and_tracking() -> None:
    base = "https://f.example/a/"
    assert clean_url(base, "b?utm_source=x&fbclid=1&id=2#c") == "https://f.example/a/b?id=2"
    assert clean_url(base, "/x/y/x/y/x/y/") is None
    assert clean_url(base, "/" + "/".join("abcdefghijklmnop")) is None
    assert clean_url(base, "?a=1&b=2&c=3&d=4&e=5&f=6&g=7") is None
    assert clean_url(base, "x" * 3000) is None
    assert clean_url(base, "file:///etc/hostname") is None
    assert clean_url(base, "//user:word@F.example/b") == "https://f.example/b"
