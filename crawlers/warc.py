"""Pages of a WARC file (ISO 28500): what a web archive holds of a registered source, read as if it were fetched.

The file is untrusted: records are bounded, and what is no page, or lies outside the source, is passed over.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.extract import Fetched
from crawlers.links import kind_of
from crawlers.settings import MAX_BYTES
from crawlers.spiders import READERS
from crawlers.times import parse_time
from lachan.domain.errors import InputError
from lachan.domain.post import RawPost, Source
from lachan.domain.source_rules import belongs
from lachan.pipeline.import_rows import ImportRow
from lachan.pipeline.ports import PageKind

_GZIP: Final = b"\x1f\x8b"
_READ_AS: Final = ("text/", "application/xhtml", "application/xml", "application/rss", "application/atom",
                   "application/json", "application/feed+json")  # fmt: skip


def warc_rows(path: Path, source: Source, now: datetime) -> Iterator[ImportRow]:
    """The posts of every page of `source` in the file; `line` is the number of the record.

    `now` is for times that say no year; a record's own date is when it was captured. Raises InputError for a
    source that is not read by pages, and for a file that is no WARC file or breaks off.
    """
    if source.kind not in READERS:
        raise InputError(f"the source {source.key} is not read by pages: import JSON Lines or CSV for it")
    with path.open("rb") as stream:
        try:
            start = stream.read(5)
            if not start.startswith((b"WARC/", _GZIP)):
                raise ValueError("another format")
            if start.startswith(_GZIP):
                _check(path)
            stream.seek(0)
            for number, record in enumerate(ArchiveIterator(stream), 1):
                if (fetched := _page(record, source, now)) is not None:
                    kind = kind_of(fetched.url) or PageKind.ARTICLE
                    for post in READERS[source.kind](fetched, kind).posts:
                        yield _row(number, post)
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
            raise InputError(f"{path.name} is no whole WARC file: {type(error).__name__}") from error


def _check(path: Path) -> None:
    """Read a packed file once to its end, checksums and all: ArchiveIterator says nothing of a torn one."""
    with gzip.open(path) as whole:
        while whole.read(1 << 20):
            pass


def _row(number: int, post: RawPost) -> ImportRow:
    return ImportRow(number, post.text, post.url, post.published_at, post.author, post.thread_url, post.title)


def _page(record: Any, source: Source, now: datetime) -> Fetched | None:
    headers = record.http_headers
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return None
    kind = (headers.get_header("Content-Type") or "").lower()
    if not belongs(source, url) or not kind.startswith(_READ_AS):
        return None
    body = _bounded(record.content_stream())
    if body is None:
        return None
    while record.raw_stream.read(65_536):  # in pieces: what is packed behind the page may be of any length
        pass
    if record.raw_stream.limit > 0:
        raise EOFError  # the file ends within the record: half a page says half of what it says
    captured = parse_time(record.rec_headers.get_header("WARC-Date") or "", now) or now
    return Fetched(
        url, body, captured, kind, headers.get_header("X-Robots-Tag") or "", headers.get_header("Link") or ""
    )


def _bounded(stream: IO[bytes]) -> bytes | None:
    """The body; None where it is longer than a page that is fetched may be, however small it was packed."""
    body = bytearray()
    while len(body) <= MAX_BYTES:
        part = stream.read(65_536)
        if not part:
            return bytes(body)
        body += part
    return None
