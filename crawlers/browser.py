"""Pages that only a script fills: a real browser that has no network of its own.

page as fetched -> browser -> what its scripts ask for -> `part`, the crawl's own way of fetching (guard, robots.txt,
pace, bounds) -> the page as it stands when all is quiet

Nothing else gets out: every request is answered here or not at all, names resolve to nothing, a proxy that is not
there takes what would slip by. No picture, style, font, frame, form, socket, service worker or download; no cookie
outlives the page. Needs the `browser` extra and a Chromium; decision 0018.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawlers.extract import Fetched
from crawlers.settings import MAX_BYTES
from lachan.domain.errors import InputError
from lachan.pipeline.ports import Page

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Playwright, Route
    from scrapy.crawler import Crawler

#: What a script may ask for; pictures, styles, fonts, frames, beacons and sockets are refused.
_KINDS: Final = frozenset({"script", "xhr", "fetch"})
MOST_PARTS: Final = 40  # of one page
QUIET_WITHIN: Final = 30.0  # seconds; a page that is still asking then is read as it stands
LONGEST: Final = 45.0  # seconds for a page in all; a script that never ends ends here
_CLOSING: Final = 5.0
_ARGUMENTS: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-gpu",
    "--js-flags=--max-old-space-size=256",
    "--blink-settings=imagesEnabled=false",
)
_NOWHERE: Final = "http://127.0.0.1:9"  # the discard port; only what no route saw would go there


@dataclass(frozen=True)
class Part:
    """What came for a script's request."""

    status: int
    content_type: str
    body: bytes


class TooSlow(Exception):
    """The page did not come to an end in `LONGEST` seconds, or took the browser with it."""


class Browser:
    """One Chromium for a crawl, started when first needed. Use in one event loop; a page at a time."""

    def __init__(self, executable: str, arguments: Sequence[str] = ()) -> None:
        """`arguments` go to Chromium beside ours. Raises InputError without the extra."""
        try:
            import playwright.async_api  # noqa: F401
        except ImportError as error:
            raise InputError(
                "reading pages by a browser needs playwright: pip install 'lachan[browser]'"
            ) from error
        self._executable, self._arguments = executable, tuple(arguments)
        self._turn = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def stands(
        self,
        url: str,
        body: bytes,
        content_type: str,
        part: Callable[[str], Awaitable[Part | None]],
        *,
        longest: float = LONGEST,
        most: int,
    ) -> bytes:
        """The page at `url`, which came as `body`, as its scripts leave it: UTF-8, at most `most` bytes of it.

        `part` fetches what scripts ask for of the same host; None refuses. Raises TooSlow, and InputError where
        Chromium does not start.
        """
        async with self._turn:
            chromium = await self._started()
            try:
                async with asyncio.timeout(longest):
                    return await _stands(
                        chromium, _Door(url, Part(200, content_type, body), part), most, longest
                    )
            except TimeoutError as error:
                await self._kill()
                raise TooSlow from error
            except Exception as error:  # the browser's own errors: the page crashed, or closed itself
                await self._kill()
                raise TooSlow from error

    async def close(self) -> None:
        """End the browser, if it was started."""
        await self._kill()
        if self._playwright is not None:
            with suppress(Exception):
                await self._playwright.stop()
            self._playwright = None

    async def _started(self) -> Chromium:
        if self._chromium is not None and self._chromium.is_connected():
            return self._chromium
        from playwright.async_api import Error, async_playwright

        try:
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            self._chromium = await self._playwright.chromium.launch(
                executable_path=self._executable,
                args=[*_ARGUMENTS, *self._arguments],
                chromium_sandbox="--no-sandbox" not in self._arguments,  # off unless asked for
                proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            )
        except Error as error:
            raise InputError(
                f"the browser {self._executable} does not start: {str(error).splitlines()[0]}"
            ) from error
        return self._chromium

    async def _kill(self) -> None:
        if self._chromium is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._chromium.close(), _CLOSING)
            self._chromium = None


class Scripted:
    """The sources whose pages are read as their scripts leave them."""

    def __init__(self, sources: Collection[str], browser: Browser | None) -> None:
        """`browser` may be missing where there are no such sources."""
        self._sources, self._browser = frozenset(sources), browser

    def __contains__(self, source: str) -> bool:
        return source in self._sources

    async def as_it_stands(self, page: Page, fetched: Fetched, crawler: Crawler) -> Fetched:
        """`fetched`, after its scripts; as it is where it is no HTML or of another source.

        What scripts ask for is fetched by `crawler` with `part` in its meta: guarded, after robots.txt, paced and
        counted as what it is part of. Raises TooSlow and InputError.
        """
        if page.source not in self or self._browser is None or "html" not in fetched.content_type.lower():
            return fetched

        async def part(url: str) -> Part | None:
            assert crawler.engine is not None
            request = Request(url, callback=NO_CALLBACK, meta={"part": page}, dont_filter=True)
            try:
                response = await crawler.engine.download_async(request)
            except Exception:  # refused, or it did not come: to the page's script it is the same
                return None
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            return Part(response.status, kind, response.body)

        body = await self._browser.stands(
            fetched.url, fetched.body, fetched.content_type, part, most=MAX_BYTES
        )
        return replace(fetched, body=body, content_type="text/html; charset=utf-8")

    async def close(self) -> None:
        """End the browser."""
        if self._browser is not None:
            await self._browser.close()


class _Door:
    """Answers every request of one page: its document with what came, parts by `part`, nothing else."""

    def __init__(self, url: str, whole: Part, part: Callable[[str], Awaitable[Part | None]]) -> None:
        self.url, self._host = url, urlsplit(url).netloc.lower()
        self._whole = whole
        self._part, self._left = part, MOST_PARTS

    async def __call__(self, route: Route) -> None:
        from playwright.async_api import Error

        with suppress(Error):  # the page is gone
            found = await self._answer(route)
            if found is None:
                await route.abort()
            else:
                await route.fulfill(status=found.status, content_type=found.content_type, body=found.body)

    async def _answer(self, route: Route) -> Part | None:
        request = route.request
        if request.resource_type == "document":  # once: no frame, and no going elsewhere
            found, self._whole = (
                self._whole,
                Part(204, "", b""),
            )  # "no content": the browser stays where it is
            return found
        parts = urlsplit(request.url)
        if (
            request.resource_type not in _KINDS
            or request.method != "GET"
            or parts.scheme not in ("http", "https")
            or parts.netloc.lower() != self._host
        ):
            return None
        if not self._left:
            await (
                asyncio.Event().wait()
            )  # never answered: a refusal would only be followed by the next request
        self._left -= 1
        return await self._part(request.url)


async def _stands(chromium: Chromium, door: _Door, most: int, longest: float) -> bytes:
    from playwright.async_api import Error

    context = await chromium.new_context(
        service_workers="block", accept_downloads=False, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    try:
        await context.route("**/*", door)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        page = await context.new_page()
        await page.goto(door.url, wait_until="commit", timeout=longest * 1000)
        with suppress(Error):  # a page that never stops asking is read as it stands
            await page.wait_for_load_state("networkidle", timeout=min(QUIET_WITHIN, longest / 2) * 1000)
        return await _outer(context, most)
    finally:
        with suppress(Exception):
            await asyncio.wait_for(context.close(), _CLOSING)


async def _outer(context: BrowserContext, most: int) -> bytes:
    """The document as it stands, read in a world of its own, whose functions the page's scripts cannot replace."""
    devtools = await context.new_cdp_session(context.pages[0])
    await devtools.send(
        "Emulation.setScriptExecutionDisabled", {"value": True}
    )  # nothing moves while it is read
    frame = (await devtools.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await devtools.send("Page.createIsolatedWorld", {"frameId": frame})
    found = await devtools.send(
        "Runtime.evaluate",
        {
            "expression": f"document.documentElement.outerHTML.slice(0, {most})",
            "contextId": world["executionContextId"],
            "returnByValue": True,
        },
    )
    return str(found["result"]["value"]).encode("utf-8", "replace")[:most]
