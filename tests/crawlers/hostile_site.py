"""Small servers on loopback that misbehave, each in one way."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    url: str
    hits: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    cookies: list[str] = field(default_factory=list)


def answer(
    body: str | bytes, *, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str
) -> Act:
    """A plain answer; header names are written with underscores."""
    data = body.encode() if isinstance(body, str) else body

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return act


def redirect(to: str, status: int = 302) -> Act:
    return answer("", status=status, Location=to)


def listing(*paths: str) -> Act:
    """A section page that leads to these threads."""
    rows = "".join(f'<li><a href="{path}">chủ đề</a> 1 trả lời</li>' for path in paths)
    return answer(f"<html><body><h1>Mục</h1><ul>{rows}</ul></body></html>")


def thread(*texts: str, head: str = "", more: str = "") -> str:
    """A thread page in a common layout."""
    posts = "".join(
        f'<div class="post" id="post-{number}"><a class="username">ban_{number}</a> '
        f'<time datetime="2026-10-0{number}T08:00:00+07:00">x</time><div class="content">{text}</div></div>'
        for number, text in enumerate(texts, 1)
    )
    return f"<html><head>{head}</head><body><h1>Chuyện</h1>{posts}{more}</body></html>"


@contextmanager
def serve(routes: Mapping[str, Act]) -> Iterator[Site]:
    """Serve `routes` by path (query left out); unknown paths are 404, robots.txt too unless it is a route."""
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.hits[self.path] += 1
            site.agents.add(self.headers.get("User-Agent", ""))
            site.cookies += self.headers.get_all("Cookie", [])
            act = routes.get(self.path.partition("?")[0]) or answer("không có", status=404)
            with contextlib.suppress(ConnectionError, OSError):
                act(self)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    runner = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    runner.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        runner.join()
