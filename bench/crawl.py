"""How fast a place is read: fetched, extracted and through intake into the inbox, against bare Scrapy that follows
the same links on the same local site and keeps nothing. Prints one JSON line a kind of site.

    python bench/crawl.py [--pages 2000] [--turns 3] [--database URL]
    python bench/crawl.py --memory 200000          resident memory over one long crawl of short pages, nothing else

`ratio`: pages a second of ours to bare Scrapy's, the median of turns taken one after the other [0.6 threads, 0.35
articles]; `ratio_with_selectors`: to a spider that also picks author, time and text by CSS. Both have the same width
and no delay. Bare Scrapy is one process; ours is the crawler and the processes that read pages beside it
(`processes`, by the cores as in a real crawl, or as `--processes` says; 0: all in one). `ratio_of_work`: the same by
processor time of all of them, which a busy machine distorts less. `recrawl`: bytes of
bodies that the site sent again while nothing had changed, as a share of the first crawl's [0.05]: at once, 2 hours and
26 hours later, with validators and without. SQLite in a fresh folder unless `--database` names an empty PostgreSQL. The
site is a process of its own; it answers from memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from crawlers.reading import usual_processes

WIDTH = 8  # requests at a time
A_LISTING = 40  # threads or articles a listing
A_START = 1_000  # listings a start page
POSTS = 20  # a thread page
PAGE = os.sysconf("SC_PAGE_SIZE")
TEXT = (
    "sáng nay cả lớp ra sân trồng cây ai cũng lấm lem bùn đất mà vui cô giáo khen tổ hai chăm chỉ rồi phát cho mỗi bạn"
    " một chậu hoa nhỏ đem về nhà tưới chiều lại mưa to nên buổi đá bóng phải hoãn sang thứ bảy tuần sau các bạn nhớ"
    " mang áo mưa và nước uống thư viện trường mới có thêm sách truyện lịch sử với khoa học ai muốn mượn thì đăng ký"
    " với bạn lớp trưởng trước giờ ra chơi nhé cuối tháng có hội thi nấu ăn và kéo co giữa các khối lớp"
)
WORDS = TEXT.split()


# --- the site ----------------------------------------------------------------------------------------------
def words(number: int, count: int) -> str:
    """A harmless text of `count` words, its own for every number."""
    start = number * 7 % len(WORDS)
    return f"Chuyện số {number}: " + " ".join(WORDS[(start + i) % len(WORDS)] for i in range(count)) + "."


@cache
def frame() -> tuple[str, str]:
    """What stands around the content of every page: menus, a side bar, a footer."""
    menu = "".join(f'<li class="menu-item"><a href="/members/{n}/">Mục {n}</a></li>' for n in range(40))
    side = "".join(
        f'<div class="block"><div class="block-row"><h3>Hộp {n}</h3><span data-x="{n}">{words(n, 12)}</span>'
        "</div></div>"
        for n in range(30)
    )
    head = (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Làng Sen</title>'
        f"<style>{'.a{margin:0;padding:1px}' * 150}</style><script>{'var a=1;' * 400}</script></head>"
        f'<body><header><nav><ul>{menu}</ul></nav></header><div class="side">{side}</div><main>'
    )
    return head, f"</main><footer><ul>{menu}</ul></footer></body></html>"


def thin_page(number: int) -> str:
    """For counting pages by the hundred thousand."""
    post = f'<div class="post" id="post-{number}"><b class="username">ban_{number % 900}</b>'
    when = '<time datetime="2026-10-01T08:00:00+0700">x</time>'
    said = f'<div class="content">{words(number, 20)}</div></div>'
    return f"<html><body><h1>Chủ đề {number}</h1>{post}{when}{said}</body></html>"


def thread_page(number: int) -> str:
    posts = "".join(_post(number, n) for n in range(POSTS))
    return f"{frame()[0]}<h1>Chủ đề {number}</h1>{posts}{frame()[1]}"


def _post(thread: int, n: int) -> str:
    name, mark = f"ban_{(thread + n) % 900}", f"{thread}{n:02}"
    return (
        f'<article class="message message--post js-post" data-author="{name}" id="js-post-{mark}">'
        f'<div class="message-user"><h4 class="message-name"><a class="username" href="/members/{n}/">{name}</a></h4>'
        f'<h5 class="userTitle">Thành viên</h5><dl><dt>Bài viết</dt><dd>{n}</dd></dl></div>'
        '<div class="message-cell"><header class="message-attribution">'
        f'<a href="/threads/t.{thread}/#post-{mark}"><time datetime="2026-10-{1 + n:02}T08:00:00+0700">x</time></a>'
        '</header><div class="message-content">'
        f'<div class="bbWrapper">{words(thread * 100 + n, 60)}<br>{words(n, 40)}</div></div>'
        f'<footer class="message-footer"><a class="actionBar" href="/report/{n}/">Báo cáo</a></footer></div></article>'
    )


def article_page(number: int) -> str:
    body = "".join(f"<p>{words(number * 100 + n, 80)}</p>" for n in range(10))
    return (
        f'{frame()[0]}<article><h1>Bài {number}</h1><span class="author">Ban biên tập</span>'
        f'<time datetime="2026-10-01T08:00:00+07:00">1/10/2026</time><div class="article-body">{body}</div></article>'
        f"{frame()[1]}"
    )


def listing_page(path: str, kind: str, pages: int) -> str:
    """The start page leads to the listings, a listing to its pages."""
    boxes = -(-pages // A_LISTING)
    if not path.startswith("/forums/box."):  # the start page, and more of them where one cannot hold all
        at = int(path.split(".")[1].strip("/")) if path != "/" else 0
        inner = "".join(
            f'<li><a href="/forums/box.{n}/">Mục</a></li>' for n in range(at, min(at + A_START, boxes))
        )
        inner += f'<a href="/forums/all.{at + A_START}/">tiếp</a>' if at + A_START < boxes else ""
    else:
        first = int(path.split(".")[1].strip("/")) * A_LISTING
        inner = "".join(
            f'<li class="row"><a href="{page_path(kind, n)}">Chuyện số {n}</a> {n % 30} trả lời</li>'
            for n in range(first, min(first + A_LISTING, pages))
        )
    return f"{frame()[0]}<h1>Mục</h1><ul>{inner}</ul>{frame()[1]}"


def page_path(kind: str, number: int) -> str:
    return f"/threads/t.{number}/" if kind != "articles" else f"/tin/bai-viet-so-{number}-o-lang.html"


class Site(asyncio.Protocol):
    """Just enough of HTTP/1.1: GET, kept connections, 304 to whoever sends back the Last-Modified."""

    kind, pages, validators = "threads", 0, True
    sent, served = 0, 0

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))  # type: ignore[attr-defined]

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        if path == "/sent":  # what was sent since the last time this was asked
            body = json.dumps({"bytes": Site.sent, "pages": Site.served}).encode()
            Site.sent = Site.served = 0
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        if path == "/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        Site.served += 1
        when = b"Last-Modified: Sun, 01 Nov 2026 08:00:00 GMT\r\n" if self.validators else b""
        if self.validators and b"if-modified-since:" in head.lower():
            return b"HTTP/1.1 304 Not Modified\r\n" + when + b"\r\n"
        body = self._page(path).encode()
        Site.sent += len(body)
        start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"
        return start % len(body) + when + b"\r\n" + body

    def _page(self, path: str) -> str:
        if path.startswith("/threads/"):
            return (thin_page if self.kind == "thin" else thread_page)(int(path.split(".")[1].strip("/")))
        if path.startswith("/tin/"):
            return article_page(int(path.split("-")[3]))
        return listing_page(path, self.kind, self.pages)


async def serve_site() -> None:
    server = await asyncio.get_running_loop().create_server(Site, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def site(kind: str, pages: int, *, validators: bool = True) -> Iterator[str]:
    spec = {"role": "site", "kind": kind, "pages": pages, "validators": validators}
    process = subprocess.Popen(
        [sys.executable, __file__, "--child", json.dumps(spec)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


# --- those who read it -------------------------------------------------------------------------------------
def bare(spec: dict[str, Any]) -> dict[str, Any]:
    """Scrapy with its own defaults but the width: follows the same links; `selectors`: and picks posts by CSS."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    done = {"pages": 0, "posts": 0}

    class Bare(scrapy.Spider):  # type: ignore[misc]
        name = "bare"
        start_urls = (spec["url"] + "/",)

        def parse(self, response: Any) -> Iterator[Any]:
            done["pages"] += 1
            for href in response.css("a::attr(href)").getall():
                if href.startswith(("/forums/", "/threads/", "/tin/")) and "#" not in href:
                    yield response.follow(href)
            for post in response.css("article.message, article:not(.message)") if spec["selectors"] else ():
                done["posts"] += 1
                yield {
                    "author": post.css(".username::text, .author::text").get(),
                    "time": post.css("time::attr(datetime)").get(),
                    "text": " ".join(post.css(".bbWrapper ::text, .article-body ::text").getall()),
                }

    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS_PER_DOMAIN": WIDTH,
            "DOWNLOAD_DELAY": 0,
            "LOG_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Bare)
    began, spent = time.perf_counter(), time.process_time()
    process.start()
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent, **done}


def ours(spec: dict[str, Any]) -> dict[str, Any]:
    from crawlers.run import run_crawl
    from crawlers.settings import Pace
    from lachan.domain.post import Source, SourceKind, SourcePurpose, SourceState
    from lachan.domain.taxonomy import Audience
    from lachan.pipeline.intake import Intake
    from lachan.pipeline.ports import CrawlSummary
    from lachan.store.database import open_database
    from lachan.store.keyring import FileKeyRing

    folder, later = Path(spec["folder"]), timedelta(hours=spec.get("later", 0))

    def clock() -> datetime:
        return datetime.now(UTC) + later

    keys = FileKeyRing(folder / "ring.json")
    database = open_database(spec["database"] or f"sqlite:///{folder}/lachan.db", keys, clock)
    kind = SourceKind.FEED if spec["kind"] == "articles" else SourceKind.FORUM
    if not (folder / "known").exists():
        with database.write() as unit:
            unit.sources.add(
                Source("bench", "bench", kind, spec["url"] + "/", spec["url"] + "/", Audience.MINORS,
                       SourcePurpose.MINORS_PRESENT, "basis", "contact", "an", SourceState.ACTIVE, "binh", clock())
            )  # fmt: skip
        (folder / "known").touch()
    every, next_at, resident = max(1, spec["pages"] // 20), 0, list[tuple[int, int]]()

    def on_page(summary: CrawlSummary) -> None:
        nonlocal next_at
        if summary.pages >= next_at:
            next_at = summary.pages - summary.pages % every + every
            statm = Path("/proc/self/statm").read_text().split()
            resident.append((summary.pages, round(int(statm[1]) * PAGE / 2**20)))
            if spec.get("watch"):
                print(*resident[-1], file=sys.stderr, flush=True)

    began, spent = time.perf_counter(), _processor_time()
    summary = run_crawl(
        lambda: Intake(database, keys, clock), ["bench"], "bench", contact="https://example.invalid",
        allow_loopback=True, pace=Pace(delay=0.0, at_a_time=WIDTH, adaptive=False), processes=spec.get("processes"),
        on_page=on_page,
    )  # fmt: skip
    took = {"seconds": time.perf_counter() - began, "cpu": _processor_time() - spent}
    return {**took, "resident": resident, **asdict(summary)}


def _processor_time() -> float:
    """Seconds of this process and of those it has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


ROLES = {"bare": bare, "ours": ours}


def child(role: str, **spec: Any) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--child", json.dumps({"role": role, **spec})],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


# --- what is measured --------------------------------------------------------------------------------------
def speed(kind: str, pages: int, turns: int, database: str, processes: int | None) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"ours": [], "bare": [], "selectors": []}
    work: dict[str, list[float]] = {"ours": [], "bare": [], "selectors": []}
    found: dict[str, Any] = {}
    with site(kind, pages) as url:
        for _ in range(turns):
            with tempfile.TemporaryDirectory() as folder:
                found = child("ours", url=url, kind=kind, pages=pages, folder=folder, database=database,
                              processes=processes)  # fmt: skip
            assert found["pages"] == pages + -(-pages // A_LISTING) + 1, found
            rates["ours"].append(found["pages"] / found["seconds"])
            work["ours"].append(found["pages"] / found["cpu"])
            for name in ("bare", "selectors"):
                rival = child("bare", url=url, selectors=name == "selectors")
                assert rival["pages"] == found["pages"], rival
                rates[name].append(rival["pages"] / rival["seconds"])
                work[name].append(rival["pages"] / rival["cpu"])
    return {
        "bench": "crawl", "site": kind, "pages": found["pages"], "posts": found["inboxed"],
        "pages_a_second": {name: round(statistics.median(values), 1) for name, values in rates.items()},
        "ratio": _ratio(rates["ours"], rates["bare"]),
        "ratio_with_selectors": _ratio(rates["ours"], rates["selectors"]),
        "ratio_of_work": _ratio(work["ours"], work["bare"]),
        "ratio_of_work_with_selectors": _ratio(work["ours"], work["selectors"]),
        "goal": 0.6 if kind == "threads" else 0.35,
        "processes": usual_processes() if processes is None else processes,
        "resident_mib": [found["resident"][0][1], found["resident"][-1][1]],
    }  # fmt: skip


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2)


def recrawl(kind: str, pages: int, *, validators: bool) -> dict[str, float]:
    """Shares of the first crawl's bytes."""
    shares = {}
    with tempfile.TemporaryDirectory() as folder, site(kind, pages, validators=validators) as url:
        spec = {"url": url, "kind": kind, "pages": pages, "folder": folder, "database": ""}
        child("ours", **spec)
        first = _sent(url)
        for later in (0, 2, 26):
            again = child("ours", **spec, later=later)
            assert again["inboxed"] == 0, again
            shares[f"{later}h"] = round(_sent(url) / first, 4)
    return shares


def _sent(url: str) -> int:
    with urlopen(f"{url}/sent") as answer:
        return int(json.loads(answer.read())["bytes"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--database", default="")
    parser.add_argument("--processes", type=int, help="that read pages, instead of the usual number")
    parser.add_argument("--memory", type=int, metavar="PAGES")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        if given.child["role"] == "site":
            Site.kind, Site.pages = given.child["kind"], given.child["pages"]
            Site.validators = given.child["validators"]
            asyncio.run(serve_site())
        else:
            print(json.dumps(ROLES[given.child["role"]](given.child)))
        return
    if given.memory:
        with tempfile.TemporaryDirectory() as folder, site("thin", given.memory) as url:
            found = child("ours", url=url, kind="thin", pages=given.memory, folder=folder, database=given.database,
                          watch=True)  # fmt: skip
        line = {name: found[name] for name in ("pages", "inboxed", "resident")}
        print(json.dumps({"bench": "crawl", "site": "memory", **line, "seconds": round(found["seconds"])}))
        return
    for kind in ("threads", "articles"):
        line = speed(kind, given.pages, given.turns, given.database, given.processes)
        few = min(given.pages, 400)
        line["recrawl"] = {
            "validators": recrawl(kind, few, validators=True),
            "none": recrawl(kind, few, validators=False),
            "goal": 0.05,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
