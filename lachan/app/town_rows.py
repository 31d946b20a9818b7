"""The sample town's posts as rows, for training: no page is served and none is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from lachan.domain.post import Source, SourceKind, SourcePurpose, SourceState
from lachan.domain.taxonomy import Audience
from lachan.pipeline.import_rows import ImportRow

_BASIS: Final = "Luật Trẻ em số 102/2016/QH13, Điều 54"
_CONTACT: Final = "dữ liệu tập"


def _read(name: str) -> Any:
    return json.loads(files("lachan.app").joinpath("town", f"{name}.json").read_text(encoding="utf-8"))


def _address(place: str) -> str:
    """On a host that no name server knows (RFC 6761)."""
    return f"https://{place}.invalid/"


def _rows(place: str, posts: list[Mapping[str, Any]], now: datetime) -> list[ImportRow]:
    return [
        ImportRow(
            line=number,
            text=post["text"],
            url=f"{_address(place)}bai/{post['key']}",
            published_at=now - timedelta(days=float(post["days_ago"])),
            author=post["author"],
        )
        for number, post in enumerate(posts, 1)
    ]


def rows(now: datetime) -> dict[str, list[ImportRow]]:
    """Source key -> its posts, dated back from `now`."""
    forum = [
        post
        for section in _read("forum")["sections"]
        for thread in section["threads"]
        for post in thread["posts"]
    ]
    return {
        "dien-dan-tap": _rows("dien-dan-tap", forum, now),
        "truong-tap": _rows("truong-tap", _read("school")["posts"], now),
    }


def places(now: datetime) -> Iterator[Source]:
    """The forum and the school page, as registered places."""
    kinds = {
        "dien-dan-tap": (_read("forum")["title"], SourceKind.FORUM, Audience.GENERAL),
        "truong-tap": (_read("school")["title"], SourceKind.SCHOOL_PAGE, Audience.MINORS),
    }
    for key, (title, kind, audience) in kinds.items():
        yield Source(
            key=key,
            title=title,
            kind=kind,
            url=_address(key),
            url_prefix=_address(key),
            audience=audience,
            purpose=SourcePurpose.MINORS_PRESENT,
            legal_basis=_BASIS,
            contact=_CONTACT,
            proposed_by="tap-1",
            state=SourceState.ACTIVE,
            confirmed_by="tap-2",
            confirmed_at=now,
        )


@dataclass(frozen=True)
class TownPages:
    """PageFetcher without a network: every post of the town is still there, as it was."""

    texts: Mapping[str, str]

    def text_of(self, url: str) -> str | None:
        return self.texts.get(url)


def town_pages(now: datetime) -> TownPages:
    return TownPages({row.url: row.text for posts in rows(now).values() for row in posts})
