"""A small town on loopback for the demo: a forum, a newspaper and a school page to crawl for real.

    town/*.json (invented posts with the truth about each) -> town_pages/*.html -> HTTP on 127.0.0.1

The pages never show the truth. Dates are computed back from a fixed `now`, to the minute.
"""

from __future__ import annotations

import json
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import jinja2
from markupsafe import Markup, escape

from lachan.domain.post import SourceKind
from lachan.domain.taxonomy import Category, Context

_T = TypeVar("_T")
HANOI: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
_POSTS_A_PAGE: Final = 8
_THREADS_A_PAGE: Final = 6
_NOTICES_A_PAGE: Final = 4
_IN_FEED: Final = 20
_LAYOUTS: Final = ("thread_microdata.html", "thread_plain.html", "thread_bare.html")
_WRONG_CHARSET: Final = 4  # every so many threads one is windows-1258 that says it is utf-8
_ROBOTS: Final = "User-agent: *\nDisallow: /noi-bo/\nDisallow: /dien-dan/noi-bo/\nDisallow: /bao/noi-bo/\n"


@dataclass(frozen=True)
class TownPost:
    """A planted post. `said` is its time in the words that some pages use."""

    key: str
    author: str
    at: datetime
    text: str
    now: datetime
    quote: str | None = None
    quoted: str = ""
    title: str = ""
    replies: tuple[TownPost, ...] = ()

    @property
    def day(self) -> str:
        return self.at.strftime("%d/%m/%Y")

    @property
    def clock(self) -> str:
        return self.at.strftime("%H:%M")

    @property
    def said(self) -> str:
        back = (self.now.date() - self.at.date()).days
        return f"{ {0: 'Hôm nay', 1: 'Hôm qua'}.get(back, self.day) } lúc {self.clock}"

    @property
    def lines(self) -> Markup:
        return Markup("<br>\n").join(escape(line) for line in self.text.split("\n"))


@dataclass(frozen=True)
class TownThread:
    slug: str
    title: str
    posts: tuple[TownPost, ...]
    layout: str
    charset: str

    @property
    def path(self) -> str:
        return f"/dien-dan/threads/{self.slug}/"


@dataclass(frozen=True)
class TownSection:
    slug: str
    title: str
    threads: tuple[TownThread, ...]


@dataclass(frozen=True)
class TownArticle:
    slug: str
    title: str
    author: str
    at: datetime
    paragraphs: tuple[str, ...]

    @property
    def day(self) -> str:
        return self.at.strftime("%d/%m/%Y")

    @property
    def clock(self) -> str:
        return self.at.strftime("%H:%M")


@dataclass(frozen=True)
class Planted:
    """What stands at a permalink, and what a person who knows the rules says of it."""

    text: str
    author: str
    published_at: datetime
    categories: tuple[Category, ...]
    context: Context
    urgent: bool


@dataclass(frozen=True)
class Place:
    """A part of the town as a source is registered."""

    key: str
    title: str
    kind: SourceKind
    url: str
    url_prefix: str
    for_minors: bool


@dataclass(frozen=True)
class _Answer:
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200


class _Town:
    """The town's content and its pages by path."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.now = now.astimezone(HANOI).replace(second=0, microsecond=0)
        forum, news, school = (
            json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("forum", "news", "school")
        )
        self.truth: dict[str, Planted] = {}  # by path and fragment
        self.titles = (str(forum["title"]), str(news["title"]), str(school["title"]))
        self.sections = self._forum(forum["sections"])
        self.articles = self._news(news["articles"])
        self.notices = self._school(school["posts"])
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).with_name("town_pages")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )

    # --- content ---
    def _at(self, days_ago: float) -> datetime:
        return (self.now - timedelta(days=days_ago)).replace(second=0, microsecond=0)

    def _plant(self, permalink: str, text: str, author: str, at: datetime, truth: Mapping[str, Any]) -> None:
        self.truth[permalink] = Planted(
            text,
            author,
            at.astimezone(UTC),
            tuple(Category(name) for name in truth["categories"]),
            Context(truth["context"]),
            bool(truth["urgent"]),
        )

    def _forum(self, sections: Sequence[Mapping[str, Any]]) -> tuple[TownSection, ...]:
        built: list[TownSection] = []
        number = 0
        for section in sections:
            threads: list[TownThread] = []
            for thread in section["threads"]:
                number += 1
                layout = _LAYOUTS[number % len(_LAYOUTS)]
                charset = (
                    "windows-1258" if number % _WRONG_CHARSET == 0 and layout == _LAYOUTS[1] else "utf-8"
                )
                posts: list[TownPost] = []
                for index, raw in enumerate(thread["posts"]):
                    post = TownPost(
                        raw["key"], raw["author"], self._at(raw["days_ago"]), raw["text"], self.now, raw["quote"],
                        posts[-1].author if posts else "",
                    )  # fmt: skip
                    posts.append(post)
                    path = _page_path(
                        f"/dien-dan/threads/{thread['slug']}/", index // _POSTS_A_PAGE + 1, layout
                    )
                    self._plant(f"{path}#post-{post.key}", post.text, post.author, post.at, raw["truth"])
                threads.append(TownThread(thread["slug"], thread["title"], tuple(posts), layout, charset))
            built.append(TownSection(section["slug"], section["title"], tuple(threads)))
        return tuple(built)

    def _news(self, articles: Sequence[Mapping[str, Any]]) -> tuple[TownArticle, ...]:
        built = []
        for raw in articles:
            article = TownArticle(
                raw["slug"], raw["title"], raw["author"], self._at(raw["days_ago"]), tuple(raw["paragraphs"])
            )
            built.append(article)
            text = "\n".join(article.paragraphs)
            self._plant(f"/bao/{article.slug}.html", text, article.author, article.at, raw["truth"])
        return tuple(sorted(built, key=lambda article: article.at, reverse=True))

    def _school(self, posts: Sequence[Mapping[str, Any]]) -> tuple[TownPost, ...]:
        """Announcements with their replies; one without a `parent` begins an announcement."""
        tops: list[tuple[Mapping[str, Any], list[TownPost]]] = []
        for raw in posts:
            post = TownPost(
                raw["key"],
                raw["author"],
                self._at(raw["days_ago"]),
                raw["text"],
                self.now,
                title=raw.get("title") or "",
            )
            if raw.get("parent") is None:
                tops.append((raw, [post]))
            else:
                next(group for first, group in tops if first["key"] == raw["parent"]).append(post)
        notices = []
        truths = {raw["key"]: raw["truth"] for raw in posts}
        for index, (_, (first, *replies)) in enumerate(tops):
            path = _page_path("/truong/", index // _NOTICES_A_PAGE + 1, "")
            self._plant(f"{path}#post-{first.key}", first.text, first.author, first.at, truths[first.key])
            for reply in replies:
                self._plant(
                    f"{path}#comment-{reply.key}", reply.text, reply.author, reply.at, truths[reply.key]
                )
            notices.append(
                TownPost(
                    first.key,
                    first.author,
                    first.at,
                    first.text,
                    self.now,
                    title=first.title,
                    replies=tuple(replies),
                )
            )
        return tuple(notices)

    # --- pages ---
    def answer(self, target: str, base: str) -> _Answer:
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        page = int(query["page"]) if query.get("page", "").isdecimal() else 1
        segments = [segment for segment in parts.path.split("/") if segment]
        match segments:
            case []:
                return self._render("simple.html", site="Bến Sông", heading="Bến Sông", words="Ba trang mẫu.")
            case ["robots.txt"]:
                return _Answer(
                    f"{_ROBOTS}Sitemap: {base}/bao/sitemap.xml\n".encode(), "text/plain; charset=utf-8"
                )
            case ["dien-dan"]:
                return self._render("forum_index.html", site=self.titles[0], sections=self.sections)
            case ["dien-dan", "f", slug]:
                return self._section(slug, page)
            case ["dien-dan", "threads", slug]:
                return self._thread(slug, page)
            case ["dien-dan", "threads", slug, last] if last.startswith("page-") and last[5:].isdecimal():
                return self._thread(slug, int(last[5:]))
            case ["bao"]:
                return self._render("news_home.html", site=self.titles[1], articles=self.articles[:12])
            case ["bao", "rss.xml"]:
                return self._rss(base)
            case ["bao", "sitemap.xml"]:
                return self._sitemap(base)
            case ["bao", name] if name.endswith(".html"):
                return self._article(name.removesuffix(".html"), base)
            case ["truong"]:
                return self._school_page(page)
            case ["noi-bo", *_] | ["dien-dan" | "bao", "noi-bo", *_]:
                return self._render(
                    "simple.html", site="Nội bộ", heading="Nội bộ", words="Không dành cho máy đọc."
                )
            case _:
                return _Answer("Không có trang này.".encode(), "text/plain; charset=utf-8", 404)

    def _render(self, template: str, *, charset: str = "utf-8", **values: object) -> _Answer:
        # the declared charset stays utf-8 even where it is not: that is what the crawler must see through
        html = self._environment.get_template(template).render(charset="utf-8", **values)
        return _Answer(_windows_1258(html) if charset == "windows-1258" else html.encode())

    def _section(self, slug: str, page: int) -> _Answer:
        for section in self.sections:
            if section.slug == slug:
                threads, pages = _paged(section.threads, page, _THREADS_A_PAGE, f"/dien-dan/f/{slug}/", "")
                following = pages[page] if page < len(pages) else None
                return self._render(
                    "section.html",
                    site=self.titles[0],
                    section=section,
                    threads=threads,
                    pages=pages,
                    next=following,
                )
        return _Answer(b"", status=404)

    def _thread(self, slug: str, page: int) -> _Answer:
        for section in self.sections:
            for thread in section.threads:
                if thread.slug == slug:
                    posts, pages = _paged(thread.posts, page, _POSTS_A_PAGE, thread.path, thread.layout)
                    return self._render(
                        thread.layout, charset=thread.charset, site=self.titles[0], section=section,
                        thread=thread, posts=posts, pages=pages, first=page == 1,
                    )  # fmt: skip
        return _Answer(b"", status=404)

    def _article(self, slug: str, base: str) -> _Answer:
        for article in self.articles:
            if article.slug == slug:
                url = f"{base}/bao/{slug}.html"
                return self._render("article.html", site=self.titles[1], article=article, url=url)
        return _Answer(b"", status=404)

    def _school_page(self, page: int) -> _Answer:
        posts, pages = _paged(self.notices, page, _NOTICES_A_PAGE, "/truong/", "")
        return self._render("school.html", site=self.titles[2], posts=posts, pages=pages)

    def _rss(self, base: str) -> _Answer:
        root = ElementTree.Element("rss", version="2.0")
        channel = ElementTree.SubElement(root, "channel")
        for name, value in (
            ("title", self.titles[1]),
            ("link", f"{base}/bao/"),
            ("description", self.titles[1]),
        ):
            ElementTree.SubElement(channel, name).text = value
        for article in self.articles[:_IN_FEED]:
            item = ElementTree.SubElement(channel, "item")
            for name, value in (
                ("title", article.title),
                ("link", f"{base}/bao/{article.slug}.html"),
                ("description", article.paragraphs[0][:120]),
                ("pubDate", format_datetime(article.at)),
            ):
                ElementTree.SubElement(item, name).text = value
        body = ElementTree.tostring(root, "utf-8", xml_declaration=True)
        return _Answer(body, "application/rss+xml; charset=utf-8")

    def _sitemap(self, base: str) -> _Answer:
        root = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
        for article in self.articles:
            entry = ElementTree.SubElement(root, "url")
            ElementTree.SubElement(entry, "loc").text = f"{base}/bao/{article.slug}.html"
            ElementTree.SubElement(entry, "lastmod").text = article.at.isoformat()
        return _Answer(
            ElementTree.tostring(root, "utf-8", xml_declaration=True), "application/xml; charset=utf-8"
        )


def _page_path(path: str, page: int, layout: str) -> str:
    if page == 1:
        return path
    return f"{path}page-{page}" if layout == _LAYOUTS[0] else f"{path}?page={page}"


def _paged(
    items: Sequence[_T], page: int, size: int, path: str, layout: str
) -> tuple[Sequence[_T], list[str]]:
    count = max(1, -(-len(items) // size))
    return items[(page - 1) * size : page * size], [_page_path(path, n, layout) for n in range(1, count + 1)]


def _windows_1258(text: str) -> bytes:
    """Letters that windows-1258 lacks as letter and tone; what it lacks altogether as a character reference."""
    parts: list[bytes] = []
    for char in unicodedata.normalize("NFC", text):
        decomposed = unicodedata.normalize("NFD", char)
        tones = "".join(sign for sign in decomposed if sign in "\u0300\u0301\u0303\u0309\u0323")
        try:
            parts.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFC", "".join(sign for sign in decomposed if sign not in tones))
            parts.append((base + tones).encode("cp1258", "xmlcharrefreplace"))
    return b"".join(parts)


@dataclass
class TownServer:
    """A running town."""

    url: str
    hits: Counter[str] = field(default_factory=Counter)  # path with query -> how often it was asked for
    _truth: Mapping[str, Planted] = field(default_factory=dict)
    _titles: tuple[str, str, str] = ("", "", "")

    def truth(self) -> Mapping[str, Planted]:
        """Everything planted, by permalink."""
        return {self.url + path: planted for path, planted in self._truth.items()}

    def places(self) -> tuple[Place, ...]:
        """The town's three parts, ready to be registered."""
        forum, news, school = self._titles
        return (
            Place(
                "dien-dan", forum, SourceKind.FORUM, f"{self.url}/dien-dan/", f"{self.url}/dien-dan/", False
            ),
            Place("bao", news, SourceKind.FEED, f"{self.url}/bao/", f"{self.url}/bao/", False),
            Place(
                "truong", school, SourceKind.SCHOOL_PAGE, f"{self.url}/truong/", f"{self.url}/truong/", True
            ),
        )


@contextmanager
def serve_town(port: int = 0, *, now: datetime, folder: Path | None = None) -> Iterator[TownServer]:
    """Serve the town on 127.0.0.1 until the block ends; port 0 takes a free one.

    `now` fixes all dates. Raises OSError when the port is taken.
    """
    town = _Town(folder or Path(__file__).with_name("town"), now)
    lock = threading.Lock()
    hits: Counter[str] = Counter()

    def note(path: str) -> None:
        with lock:
            hits[path] += 1

    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(town, note))
    server.daemon_threads = True
    server.handle_error = _ignore  # type: ignore[method-assign]  # a reader that hangs up is no news
    url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield TownServer(url, hits, town.truth, town.titles)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(town: _Town, note: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            note(self.path)
            host, port = self.connection.getsockname()[:2]
            answer = town.answer(self.path, f"http://{host}:{port}")
            tag = f'"{sha256(answer.body).hexdigest()[:16]}"'
            unchanged = answer.status == 200 and self.headers.get("If-None-Match") == tag
            self.send_response(304 if unchanged else answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", format_datetime(town.now.astimezone(UTC), usegmt=True))
            self.send_header("Content-Length", "0" if unchanged else str(len(answer.body)))
            self.end_headers()
            if not unchanged and self.command == "GET":
                self.wfile.write(answer.body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the town keeps counts, no log."""

    return Handler


def _ignore(request: object, client_address: object) -> None:
    """Says nothing."""
