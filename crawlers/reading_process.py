"""A process that reads pages: bytes come in, posts and links go out, and it knows nothing else.

    crawlers.reading -> socket -> serve -> spiders.READERS[kind] -> socket -> crawlers.reading

It holds no key and no database, so that a page which misleads a parser finds nothing to take. Both ways a frame is two
lengths, JSON, and bytes: the page as it came, or nothing. It ends when the crawler does, or by `OVERDUE` when a page
takes longer than so many seconds of a processor: a parser that runs wild in C can be told nothing else.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import struct
import sys
from dataclasses import asdict
from datetime import datetime
from io import BufferedRWPair
from typing import Any, Final

from crawlers.extract import Extraction, Fetched
from crawlers.spiders import READERS
from lachan.domain.post import RawPost, SourceKind
from lachan.pipeline.ports import Link, PageKind

LENGTHS: Final = struct.Struct(">II")
OVERDUE: Final = signal.SIGPROF
MEMORY: Final = 2**30  # bytes of addresses: many times what the largest page takes


def packed(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    raw = json.dumps(head).encode()
    return LENGTHS.pack(len(raw), len(body)) + raw + body


def question(kind: SourceKind, fetched: Fetched, page: PageKind) -> bytes:
    """A page to be read, as a frame."""
    said = {**asdict(fetched), "body": None, "now": fetched.now.isoformat()}
    return packed({"kind": kind.value, "page": page.value, "fetched": said}, fetched.body)


def answer(raw: bytes) -> Extraction | str:
    """What the process said: what the page holds, or the name of the error that its reader raised."""
    said = json.loads(raw)
    if "error" in said:
        return str(said["error"])
    posts = (
        RawPost(url, text, author, datetime.fromisoformat(when) if when else None, thread, title)
        for url, text, author, when, thread, title in said["posts"]
    )
    links = (Link(url, PageKind(kind), mark, older) for url, kind, mark, older in said["links"])
    return Extraction(tuple(posts), tuple(links))


def serve(stream: BufferedRWPair, seconds: float) -> None:
    """Answer until nobody asks any more."""
    while len(lengths := stream.read(LENGTHS.size)) == LENGTHS.size:
        of_head, of_body = LENGTHS.unpack(lengths)
        head, body = json.loads(stream.read(of_head)), stream.read(of_body)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        said = packed(_read(head, body))
        signal.setitimer(signal.ITIMER_PROF, 0)
        stream.write(said)
        stream.flush()


def _read(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    said = head["fetched"]
    fetched = Fetched(**{**said, "body": body, "now": datetime.fromisoformat(said["now"])})
    try:
        found = READERS[SourceKind(head["kind"])](fetched, PageKind(head["page"]))
    except Exception as error:
        return {"error": type(error).__name__}
    return {
        "posts": [
            (p.url, p.text, p.author, p.published_at.isoformat() if p.published_at else None, p.thread_url, p.title)
            for p in found.posts
        ],
        "links": [(link.url, link.kind.value, link.mark, link.older) for link in found.links],
    }  # fmt: skip


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM):  # meant for the crawler, which has the pages under way read
        signal.signal(name, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold a page
    with socket.socket(fileno=0) as end, end.makefile("rwb") as stream:
        serve(stream, float(sys.argv[1]))


if __name__ == "__main__":
    main()
