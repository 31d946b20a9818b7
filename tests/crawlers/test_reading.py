"""Pages read in processes beside the crawler: the same answers, and a page that kills its reader costs itself alone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.extract import Extraction, Fetched
from crawlers.reading import ReaderFailed, Reading, usual_processes
from crawlers.reading_process import LENGTHS, answer, question, serve
from crawlers.spiders import READERS
from lachan.domain.post import RawPost, SourceKind
from lachan.pipeline.ports import Link, PageKind

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LAYOUTS = sorted((Path(__file__).parent / "layouts").glob("*.html"))


def fetched(body: bytes, url: str = "https://f.example/threads/a.1/") -> Fetched:
    return Fetched(url, body, NOW, "text/html; charset=utf-8", "", "")


@contextmanager
def reading(processes: int = 1, seconds: float = 20.0) -> Iterator[Reading]:
    made = Reading(processes, seconds)
    try:
        yield made
    finally:
        made.close()


async def read(pages: Reading, body: bytes) -> Extraction | str:
    """What the page holds, or the word by which it failed."""
    try:
        return await pages.read(SourceKind.FORUM, fetched(body), PageKind.THREAD)
    except ReaderFailed as failed:
        return failed.word


def test_a_process_reads_as_the_crawler_itself_would() -> None:
    bodies = [path.read_bytes() for path in LAYOUTS]

    async def both() -> tuple[list[Extraction | str], list[Extraction | str]]:
        with reading(0) as here, reading(2) as beside:
            return (
                [await read(here, body) for body in bodies],
                await asyncio.gather(*(read(beside, body) for body in bodies)),
            )

    here, beside = asyncio.run(both())
    assert beside == here
    assert sum(len(found.posts) for found in here if isinstance(found, Extraction)) > 30


texts = st.text(max_size=30)
moments = st.datetimes(timezones=st.just(UTC))
posts = st.builds(
    RawPost, texts, texts, texts | st.none(), moments | st.none(), texts | st.none(), texts | st.none()
)
links = st.builds(Link, texts, st.sampled_from(PageKind), texts, st.booleans())


@given(st.lists(posts, max_size=3), st.lists(links, max_size=3))
def test_nothing_is_lost_on_the_way(some_posts: list[RawPost], some_links: list[Link]) -> None:
    found = Extraction(tuple(some_posts), tuple(some_links))
    here, there = socket.socketpair()
    with pytest.MonkeyPatch.context() as patch, here, there, there.makefile("rwb") as stream:
        patch.setattr("crawlers.reading_process.READERS", {SourceKind.FORUM: lambda fetched, kind: found})
        here.sendall(question(SourceKind.FORUM, fetched(b"x"), PageKind.THREAD))
        here.shutdown(socket.SHUT_WR)
        serve(stream, seconds=60)
        stream.flush()
        said = here.recv(1_000_000)
    assert answer(said[LENGTHS.size :]) == found


def processes_of(pages: Reading) -> list[int]:
    return [process._popen.pid for process in pages._processes]


def test_a_page_whose_process_dies_is_the_only_one_that_fails() -> None:
    """Asked one after the other: the second is being read when the process is killed, two more wait behind it."""
    small, large = LAYOUTS[0].read_bytes(), b"<div class=post><b>a</b>" * 150_000

    async def one_dies() -> list[Extraction | str]:
        with reading() as pages:
            first = await read(pages, small)
            rest = [asyncio.ensure_future(read(pages, body)) for body in (large, small, small)]
            await asyncio.sleep(0.05)
            os.kill(processes_of(pages)[0], signal.SIGSEGV)
            return [first, *await asyncio.gather(*rest)]

    first, died, *others = asyncio.run(one_dies())
    assert died == "reader_died"
    assert isinstance(first, Extraction)
    assert others == [first, first]


def test_a_page_that_takes_too_long_is_given_up() -> None:
    async def too_long() -> tuple[Extraction | str, Extraction | str]:
        with reading(seconds=0.3) as pages:
            return (
                await read(pages, b"<div class=post><b>a</b>" * 200_000),
                await read(pages, LAYOUTS[0].read_bytes()),
            )

    late, next_one = asyncio.run(too_long())
    assert late == "reader_too_slow"
    assert isinstance(next_one, Extraction)


def test_processes_know_no_setting_and_end_with_the_crawler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LACHAN_YOUTUBE_KEY", "not for readers")

    async def look() -> tuple[int, bytes]:
        with reading() as pages:
            await read(pages, b"<p>a</p>")
            (pid,) = processes_of(pages)
            return pid, Path(f"/proc/{pid}/environ").read_bytes()

    pid, environment = asyncio.run(look())
    assert b"LACHAN" not in environment
    assert not Path(f"/proc/{pid}").exists()


def test_a_stop_is_not_for_them() -> None:
    async def told_to_stop() -> Extraction | str:
        with reading() as pages:
            await read(pages, b"<p>a</p>")
            for name in (signal.SIGINT, signal.SIGTERM):
                os.kill(processes_of(pages)[0], name)
            return await read(pages, LAYOUTS[0].read_bytes())

    assert isinstance(asyncio.run(told_to_stop()), Extraction)


def test_a_reader_that_raises_says_which_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(page: Fetched, kind: PageKind) -> Extraction:
        raise LookupError

    monkeypatch.setattr("crawlers.reading.READERS", {**READERS, SourceKind.FORUM: broken})
    with reading(0) as pages, pytest.raises(ReaderFailed) as caught:
        asyncio.run(pages.read(SourceKind.FORUM, fetched(b"x"), PageKind.THREAD))
    assert (caught.value.word, caught.value.detail) == ("reader_error", "LookupError")


def test_one_core_is_left_to_the_crawler(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, processes in ((1, 1), (2, 1), (3, 2), (64, 4)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert usual_processes() == processes
