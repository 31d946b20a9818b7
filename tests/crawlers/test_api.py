"""Interfaces with a key, over a server that speaks their protocol: paging, quota, refusals; the key stays secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lachan.domain.post import SourceKind
from tests.crawlers.hostile_site import Act, answer, redirect, serve
from tests.crawlers.test_kinds import ANSWER, CHANNEL, PAGE, WORDS, comment
from tests.crawlers.world import World, source

KEY = "khoa-bi-mat-cua-don-vi"


def _json(value: Any, status: int = 200) -> Act:
    return answer(json.dumps(value), status=status, kind="application/json; charset=UTF-8")


class YouTube:
    """commentThreads and comments of two pages, for whoever brings the key."""

    def __init__(self, recent: str) -> None:
        self.recent = recent
        self.calls: list[dict[str, list[str]]] = []

    def threads(self, handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        self.calls.append(query)
        if handler.headers.get("X-Goog-Api-Key") != KEY:
            _json({"error": {"errors": [{"reason": "keyInvalid"}]}}, 400)(handler)
            return
        first = "pageToken" not in query
        id_ = "T1" if first else "T2"
        top = comment(
            id_, WORDS if first else "Trang hai cũng có lời bình.", videoId="v1", publishedAt=self.recent
        )
        snippet = {"videoId": "v1", "topLevelComment": top, "totalReplyCount": 1 if first else 0}
        items = {"items": [{"id": id_, "snippet": snippet}], **({"nextPageToken": "P2"} if first else {})}
        _json(items)(handler)

    def replies(self, handler: BaseHTTPRequestHandler) -> None:
        assert parse_qs(urlsplit(handler.path).query)["parentId"] == ["T1"]
        _json({"items": [comment("T1.a", ANSWER, publishedAt=self.recent)]})(handler)


@pytest.fixture
def recent() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_channel_is_read_page_by_page_and_the_key_is_written_nowhere(tmp_path: Path, recent: str) -> None:
    world, api = World(tmp_path), YouTube(recent)
    with serve({"/v3/commentThreads": api.threads, "/v3/comments": api.replies}) as site:
        world.register(source("kenh", CHANNEL, SourceKind.YOUTUBE))
        access = {"youtube": [f"{site.url}/v3", KEY]}
        summary, terminal = world.crawl("kenh", access=access)
        assert summary["problems"] == [] and summary["pages"] == 3
        again, _ = world.crawl("kenh", access=access)
        assert "/robots.txt" not in site.hits
    assert sorted(post.text for post in world.inbox()) == sorted(
        [WORDS, "Trang hai cũng có lời bình.", ANSWER]
    )
    assert again["inboxed"] == 0 and again["pages"] == 1  # nothing new on the first page: no further one
    assert KEY not in terminal and not any(KEY in str(call) for call in api.calls)
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]


@pytest.mark.parametrize(
    ("status", "reason", "word"),
    [(403, "quotaExceeded", "api_quota_used_up"), (400, "keyInvalid", "api_key_refused")],
)
def test_what_the_interface_refuses_is_said_and_kept(
    tmp_path: Path, status: int, reason: str, word: str
) -> None:
    world = World(tmp_path)
    with serve({"/v3/commentThreads": _json({"error": {"errors": [{"reason": reason}]}}, status)}) as site:
        world.register(source("kenh", CHANNEL, SourceKind.YOUTUBE))
        summary, _ = world.crawl("kenh", access={"youtube": [f"{site.url}/v3", KEY]})
        assert summary["problems"] == [f"kenh: {word} (1)"]
        world.crawl("kenh", access={"youtube": [f"{site.url}/v3", KEY]})
        assert site.hits.total() == 1  # left alone until it may be asked again
    assert world.counts("kenh")["pending"] == 1


def test_without_a_key_nothing_is_asked_and_no_redirect_carries_it_away(tmp_path: Path) -> None:
    world = World(tmp_path)
    with (
        serve({"/elsewhere": _json({})}) as other,
        serve({"/v3/commentThreads": redirect(f"{other.url}/elsewhere")}) as site,
    ):
        world.register(
            source("kenh", CHANNEL, SourceKind.YOUTUBE), source("trang", PAGE, SourceKind.FACEBOOK_PAGE)
        )
        summary, _ = world.crawl("kenh", "trang", access={"youtube": [f"{site.url}/v3", KEY]})
        assert not other.hits
    assert set(summary["problems"]) == {"kenh: api_http_302 (1)", "trang: api_key_missing (1)"}


def test_a_facebook_page_is_read_with_a_token_in_no_address(tmp_path: Path, recent: str) -> None:
    def row(id_: str, text: str, **more: Any) -> dict[str, Any]:
        return {"id": id_, "message": text, "created_time": recent,
                "permalink_url": f"https://www.facebook.com/{id_}", **more}  # fmt: skip

    def page(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("Authorization") != f"Bearer {KEY}":
            _json({"error": {"code": 190}}, 400)(handler)
            return
        comments = {"data": [], "summary": {"total_count": 1}}
        posts = {"data": [row("123456789_55555", WORDS, comments=comments)]}
        _json({"category": "School", "name": "Trường", "posts": posts})(handler)

    world = World(tmp_path)
    routes = {
        "/v24.0/123456789": page,
        "/v24.0/123456789_55555/comments": _json({"data": [row("5_1", ANSWER)]}),
    }
    with serve(routes) as site:
        world.register(source("trang", PAGE, SourceKind.FACEBOOK_PAGE))
        summary, _ = world.crawl("trang", access={"facebook_page": [f"{site.url}/v24.0", KEY]})
        assert summary["problems"] == [] and not any(KEY in path for path in site.hits)
    assert sorted(post.text for post in world.inbox()) == sorted([WORDS, ANSWER])
