"""One post looked at again, as its kind of source is asked: over a real local server, keys in headers alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from crawlers.fetch_once import OncePageFetcher
from crawlers.spiders import LOOKS
from lachan.domain.errors import NotCheckable, SourceRefused
from lachan.domain.notice import PageCheck
from lachan.domain.post import Source, SourceKind
from lachan.pipeline.page_check import look
from lachan.pipeline.ports import ApiAccess
from tests.crawlers.hostile_site import Act, Site, answer, serve
from tests.crawlers.world import source

WORDS = "Cả lớp góp áo ấm cho các bạn vùng cao nhé."
CHANNEL = "UC" + "a" * 22
PLACES = {
    SourceKind.YOUTUBE: source("yt", f"https://www.youtube.com/channel/{CHANNEL}", SourceKind.YOUTUBE),
    SourceKind.FACEBOOK_PAGE: source("fb", "https://www.facebook.com/123456789", SourceKind.FACEBOOK_PAGE),
    SourceKind.TELEGRAM: source("tg", "https://t.me/s/hocduong", SourceKind.TELEGRAM),
}


def told(value: Any, *, status: int = 200, seen: list[str] | None = None) -> Act:
    """A JSON answer; `seen` gets the key that came in a header."""
    plain = answer(json.dumps(value), status=status, kind="application/json")

    def act(handler: BaseHTTPRequestHandler) -> None:
        if seen is not None:
            seen.extend([handler.headers.get("X-Goog-Api-Key", ""), handler.headers.get("Authorization", "")])
        plain(handler)

    return act


def fetcher(*places: Source, base: str = "") -> OncePageFetcher:
    access = {kind: ApiAccess(base, "key-of-the-operator") for kind in PLACES} if base else {}
    return OncePageFetcher(
        lambda: list(places),
        lambda: datetime.now(UTC),
        contact="x",
        allow_loopback=True,
        access=access,
        deadline=2.0,
    )


def found(site: Site, kind: SourceKind, url: str) -> PageCheck:
    return look(fetcher(PLACES[kind], base=site.url), url, WORDS)


YOUTUBE = "https://www.youtube.com/watch?v=vid1&lc=Ugx.a"


@pytest.mark.parametrize(
    ("items", "check"),
    [
        ([{"id": "Ugx.a", "snippet": {"textOriginal": WORDS, "channelId": CHANNEL}}], PageCheck.PRESENT),
        ([{"id": "Ugx.a", "snippet": {"textOriginal": "đã sửa", "channelId": CHANNEL}}], PageCheck.CHANGED),
        ([], PageCheck.GONE),
        (
            [{"id": "Ugx.a", "snippet": {"textOriginal": WORDS, "channelId": "UC" + "b" * 22}}],
            PageCheck.UNREACHABLE,
        ),
        ([{"id": "Ugx.a", "snippet": {"textOriginal": WORDS}}], PageCheck.UNCHECKABLE),
    ],
)
def test_a_youtube_comment_by_its_number(items: list[dict[str, Any]], check: PageCheck) -> None:
    seen: list[str] = []
    with serve({"/comments": told({"items": items}, seen=seen)}) as site:
        for url in (YOUTUBE, f"https://www.youtube.com/channel/{CHANNEL}?lc=Ugx.a"):
            assert found(site, SourceKind.YOUTUBE, url) is check
        assert set(seen) == {"key-of-the-operator", ""}
        assert all("key" not in path and "id=Ugx.a" in path for path in site.hits)


@pytest.mark.parametrize(("status", "check"), [(404, PageCheck.GONE), (403, PageCheck.UNREACHABLE)])
def test_youtube_errors(status: int, check: PageCheck) -> None:
    with serve({"/comments": told({}, status=status)}) as site:
        assert found(site, SourceKind.YOUTUBE, YOUTUBE) is check


def test_a_facebook_post_by_its_number_and_what_settles_nothing() -> None:
    pages = {
        "/123456789_55555": told({"message": WORDS}),
        "/55555_77777": told({"message": "đã sửa"}),
        "/123456789_66666": told({"error": {"code": 100, "error_subcode": 33}}, status=400),
    }
    page = "https://www.facebook.com/123456789"
    with serve(pages) as site:
        for url, check in (
            (f"{page}/posts/55555", PageCheck.PRESENT),
            (f"{page}_55555", PageCheck.PRESENT),
            ("https://www.facebook.com/permalink.php?story_fbid=55555&id=123456789", PageCheck.PRESENT),
            (f"{page}/posts/55555?comment_id=77777", PageCheck.CHANGED),
            (f"{page}/posts/66666", PageCheck.UNREACHABLE),  # gone, or not to be seen: nobody says which
            (f"{page}/posts/pfbid0abcDEF", PageCheck.UNCHECKABLE),
            ("https://www.facebook.com/987654321/posts/55555", PageCheck.UNREACHABLE),
        ):
            assert found(site, SourceKind.FACEBOOK_PAGE, url) is check, url
        assert "/robots.txt" not in site.hits and site.hits.total() == 5


def test_without_a_key_it_is_said_that_nobody_can_look() -> None:
    for kind, url in (
        (SourceKind.YOUTUBE, YOUTUBE),
        (SourceKind.FACEBOOK_PAGE, "https://www.facebook.com/1_2"),
    ):
        assert look(fetcher(PLACES[kind]), url, WORDS) is PageCheck.UNCHECKABLE
        with pytest.raises(NotCheckable):
            fetcher(PLACES[kind]).text_of(url)


def test_a_status_of_a_mastodon_server_by_its_number() -> None:
    with serve({"/api/v1/statuses/7": told({"content": f"<p>{WORDS}</p>"})}) as site:
        place = source("m", f"{site.url}/public/local", SourceKind.MASTODON)
        once = fetcher(place)
        assert look(once, f"{site.url}/@an/7", WORDS) is PageCheck.PRESENT
        assert look(once, f"{site.url}/@an/8", WORDS) is PageCheck.GONE
        assert look(once, f"{site.url}/@an", WORDS) is PageCheck.UNREACHABLE, "a person's page is nobody's"
        assert site.hits["/robots.txt"] == 2 and "/@an" not in site.hits
    with serve(
        {"/robots.txt": answer("User-agent: *\nDisallow: /api/"), "/api/v1/statuses/7": told({})}
    ) as site:
        shut = fetcher(source("m", f"{site.url}/public/local", SourceKind.MASTODON))
        assert look(shut, f"{site.url}/@an/7", WORDS) is PageCheck.UNREACHABLE
        assert site.hits["/api/v1/statuses/7"] == 0


def telegram(*numbers: int) -> str:
    shown = "".join(
        f'<div class="tgme_widget_message" data-post="hocduong/{n}"><div class="tgme_widget_message_text">{WORDS}'
        f'</div><time datetime="2026-11-20T08:00:00+00:00"></time></div>'
        for n in numbers
    )
    return f"<html><body>{shown}</body></html>"


@pytest.mark.parametrize(
    ("page", "check"),
    [
        (telegram(41, 42), PageCheck.PRESENT),
        (telegram(40, 41), PageCheck.GONE),
        (telegram(), PageCheck.UNREACHABLE),
    ],
)
def test_a_telegram_message_in_the_preview_of_its_channel(
    page: str, check: PageCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = fetcher(PLACES[SourceKind.TELEGRAM])
    asked: list[str] = []
    with serve({"/s/hocduong": answer(page)}) as site:
        real: Callable[..., Any] = once._get

        def elsewhere(url: str, *more: Any) -> Any:
            asked.append(url)
            return real(url.replace("https://t.me", site.url), *more)

        monkeypatch.setattr(once, "_get", elsewhere)  # t.me is far away
        assert look(once, "https://t.me/hocduong/42", WORDS) is check
        with pytest.raises(SourceRefused):
            once.text_of("https://t.me/kenhkhac/42")
    assert asked == ["https://t.me/robots.txt", "https://t.me/s/hocduong?before=43"]


def test_other_addresses_are_nobodys_business() -> None:
    for kind, looker in LOOKS.items():
        places = [PLACES.get(kind, source("m", "https://m.example/public/local", SourceKind.MASTODON))]
        assert looker("https://dien-dan.example/t/5", places, ApiAccess("https://x", "k")) is None
