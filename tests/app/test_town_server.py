from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from crawlers.extract import Fetched
from crawlers.spiders import READERS
from lachan.app.town_server import TownServer, serve_town
from lachan.domain.post import RawPost
from lachan.domain.source_rules import refusal
from lachan.pipeline.ports import Link, PageKind

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def town() -> Iterator[TownServer]:
    with serve_town(now=NOW) as served:
        yield served


def _walk(town: TownServer) -> list[RawPost]:
    """Every post that the readers find when they follow what they find."""
    posts: list[RawPost] = []
    for place in town.places():
        queue, seen = [Link(place.url, PageKind.LISTING)], {place.url}
        while queue:
            link = queue.pop(0)
            with urlopen(link.url) as answer:
                fetched = Fetched(link.url, answer.read(), NOW, answer.headers["Content-Type"])
            found = READERS[place.kind](fetched, link.kind)
            posts += found.posts
            for further in found.links:
                inside = further.url.startswith(place.url_prefix) and "noi-bo" not in further.url
                if inside and further.url not in seen:
                    seen.add(further.url)
                    queue.append(further)
    return posts


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def test_every_planted_post_is_read_as_planted(town: TownServer) -> None:
    truth = town.truth()
    posts = _walk(town)
    assert len(truth) >= 400
    assert sorted(post.url for post in posts) == sorted(truth)
    for post in posts:
        planted = truth[post.url]
        assert _plain(post.text) == _plain(planted.text)
        assert post.author == planted.author
        assert post.published_at == planted.published_at


def test_the_truth_is_on_no_page(town: TownServer) -> None:
    names = {category.value for planted in town.truth().values() for category in planted.categories}
    assert names
    for url in {permalink.partition("#")[0] for permalink in town.truth()}:
        with urlopen(url) as answer:
            page = answer.read().decode("latin-1")
        assert not [name for name in names | {"truth", "promoting", "urgent"} if name in page]


def test_some_pages_lie_about_their_charset(town: TownServer) -> None:
    wrong = 0
    for url in {permalink.partition("#")[0] for permalink in town.truth()}:
        with urlopen(url) as answer:
            body, declared = answer.read(), answer.headers["Content-Type"]
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            wrong += 1
            assert "utf-8" in declared
    assert wrong >= 1


def test_robots_and_links_into_what_it_forbids(town: TownServer) -> None:
    with urlopen(f"{town.url}/robots.txt") as answer:
        assert b"Disallow: /noi-bo/" in answer.read()
    with urlopen(f"{town.url}/dien-dan/") as answer:
        assert b'href="/dien-dan/noi-bo/' in answer.read()


def test_unchanged_pages_and_missing_ones(town: TownServer) -> None:
    with urlopen(f"{town.url}/truong/") as answer:
        tag = answer.headers["ETag"]
        assert answer.headers["Last-Modified"].endswith("GMT")
    with pytest.raises(HTTPError) as unchanged:
        urlopen(Request(f"{town.url}/truong/", headers={"If-None-Match": tag}))
    assert unchanged.value.code == 304
    for path in ("/khong-co/", "/dien-dan/threads/khong-co/", "/dien-dan/f/khong-co/", "/bao/khong-co.html"):
        with pytest.raises(HTTPError) as missing:
            urlopen(town.url + path)
        assert missing.value.code == 404
    assert town.hits["/khong-co/"] == 1


def test_its_places_may_be_registered(town: TownServer) -> None:
    assert [refusal(place.url, place.kind) for place in town.places()] == [None, None, None]


def test_a_tiny_town_of_ones_own(tmp_path: Path) -> None:
    truth = {"categories": ["selfharm"], "context": "victim", "urgent": True}
    post = {
        "key": "f-1",
        "author": "an",
        "days_ago": 0.01,
        "text": "một <b> & hai",
        "quote": None,
        "truth": truth,
    }
    forum = {
        "title": "F",
        "sections": [{"slug": "s", "title": "S", "threads": [{"slug": "t", "title": "T", "posts": [post]}]}],
    }
    for name, data in (
        ("forum", forum),
        ("news", {"title": "N", "articles": []}),
        ("school", {"title": "S", "posts": []}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(data), "utf-8")
    with serve_town(now=NOW, folder=tmp_path) as town:
        ((permalink, planted),) = town.truth().items()
        assert permalink == f"{town.url}/dien-dan/threads/t/#post-f-1" and planted.urgent
        (found,) = _walk(town)
        assert found.text == "một <b> & hai" and found.title == "T"
