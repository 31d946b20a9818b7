"""WordPress through its own REST interface (/wp-json/wp/v2): posts and the comments under them, as JSON.

Only what the site shows everybody: no log-in, and an entry with a password comes without its content.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from crawlers.api import Ask, query_of, with_query
from crawlers.extract import Extraction, Fetched
from crawlers.json_reading import dig, load, name, number, rows, word
from crawlers.markup import clean_url
from crawlers.times import parse_time
from crawlers.words import own_words
from lachan.domain.post import RawPost
from lachan.pipeline.ports import Link, PageKind

_REST: Final = "wp-json/wp/v2/"
_PER_PAGE: Final = 50  # the interface gives 100 at most


def ask(url: str) -> Ask:
    """The site's address stands for its newest posts; the interface's own addresses for themselves."""
    if f"/{_REST}" in urlsplit(url).path:
        return Ask(url)
    base = url if urlsplit(url).path.endswith("/") else f"{url}/"
    return Ask(with_query(urljoin(base, f"{_REST}posts"), per_page=str(_PER_PAGE)))


def read(fetched: Fetched, kind: PageKind) -> Extraction:
    """A page of posts or of comments, and the next one; with the first page of posts the newest comments."""
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
    return Extraction(tuple(posts), tuple(links)).obeying(fetched, None).bounded()


def _post(row: dict[str, Any], fetched: Fetched, *, comments: bool) -> RawPost | None:
    text = own_words(word(row, "content", "rendered"))
    url = clean_url(fetched.url, word(row, "link"), fragment=True)
    if not text or url is None or dig(row, "content", "protected") is True:
        return None
    if comments and (word(row, "status") or "approved") not in ("approved", "approve"):
        return None
    when = parse_time(f"{word(row, 'date_gmt')}Z", fetched.now) or parse_time(word(row, "date"), fetched.now)
    thread = f"{urljoin(fetched.url, 'posts')}/{number(row, 'post') if comments else number(row, 'id')}"
    title = None if comments else own_words(word(row, "title", "rendered")) or None
    return RawPost(url, text, name(row, "author_name"), when, thread, title)
