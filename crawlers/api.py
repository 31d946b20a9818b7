"""Pages whose content is asked for elsewhere than at their address: JSON beside the page, or an interface with a key.

page.url (the place, as a person sees it) -> Ask (what is requested instead) -> the reader, with the page's own url
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crawlers.extract import Fetched
from lachan.domain.post import Source, SourceKind
from lachan.pipeline.ports import ApiAccess

#: Where the documented interfaces are; tests put servers of their own in their place.
BASES: Final[Mapping[SourceKind, str]] = {
    SourceKind.YOUTUBE: "https://www.googleapis.com/youtube/v3",
    SourceKind.FACEBOOK_PAGE: "https://graph.facebook.com/v24.0",
}


@dataclass(frozen=True)
class Ask:
    """A request: `url`, `headers`. `keyed`: made with an operator's key under the interface's own terms, so that
    robots.txt, which speaks to crawlers, is not asked; no redirect is followed. `whole`: even where the server says
    that nothing changed, since what the page leads to may have."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    keyed: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Trouble:
    """What an interface's error answer means: a short word, and how long to leave it alone (None: as usual)."""

    word: str
    rest: timedelta | None = None


@dataclass(frozen=True)
class Look:
    """How one post is asked for again, before a letter about it goes out.

    `text` makes of an answer (status 200) the post's text, None where the post is gone; it raises NotCheckable,
    SourceRefused or OSError where the answer settles nothing.
    """

    ask: Ask
    text: Callable[[Fetched], str | None]


#: The address of a post, the sources of its kind, the operator's key -> how to ask; None for another kind's address.
Looker = Callable[[str, Sequence[Source], ApiAccess | None], Look | None]


@dataclass(frozen=True)
class KeyedApi:
    """An interface that wants a key."""

    ask: Callable[[str, ApiAccess], Ask | None]
    trouble: Callable[[int, bytes, datetime], Trouble]


def query_of(url: str) -> dict[str, str]:
    """The query of a page's address."""
    return dict(parse_qsl(urlsplit(url).query))


def with_query(url: str, **values: str) -> str:
    """The address with this query and no other; empty values left out."""
    kept = {name: value for name, value in values.items() if value}
    return urlsplit(url)._replace(query=urlencode(kept), fragment="").geturl()


def built(base: str, path: str, **values: str) -> str:
    """An address of an interface."""
    return f"{base}/{quote(path, safe='/')}?{urlencode(values)}"
