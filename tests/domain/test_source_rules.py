from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lachan.domain.post import Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.source_rules import belongs, refusal
from lachan.domain.taxonomy import Audience


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://f.example/members/an.12/", "person"), ("https://f.example/u/an", "person"),
        ("https://f.example/@an", "person"), ("https://f.example/member.php?u=3", "person"),
        ("https://f.example/list?author=an", "person"), ("https://f.example/thanh-vien/an", "person"),
        ("https://f.example/%75sers/an", "person"), ("https://f.example/tags/hoc-sinh/", "tag"),
        ("https://f.example/hashtag/x", "tag"), ("https://f.example/?tag=x", "tag"),
        ("https://f.example/search/?q=x", "search"), ("https://f.example/feed?q=x", "search"),
        ("https://f.example/tim-kiem/x", "search"), ("https://f.example/search.php", "search"),
        ("https://f.example/rss?keywords=x", "search"), ("https://f.example/login/", "log-in"),
        ("https://an:secret@f.example/forum/", "log-in"), ("https://www.facebook.com/someone", "told apart"),
        ("ftp://f.example/", "address"), ("khong phai", "address"), ("https:///x", "address"),
        ("https://f.example/a#b", "#"), ("https://[::1", "address"),
        ("https://www.youtube.com/results?search_query=x", "search"), ("https://t.me/someone", "told apart"),
    ],
)  # fmt: skip
def test_source_refusals(url: str, word: str) -> None:
    answer = refusal(url, SourceKind.FORUM)
    assert answer is not None and word in answer


@pytest.mark.parametrize(
    ("url", "kind", "place"),
    [
        ("https://www.youtube.com/channel/UC" + "a" * 22, SourceKind.YOUTUBE, True),
        ("https://www.youtube.com/@someone", SourceKind.YOUTUBE, False),
        ("https://www.youtube.com/user/someone", SourceKind.YOUTUBE, False),
        ("https://www.youtube.com/watch?v=abc", SourceKind.YOUTUBE, False),
        ("https://www.youtube.com/results?search_query=x", SourceKind.YOUTUBE, False),
        ("https://www.youtube.com/hashtag/x", SourceKind.YOUTUBE, False),
        ("https://www.facebook.com/123456789", SourceKind.FACEBOOK_PAGE, True),
        ("https://www.facebook.com/some.one", SourceKind.FACEBOOK_PAGE, False),
        ("https://www.facebook.com/profile.php?id=123456789", SourceKind.FACEBOOK_PAGE, False),
        ("https://www.facebook.com/groups/123456789", SourceKind.FACEBOOK_PAGE, False),
        ("https://www.facebook.com/search/posts?q=x", SourceKind.FACEBOOK_PAGE, False),
        ("https://t.me/s/hocduong", SourceKind.TELEGRAM, True), ("https://t.me/someone", SourceKind.TELEGRAM, False),
        ("https://t.me/s/hocduong?q=x", SourceKind.TELEGRAM, False), ("https://t.me/+abc", SourceKind.TELEGRAM, False),
        ("https://m.example/public/local", SourceKind.MASTODON, True),
        ("https://m.example/@an", SourceKind.MASTODON, False),
        ("https://m.example/tags/x", SourceKind.MASTODON, False),
        ("https://m.example/api/v1/timelines/tag/x", SourceKind.MASTODON, False),
        ("https://t.example/", SourceKind.WORDPRESS, True),
        ("https://t.example/author/an/", SourceKind.WORDPRESS, False),
        ("https://t.example/wp-json/wp/v2/search?search=x", SourceKind.WORDPRESS, False),
        ("https://f.example/c/hoc/5", SourceKind.DISCOURSE, True),
        ("https://f.example/u/an", SourceKind.DISCOURSE, False),
        ("https://f.example/tag/x", SourceKind.DISCOURSE, False),
    ],
)  # fmt: skip
def test_source_refusals_by_kind(url: str, kind: SourceKind, place: bool) -> None:
    assert (refusal(url, kind) is None) is place


@pytest.mark.parametrize(
    "url",
    ["https://f.example/forums/hoc-duong.5/", "https://f.example/rss.xml", "https://truong.example/tin-tuc/",
     "https://f.example/viewforum.php?f=12", "http://127.0.0.1:8080/dien-dan/"],
)  # fmt: skip
def test_places_are_accepted(url: str) -> None:
    assert refusal(url, SourceKind.FORUM) is None


def _source(prefix: str) -> Source:
    return Source(
        "s", "s", SourceKind.FORUM, prefix, prefix, Audience.MINORS, SourcePurpose.MINORS_PRESENT, "b", "c", "a",
        SourceState.ACTIVE, "b", datetime.now(UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://f.example/forum/a/1", True), ("https://F.EXAMPLE/forum/a", True),
        ("https://f.example:443/forum/a", True),
        ("https://f.example/forum/ab", False), ("http://f.example/forum/a", False), ("https://f.example/", False),
        ("https://f.example.evil.example/forum/a", False), ("https://f.example@evil.example/forum/a", False),
        ("https://f.example/forum/a/../b", False), ("https://f.example/forum/a/%2e%2e/b", False),
        ("https://f.example:8443/forum/a", False), ("https://f.example/forum/a\\..\\b", False), ("https://[::1", False),
        ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_what_belongs_to_a_source(url: str, inside: bool) -> None:
    assert belongs(_source("https://f.example/forum/a"), url) is inside


def test_an_international_name_is_one_name_however_it_is_written() -> None:
    for registered, asked in (
        ("diễn-đàn.vn", "xn--din-n-uqa65at14r.vn"),
        ("xn--din-n-uqa65at14r.vn", "Diễn-Đàn.vn"),
    ):
        assert belongs(_source(f"https://{registered}/forum"), f"https://{asked}/forum/x")
        assert not belongs(_source(f"https://{registered}/forum"), "https://dien-dan.vn/forum/x")
    assert not belongs(_source("https://diễn-đàn.vn/"), "https://" + "ă" * 80 + ".vn/")
