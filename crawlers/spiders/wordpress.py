"""WordPress through its own REST interface (/wp-json/wp/v2): posts and the comments under them, as JSON.

Only what the site shows everybody: no log-in, and an entry with a password comes without its content. Whether the
site wants to be read its own page says: of the interface WordPress itself says noindex, always, to keep raw JSON out
of search engines.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from crawlers.api import Ask, query_of, with_query
from crawlers.extract import Extraction, Fetched, asked_of_robots, tree_of
from crawlers.json_reading import dig, load, name, number, rows, word
from crawlers.markup import clean_url
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link, PageKind

_REST: Final = "wp-json/wp/v2/"
_INTERFACE: Final = re.compile(r'<(https?://[^<>\s]+/wp-json/)>;\s*rel="https://api\.w\.org/"')
_PER_PAGE: Final = 50  # the interface gives 100 at most


def ask(url: str) -> Ask:
    """The site's page tells where its interface is; the interface's own addresses stand for themselves."""
    return Ask(url, whole=not _of_interface(url))


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """The site's page leads to its newest posts; a page of posts or of comments to the next one, the first page of
    posts to the newest comments, too."""
    if not _of_interface(fetched.url):
        return _start(fetched)
    listed = rows({"rows": load(fetched.body)}, "rows")
    comments = urlsplit(fetched.url).path.rstrip("/").endswith("/comments")
    posts = [post for row in listed if (post := _post(row, fetched, comments=comments)) is not None]
    asked = query_of(fetched.url).get("page", "")
    page = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    links = []
    if page == 1 and not comments:
        newest = with_query(urljoin(fetched.url, "comments"), per_page=str(_PER_PAGE))
        links.append(Link(newest, PageKind.LISTING))
    if listed and 'rel="next"' in fetched.link:
        following = with_query(fetched.url, per_page=str(_PER_PAGE), page=str(page + 1))
        links.append(Link(following, PageKind.LISTING, mark=word(listed[-1], "id"), older=True))
    return Extraction(tuple(posts), tuple(links)).bounded()


def _of_interface(url: str) -> bool:
    return f"/{_REST}" in urlsplit(url).path


def _start(fetched: Fetched) -> Extraction:
    if asked_of_robots(fetched, tree_of(fetched)) & {"noindex", "nofollow", "none"}:
        return Extraction()  # "discourage search engines" in the site's settings
    named = _INTERFACE.search(fetched.link)
    here = fetched.url if urlsplit(fetched.url).path.endswith("/") else f"{fetched.url}/"
    base = named[1] if named is not None else urljoin(here, "wp-json/")
    newest = clean_url(fetched.url, with_query(urljoin(base, "wp/v2/posts"), per_page=str(_PER_PAGE)))
    # due in every crawl, as the page is that leads to it
    return Extraction(links=(Link(newest, PageKind.LISTING, fetched.now.isoformat()),) if newest else ())


def _post(row: dict[str, Any], fetched: Fetched, *, comments: bool) -> RawPost | None:
    text = own_words(word(row, "content", "rendered"))
    url = clean_url(fetched.url, word(row, "link"), fragment=True)
    if not text or url is None or dig(row, "content", "protected") is True:
        return None
    if word(row, "yoast_head_json", "robots", "index") == "noindex":  # as the entry's own page says
        return None
    if comments and (word(row, "status") or "approved") not in ("approved", "approve"):
        return None
    when = parse_time(f"{word(row, 'date_gmt')}Z", fetched.now) or parse_time(word(row, "date"), fetched.now)
    thread = f"{urljoin(fetched.url, 'posts')}/{number(row, 'post') if comments else number(row, 'id')}"
    title = None if comments else own_words(word(row, "title", "rendered")) or None
    return RawPost(url, text, name(row, "author_name"), when, thread, title)
