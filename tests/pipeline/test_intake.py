from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lachan.domain.errors import ConflictError, NotFound, SourceRefused, Stopped
from lachan.domain.post import Post, RawPost, Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import Audience
from lachan.pipeline import intake
from lachan.pipeline.import_rows import BadRow, ImportRow
from lachan.pipeline.intake import MAX_LENGTH, MAX_TRIES, Intake, Reading, host_of
from lachan.pipeline.ports import Counter, CrawlSummary, Database, Link, Page, PageKind
from lachan.store.database import open_database
from lachan.store.keyring import FileKeyRing

URL = "https://f.example/forum/"


class World:
    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
        self.keys = FileKeyRing(folder / "ring.json")
        self.database: Database = open_database(f"sqlite:///{folder}/lachan.db", self.keys, self.clock)
        self.intake = Intake(self.database, self.keys, self.clock)
        self.state(SourceState.ACTIVE, add=True)

    def clock(self) -> datetime:
        return self.now

    def state(self, state: SourceState, *, add: bool = False) -> None:
        source = Source(
            "s", "Diễn đàn", SourceKind.FORUM, URL, URL, Audience.MINORS, SourcePurpose.MINORS_PRESENT, "b", "c", "an",
            state, "binh", self.now,
        )  # fmt: skip
        with self.database.write() as unit:
            (unit.sources.add if add else unit.sources.save)(source)

    def page(self, path: str = "threads/1") -> Page:
        with self.database.write() as unit:
            unit.frontier.add("s", "f.example", [Link(URL + path, PageKind.THREAD, str(self.now))], self.now)
        return next(page for page in self.intake.lease("w", ["s"], 10) if page.url == URL + path)

    def posts(self) -> list[Post]:
        with self.database.write() as unit:
            return [row.post for row in unit.inbox.claim("t", self.now, self.now, 1000)]

    def totals(self) -> dict[Counter, int]:
        with self.database.read() as unit:
            return unit.sources.totals("s")

    def pages(self) -> dict[str, int]:
        with self.database.read() as unit:
            return dict(unit.frontier.counts().get("s", {}))

    def actions(self) -> list[str]:
        with self.database.read() as unit:
            return [link.event.action for link in unit.audit.links()]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.database.close()


def raw(text: str, number: int = 1, author: str | None = "Minh Anh", title: str | None = None) -> RawPost:
    return RawPost(f"{URL}threads/1#post-{number}", text, author, None, f"{URL}threads/1", title)


def test_a_page_is_received_whole(world: World) -> None:
    page = world.page()
    posts = [raw("chào  cả\r\n\r\n\r\nnhà", title="Tiêu đề"), raw("minh anh ơi", 2, "Bé Na"), raw("  \n ", 3)]
    got = world.intake.receive(page, posts, [Link(URL + "threads/2", PageKind.THREAD)])
    assert (got.extracted, got.duplicates, got.inboxed) == (2, 0, 2)
    first, second = world.posts()
    assert first.text == "Tiêu đề\nchào cả\n\nnhà"
    assert second.text == "[tên] ơi"
    assert first.author_hash != second.author_hash and "Minh" not in str(first.author_hash)
    assert first.audience is Audience.MINORS and first.captured_at == world.now
    assert world.pages() == {"pending": 1, "leased": 0, "done": 1, "failed": 0}
    totals = world.totals()
    assert (totals[Counter.PAGES], totals[Counter.EXTRACTED], totals[Counter.INBOXED]) == (1, 2, 2)


def test_what_was_seen_is_dropped_even_after_the_months_change(world: World) -> None:
    for month in (10, 11, 12):
        world.now = datetime(2026, month, 20, tzinfo=UTC)
        world.keys.destroy_due(world.now)
        got = world.intake.receive(world.page(), [raw("chào"), raw("chào")], [])
        assert (got.extracted, got.inboxed) == (2, 1 if month == 10 else 0)


def test_an_edited_post_and_the_same_words_elsewhere_are_new(world: World) -> None:
    got = world.intake.receive(world.page(), [raw("chào"), raw("chào", 2), raw("chào nhé")], [])
    assert got.inboxed == 3


def test_a_very_long_post_is_read_in_pieces(world: World) -> None:
    text = " ".join(f"chữ{number}" for number in range(MAX_LENGTH))[: MAX_LENGTH * 2 + 10]
    got = world.intake.receive(world.page(), [raw(text)], [])
    posts = world.posts()
    assert got.inboxed == len(posts) == 3
    assert all(0 < len(post.text) <= MAX_LENGTH for post in posts)
    assert " ".join(post.text for post in posts).split() == text.split()


def test_all_or_nothing(world: World) -> None:
    page = world.page()
    with pytest.raises(AttributeError):
        world.intake.receive(page, [raw("chào")], [None])  # type: ignore[list-item]
    assert world.posts() == [] and world.totals()[Counter.EXTRACTED] == 0
    assert world.pages()["leased"] == 1
    assert world.intake.receive(page, [raw("chào")], []).inboxed == 1


def test_pages_read_one_after_the_other_are_received_together(world: World) -> None:
    first, second, third = world.page(), world.page("threads/2"), world.page("threads/3")
    older = Link(URL + "threads/old", PageKind.THREAD, older=True)
    got = world.intake.receive_all(
        [
            Reading(first, [raw("chào"), raw("chào", 2)], []),
            Reading(second, [raw("chào", 2), raw("mai đi học", 3)], [older]),
            Reading(third, [raw("chào")], [replace(older, url=URL + "threads/older")]),
        ]
    )
    assert (got.extracted, got.duplicates, got.inboxed) == (5, 2, 3)
    assert sorted(post.text for post in world.posts()) == ["chào", "chào", "mai đi học"]
    assert world.pages() == {"pending": 2, "leased": 0, "done": 3, "failed": 0}
    assert world.totals()[Counter.PAGES] == 3


def test_of_pages_received_together_a_lost_lease_loses_all_and_marks_nothing(world: World) -> None:
    kept, lost = world.page(), world.page("threads/2")
    readings = [Reading(kept, [raw("chào")], []), Reading(lost, [raw("mai đi học", 2)], [])]
    with world.database.write() as unit:
        unit.frontier.retry(lost, world.now, world.now, "stopped")
    with pytest.raises(ConflictError):
        world.intake.receive_all(readings)
    assert world.posts() == [] and world.pages()["done"] == 0
    assert world.intake.receive_all(readings[:1]).inboxed == 1


def test_a_failing_page_is_tried_five_times_later_each_time(world: World) -> None:
    page, waits = world.page(), []
    while True:
        world.intake.failed(page, "timeout")
        if world.pages()["failed"]:
            break
        start = world.now
        while not (again := world.intake.lease("w", ["s"], 1)):
            world.now += timedelta(minutes=1)
        page = again[0]
        waits.append(world.now - start)
    assert len(waits) == MAX_TRIES - 1 and waits == sorted(set(waits))
    assert world.totals()[Counter.ERRORS] == MAX_TRIES


def test_a_server_is_waited_for_as_long_as_it_asks(world: World) -> None:
    world.intake.failed(world.page(), "http_503", wait=timedelta(hours=3))
    world.now += timedelta(hours=2, minutes=59)
    assert world.intake.lease("w", ["s"], 1) == []
    world.now += timedelta(minutes=2)
    assert len(world.intake.lease("w", ["s"], 1)) == 1


def test_robots_refusal_finishes_a_page(world: World) -> None:
    world.intake.refused(world.page())
    assert world.pages()["done"] == 1 and world.totals()[Counter.ROBOTS] == 1


def test_a_stopped_source_leases_nothing_and_keeps_nothing(world: World) -> None:
    page = world.page()
    world.state(SourceState.STOPPED)
    assert world.intake.lease("w", ["s"], 5) == []
    assert world.intake.receive(page, [raw("chào")], []).inboxed == 0
    assert world.posts() == [] and world.pages()["done"] == 0
    assert world.intake.begin("w", ["s"]) == ()


def test_the_stop_switch(world: World) -> None:
    page = world.page()
    with world.database.write() as unit:
        unit.state.set("stop", "an")
    with pytest.raises(Stopped):
        world.intake.begin("w", ["s"])
    with pytest.raises(Stopped):
        world.intake.import_rows("an", "s", [])
    assert world.intake.lease("w", ["s"], 5) == []
    assert world.intake.receive(page, [raw("chào")], []).inboxed == 0


def test_begin_and_finish_are_one_audit_event_each(world: World) -> None:
    assert [source.key for source in world.intake.begin("w", ["s"])] == ["s"]
    assert [page.url for page in world.intake.lease("w", ["s"], 5)] == [URL]
    world.intake.finish("w", CrawlSummary(pages=1))
    assert world.actions() == ["crawl:begin", "crawl:finish"]
    assert world.pages()["leased"] == 0
    with pytest.raises(NotFound):
        world.intake.begin("w", ["nobody"])


def test_import(world: World) -> None:
    rows = [
        ImportRow(1, "chào", URL + "1", world.now),
        ImportRow(2, "xa lạ", "https://other.example/1", None),
        BadRow(3, "hỏng"),
        *(ImportRow(n, f"bài {n}", f"{URL}{n}", None) for n in range(4, 700)),
        ImportRow(700, "chào", URL + "1", None),
    ]
    done = world.intake.import_rows("an", "s", rows)
    assert (done.received.extracted, done.received.duplicates, done.received.inboxed) == (698, 1, 697)
    assert [bad.line for bad in done.bad] == [2, 3]
    assert all(post.imported for post in world.posts())
    assert world.actions() == ["import:batch", "import:batch"]
    world.state(SourceState.PROPOSED)
    with pytest.raises(SourceRefused, match="proposed"):
        world.intake.import_rows("an", "s", rows)


@given(st.text("ab1.-:/?#;=&%@!$'()*+,~_A[]\\ \t\n<>é", max_size=9))
def test_an_ordinary_address_is_fingerprinted_as_every_other_one(rest: str) -> None:
    url = f"https://forum.example/{rest}"
    parts = urlsplit(url)
    assert intake._normal_url(url) == parts._replace(netloc=parts.netloc.lower()).geturl()


def test_the_host_of_an_address() -> None:
    assert host_of("https://an:x@F.Example:8080/a") == "f.example:8080"
    assert host_of("https://Diễn-Đàn.vn:8080/") == host_of("https://xn--din-n-uqa65at14r.vn:8080/x")
