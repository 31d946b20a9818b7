"""The browser without a network, in a real Chromium."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from crawlers.browser import MOST_PARTS, Browser, Part, TooSlow
from lachan.domain.errors import InputError
from tests.crawlers.hostile_site import answer, serve
from tests.crawlers.world import World, source

CHROMIUM = shutil.which("chromium") or "chromium"
URL = "https://dien-dan.example/threads/7/"
FILLED = "Sáng nay cả lớp trồng cây ngoài sân, vui quá."


@pytest.fixture(scope="module")
def trap() -> Iterator[ThreadingHTTPServer]:
    """A server that nothing may reach; `asked` holds what did."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def stands(
    body: str, answers: dict[str, Part] | None = None, *, longest: float = 16, most: int = 1_000_000
) -> tuple[str, list[str]]:
    """The page as it stands, and what was asked for."""
    asked: list[str] = []

    async def part(url: str) -> Part | None:
        asked.append(url)
        return (answers or {}).get(url)

    async def look() -> bytes:
        browser = Browser(CHROMIUM, ["--no-sandbox"])
        try:
            return await browser.stands(
                URL, body.encode(), "text/html; charset=utf-8", part, longest=longest, most=most
            )
        finally:
            await browser.close()

    return asyncio.run(look()).decode(), asked


def test_what_scripts_fetch_of_the_same_host_stands_in_the_page() -> None:
    answers = {
        "https://dien-dan.example/app.js": Part(
            200,
            "text/javascript",
            b"fetch('/api/7').then(a => a.json()).then(a => { document.querySelector('main').textContent = a.text })",
        ),
        "https://dien-dan.example/api/7": Part(200, "application/json", f'{{"text": "{FILLED}"}}'.encode()),
    }
    text, asked = stands("<main></main><script src='/app.js'></script>", answers)
    assert f"<main>{FILLED}</main>" in text
    assert asked == list(answers)


def test_nothing_else_gets_out(trap: ThreadingHTTPServer) -> None:
    here, worker = f"127.0.0.1:{trap.server_port}", "https://dien-dan.example/worker.js"
    text, asked = stands(
        f"""<main></main><img src="http://{here}/a.png"><img src="/same.png"><link rel="stylesheet" href="/s.css">
        <link rel="preconnect" href="http://{here}/"><link rel="prefetch" href="http://{here}/pre">
        <iframe src="http://{here}/frame"></iframe><iframe src="/frame"></iframe><video src="http://{here}/v"></video>
        <script src="http://{here}/other.js"></script>
        <script>
          const tries = [() => fetch("http://{here}/fetch"), () => fetch("http://169.254.169.254/latest"),
            () => fetch("http://localhost:{trap.server_port}/local"), () => fetch("/post", {{method: "POST"}}),
            () => navigator.sendBeacon("http://{here}/beacon"), () => new WebSocket("ws://{here}/socket"),
            () => new EventSource("http://{here}/events"), () => new Worker("/worker.js"),
            () => open("http://{here}/window"), () => {{ location.href = "http://{here}/away" }},
            () => navigator.serviceWorker.register("/sw.js"),
            () => new RTCPeerConnection({{iceServers: [{{urls: "stun:{here}"}}]}}).createDataChannel("x")];
          for (const each of tries) try {{ Promise.resolve(each()).catch(() => 0) }} catch {{ }}
          document.querySelector("main").textContent = "still here"
        </script>""",
        {worker: Part(200, "text/javascript", f'fetch("http://{here}/from-worker")'.encode())},
    )
    assert "still here" in text
    assert asked == [worker]
    assert trap.asked == []  # type: ignore[attr-defined]


def test_a_page_that_asks_for_ever_is_read_as_it_stands() -> None:
    url = "https://dien-dan.example/more"
    text, asked = stands(
        "<main>0</main><script>let n = 0; async function more() {"
        "try { await fetch('/more') } catch {} document.querySelector('main').textContent = ++n; setTimeout(more, 1) }"
        "more()</script>",
        {url: Part(200, "text/plain", b"x")},
        longest=12,
    )
    assert asked == [url] * MOST_PARTS
    assert "<main>" in text


@pytest.mark.parametrize(
    "script", ["while (true) {}", "const kept = []; while (true) kept.push(new Array(1e6).fill(1.5))"]
)
def test_a_script_without_end_ends(script: str) -> None:
    with pytest.raises(TooSlow):
        stands(f"<main></main><script>{script}</script>", longest=4)


def test_the_browser_goes_on_after_a_page_that_broke_it() -> None:
    async def none(url: str) -> Part | None:
        return None

    async def look() -> bytes:
        browser = Browser(CHROMIUM, ["--no-sandbox"])
        try:
            with pytest.raises(TooSlow):
                await browser.stands(
                    URL, b"<script>while (1) {}</script>", "text/html", none, longest=3, most=9
                )
            return await browser.stands(URL, b"<main>ok</main>", "text/html", none, most=99)
        finally:
            await browser.close()

    assert b"ok" in asyncio.run(look())


def test_a_page_is_cut_where_it_is_too_long_whatever_its_scripts_say() -> None:
    text, _ = stands(
        "<main></main><script>String.prototype.slice = function () { return 'lie' };"
        "document.querySelector('main').textContent = 'ạ'.repeat(1e6)</script>",
        most=10_000,
    )
    assert "ạạạ" in text
    assert len(text.encode()) <= 10_000


def test_a_browser_that_is_not_there_is_named() -> None:
    async def look() -> None:
        async def none(url: str) -> Part | None:
            return None

        browser = Browser("/nowhere/chromium")
        try:
            await browser.stands(URL, b"", "text/html", none, most=9)
        finally:
            await browser.close()

    with pytest.raises(InputError, match="/nowhere/chromium does not start"):
        asyncio.run(look())


FRAME = (
    "<html><head><title>x</title></head><body><div id=app></div><script src='/app.js'></script></body></html>"
)
APP = """
const thread = location.pathname.match(/threads\\/(\\d+)/)
fetch(thread ? "/api/" + thread[1] + ".json" : "/api/all.json").then(answer => answer.json()).then(found => {
  document.getElementById("app").innerHTML = found.map(one => thread
    ? `<div class="post" id="post-${one.id}"><a class="username">${one.by}</a> <time datetime="${one.at}">x</time>`
      + `<div class="content">${one.text}</div></div>`
    : `<li><a href="/threads/${one.id}/">chủ đề</a> 1 trả lời</li>`).join("")
})
fetch("/secret/count.json")
new Image().src = "/pixel.png"
"""


def _posts(*texts: str) -> str:
    at = "2026-10-01T08:00:00+07:00"
    return json.dumps(
        [{"id": n, "by": f"ban_{n}", "at": at, "text": text} for n, text in enumerate(texts, 1)]
    )


@pytest.mark.parametrize("scripted", [True, False])
def test_a_forum_that_only_a_script_shows(tmp_path: Path, scripted: bool) -> None:
    """Read where the operator says so, frame, script and data each within robots.txt; else nothing is found."""
    pages = {
        "/robots.txt": answer("User-agent: *\nDisallow: /secret/\n", kind="text/plain"),
        "/": answer(FRAME, ETag='"frame"'),
        "/threads/1/": answer(FRAME, ETag='"frame"'),
        "/app.js": answer(APP, kind="text/javascript"),
        "/api/all.json": answer('[{"id": 1}]', kind="application/json"),
        "/api/1.json": answer(
            _posts(FILLED, "Mai trường mình thi kéo co, ai xem không?"), kind="application/json"
        ),
    }
    with serve(pages) as site:
        world = World(tmp_path)
        world.register(source("forum", site.url + "/"))
        summary, log = world.crawl(
            "forum", browser=CHROMIUM, scripted=["forum"] if scripted else [], timeout=30, log=True
        )
    assert summary["errors"] == 0, log
    assert [post.text for post in world.inbox()] == (
        [FILLED, "Mai trường mình thi kéo co, ai xem không?"] if scripted else []
    )
    assert {path for path in site.hits if path in ("/secret/count.json", "/pixel.png")} == set()
    assert (site.hits["/app.js"] > 0) == scripted


def test_a_script_without_end_costs_its_page_alone(tmp_path: Path) -> None:
    pages = {
        "/": answer(
            "<ul><li><a href='/threads/1/'>a</a> 1 trả lời</li><li><a href='/threads/2/'>b</a> 1 trả lời</li></ul>"
        ),
        "/threads/1/": answer("<script>while (true) {}</script>"),
        "/threads/2/": answer(FRAME),
        "/app.js": answer(APP, kind="text/javascript"),
        "/api/2.json": answer(_posts(FILLED), kind="application/json"),
    }
    with serve(pages) as site:
        world = World(tmp_path)
        world.register(source("forum", site.url + "/"))
        summary, _ = world.crawl("forum", browser=CHROMIUM, scripted=["forum"], timeout=30)
    assert summary["problems"] == ["forum: script_too_slow (1)"]
    assert [post.text for post in world.inbox()] == [FILLED]


def test_without_a_browser_nothing_of_a_scripted_source_is_lost(tmp_path: Path) -> None:
    with serve({"/": answer(FRAME)}) as site:
        world = World(tmp_path)
        world.register(source("forum", site.url + "/"))
        with pytest.raises(AssertionError, match="/nowhere/chromium does not start"):
            world.crawl("forum", browser="/nowhere/chromium", scripted=["forum"])
    assert sum(world.counts("forum").values()) == 1
