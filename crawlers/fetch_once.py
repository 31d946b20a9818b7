"""One page, once, for the check before approval: on registered hosts alone, robots.txt obeyed, nothing followed.

Not the crawler: a person waits for the answer, so it blocks, for at most DEADLINE seconds in all. Redirects are
followed within the registered place alone, as the crawler does.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from protego import Protego

from crawlers.api import Look
from crawlers.extract import Fetched, tree_of
from crawlers.guard import is_public
from crawlers.markup import visible_text
from crawlers.robots import ROBOTS_TOKEN
from crawlers.settings import MAX_BYTES, user_agent
from crawlers.spiders import LOOKS
from lachan.domain.errors import SourceRefused
from lachan.domain.post import Source, SourceKind
from lachan.domain.source_rules import belongs
from lachan.pipeline.intake import host_of
from lachan.pipeline.ports import ApiAccess

DEADLINE: Final = 20.0  # seconds for everything: robots.txt, redirects, the slowest drip
_MAX_REDIRECTS: Final = 3
_SAFE: Final = "/%:@!$&'()*+,;=-._~[]"  # as they stand; a percent sign begins what is written already
_MAX_ROBOTS: Final = 500_000  # bytes, RFC 9309


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes
    content_type: str
    location: str | None

    @property
    def target(self) -> str | None:
        """Where a redirect leads, its letters as their server meant them: UTF-8, whatever HTTP says."""
        if self.status not in (301, 302, 303, 307, 308) or not self.location:
            return None
        return self.location.encode("latin-1", "replace").decode("utf-8", "replace").strip()


class OncePageFetcher:
    """PageFetcher over plain sockets: the address that was checked is the address that is connected to."""

    def __init__(
        self,
        sources: Callable[[], Sequence[Source]],
        clock: Callable[[], datetime],
        *,
        contact: str,
        allow_loopback: bool = False,
        access: Mapping[SourceKind, ApiAccess] = MappingProxyType({}),
        deadline: float = DEADLINE,
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._agent = user_agent(contact)
        self._allow_loopback = allow_loopback
        self._access = access
        self._deadline = deadline

    def text_of(self, url: str) -> str | None:
        """The page's visible text, or the post's own where its kind of source is asked otherwise; None when it is gone
        (404, 410).

        Raises SourceRefused when no registered source holds the URL or robots.txt forbids it (NotCheckable, a kind
        of it, when no post of this kind can be asked for), OSError when the page cannot be read now.
        """
        until = time.monotonic() + self._deadline
        if (look := self._look(url)) is not None:
            return self._look_at(look, until)
        rules: dict[str, Protego] = {}
        for _ in range(_MAX_REDIRECTS + 1):
            url = written(url)
            self._check_registered(url)
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            if origin not in rules:
                rules[origin] = self._robots(origin, until)
            if not rules[origin].can_fetch(url, ROBOTS_TOKEN):
                raise SourceRefused("robots.txt forbids this page")
            answer = self._get(url, MAX_BYTES, until)
            if answer.status in (404, 410):
                return None
            if answer.target is not None:
                url = _onward(url, answer.target)
                continue
            if answer.status != 200:
                raise OSError(f"the server answered {answer.status}")
            tree = tree_of(Fetched(url, answer.body, self._clock(), answer.content_type))
            return visible_text(tree) if tree is not None else ""
        raise OSError("too many redirects")

    def _look(self, url: str) -> Look | None:
        sources = self._sources()
        for kind, looker in LOOKS.items():
            of_kind = [source for source in sources if source.kind is kind]
            if of_kind and (look := looker(url, of_kind, self._access.get(kind))) is not None:
                return look
        return None

    def _look_at(self, look: Look, until: float) -> str | None:
        ask = look.ask
        if not ask.keyed:
            rules = self._robots("{0.scheme}://{0.netloc}".format(urlsplit(ask.url)), until)
            if not rules.can_fetch(ask.url, ROBOTS_TOKEN):
                raise SourceRefused("robots.txt forbids this page")
        answer = self._get(ask.url, MAX_BYTES, until, ask.headers)
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise OSError(f"the server answered {answer.status}")
        return look.text(Fetched(ask.url, answer.body, self._clock(), answer.content_type))

    def _check_registered(self, url: str) -> None:
        if not any(belongs(source, url) for source in self._sources()):
            raise SourceRefused("this address lies in no registered source")

    def _robots(self, origin: str, until: float) -> Protego:
        """The rules of `origin`, followed where it moved them on its own host (RFC 9309); raises OSError where they
        cannot be read."""
        url = f"{origin}/robots.txt"
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._get(url, _MAX_ROBOTS, until)
            if answer.target is None:
                break
            url = written(_onward(url, answer.target))
            if "{0.scheme}://{0.netloc}".format(urlsplit(url)) != origin:
                raise OSError("robots.txt lies on another host")
        if answer.status == 429 or answer.status >= 500 or answer.target is not None:
            raise OSError("robots.txt cannot be read now")
        return Protego.parse(answer.body.decode("utf-8", "replace") if answer.status == 200 else "")

    def _get(
        self, url: str, limit: int, until: float, headers: Mapping[str, str] = MappingProxyType({})
    ) -> _Answer:
        left = until - time.monotonic()
        if left <= 0:
            raise OSError(f"the server took longer than {self._deadline:g} seconds")
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        address = self._resolve(host, port)
        line = [socket.create_connection((address, port), timeout=left)]
        # a server that drips a byte now and then never runs into a socket's timeout: this ends it
        watch = threading.Timer(left, _hang_up, (line,))
        watch.daemon = True
        watch.start()
        try:
            if secure:
                context = ssl.create_default_context()
                wrapped = context.wrap_socket(line[0], server_hostname=host, do_handshake_on_connect=False)
                line[0] = wrapped
                wrapped.do_handshake()
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            return self._exchange(line[0], target, {"Host": host_of(url), **headers}, limit)
        except http.client.HTTPException as error:
            raise OSError(f"the server's answer cannot be read: {type(error).__name__}") from error
        finally:
            watch.cancel()
            line[0].close()

    def _resolve(self, host: str, port: int) -> str:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        if not found or not all(is_public(address, allow_loopback=self._allow_loopback) for address in found):
            raise SourceRefused("this name does not lead to the public internet")
        return sorted(found, key=lambda address: (":" in address, address))[0]

    def _exchange(self, sock: socket.socket, target: str, headers: Mapping[str, str], limit: int) -> _Answer:
        lines = (
            f"GET {target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in {"Accept": "text/html", **headers}.items()),
            f"User-Agent: {self._agent}",
            "Accept-Encoding: identity",
            "Connection: close",
        )
        sock.sendall("\r\n".join((*lines, "", "")).encode("latin-1"))
        response = http.client.HTTPResponse(sock, method="GET")
        try:
            response.begin()
            body = response.read(limit + 1) if response.status == 200 else b""
        finally:
            response.close()
        if len(body) > limit:
            raise OSError(f"the page is larger than {limit} bytes")
        if response.status == 200 and response.length:
            raise OSError("the page was cut short")
        return _Answer(
            response.status,
            _unpacked(body, response.getheader("Content-Encoding") or "", limit),
            response.getheader("Content-Type") or "",
            response.getheader("Location"),
        )


def written(url: str) -> str:
    """The address as it goes over the line: the host in ASCII (IDNA), other letters as percent signs and figures.

    Raises SourceRefused for what cannot be written so.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:  # UnicodeError is one
        raise SourceRefused("this is not a web address") from None
    if not host:
        raise SourceRefused("this is not a web address")
    place = f"[{host}]" if ":" in host else host
    user = "@" if "@" in parts.netloc else ""  # kept, so that it is refused
    netloc = f"{user}{place}" + (f":{port}" if port is not None else "")
    path, query = quote(parts.path, safe=_SAFE), quote(parts.query, safe=_SAFE + "?")
    return urlunsplit((parts.scheme, netloc, path or "/", query, ""))


def _onward(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise OSError("the server leads to what is no address") from None


def _unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """Some servers pack what was asked for unpacked."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise OSError("the page is packed in a way that was not asked for")
    try:
        opened = zlib.decompressobj(wbits=47).decompress(body, limit + 1)
    except zlib.error as error:
        raise OSError("the page is packed and cannot be opened") from error
    if len(opened) > limit:
        raise OSError(f"the page is larger than {limit} bytes")
    return opened


def _hang_up(line: list[socket.socket]) -> None:
    with suppress(OSError):
        line[0].shutdown(socket.SHUT_RDWR)
